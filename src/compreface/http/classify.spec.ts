import type { EngineFailure } from '../face-engine.js';
import { classify } from './classify.js';
import type { Observation } from './observation.js';
import { answer, code, coreFault, HTML, network, silence, unsent } from './testing/observations.js';
import type { BreakerEffect } from './verdict.js';

const SPRING = { timestamp: '2026-01-01', status: 500, error: 'Internal Server Error', path: '/x' };
const EXECUTING = 'executing POST http://compreface-core:3000/find_faces';

/** What an upload hears, what a read hears, how the breaker counts it, whether fewer calls at once may help. */
type Expected = readonly [onAdd: string, onRead: string, breaker: BreakerEffect, overload: boolean];

const UNREADABLE: Expected = ['unknown', 'unavailable:overloaded', 'failure', false];
const DOUBTFUL: Expected = ['unknown', 'unavailable:overloaded', 'failure', true];
const BROKEN_OFF: Expected = ['unknown', 'unavailable:unreachable', 'failure', true];
const NOT_CONNECTED: Expected = ['unavailable:unreachable', 'unavailable:unreachable', 'connect_failure', true];
const CORE_AWAY: Expected = ['unavailable:unreachable', 'unavailable:unreachable', 'failure', true];
const BUSY: Expected = ['unavailable:overloaded', 'unavailable:overloaded', 'failure', true];
const BUSY_UNTIL: Expected = ['unavailable:overloaded', 'unavailable:overloaded', 'pause', true];
const THROTTLED: Expected = ['unavailable:throttled', 'unavailable:throttled', 'failure', true];
const THROTTLED_UNTIL: Expected = ['unavailable:throttled', 'unavailable:throttled', 'pause', true];
const MIGRATING: Expected = ['unavailable:migrating', 'unavailable:migrating', 'pause', false];
const MISCONFIGURED: Expected = ['misconfigured', 'misconfigured', 'misconfigured', false];
const STOPPED: Expected = ['unknown', 'unavailable:throttled', 'ignored', false];
const NOT_SENT: Expected = ['unavailable:throttled', 'unavailable:throttled', 'ignored', false];

const MATRIX: readonly (readonly [signal: string, observation: Observation, expected: Expected])[] = [
  ['201 with an empty body', answer(201), UNREADABLE],
  ['201 with another shape', answer(201, { id: 1 }), UNREADABLE],
  ['201 with a broken body', answer(201, '{"image_id": "'), UNREADABLE],
  ['204', answer(204), UNREADABLE],
  ['301', answer(301), MISCONFIGURED],
  ['307', answer(307), MISCONFIGURED],
  ['400 code 0', code(400, 0), DOUBTFUL],
  ['400 empty', answer(400), DOUBTFUL],
  ['400 with a code nobody knows', code(400, 4711), DOUBTFUL],
  ['400 HTML', answer(400, HTML), MISCONFIGURED],
  ['400 code 5', code(400, 5), MISCONFIGURED],
  ['400 code 20', code(400, 20), MISCONFIGURED],
  ['400 code 26 for the key', code(400, 26, 'Service API key should be UUID'), MISCONFIGURED],
  ['400 code 26 for a parameter', code(400, 26, 'Subject name is empty; '), MISCONFIGURED],
  ['400 code 33', code(400, 33), MISCONFIGURED],
  ['400 code 34', code(400, 34), MISCONFIGURED],
  ['400 code 36', code(400, 36), MISCONFIGURED],
  ['401', answer(401), MISCONFIGURED],
  ['403', answer(403), MISCONFIGURED],
  ['404 code 10', code(404, 10), MISCONFIGURED],
  ['404 code 0', code(404, 0), MISCONFIGURED],
  ['404 HTML', answer(404, HTML), MISCONFIGURED],
  ['404 empty', answer(404), MISCONFIGURED],
  ['405 code 32', code(405, 32), MIGRATING],
  ['405', answer(405), MISCONFIGURED],
  ['407', answer(407), MISCONFIGURED],
  ['408', answer(408), DOUBTFUL],
  ['425', answer(425), DOUBTFUL],
  ['429', answer(429), THROTTLED],
  ['429 with Retry-After', answer(429, '', { retryAfterMs: 9 }), THROTTLED_UNTIL],
  ['500 code 41, core refuses', coreFault(`Connection refused (Connection refused) ${EXECUTING}`), CORE_AWAY],
  ['500 code 41, core has no address', coreFault(`compreface-core ${EXECUTING}`), CORE_AWAY],
  ['500 code 41, core does not connect', coreFault(`connect timed out ${EXECUTING}`), CORE_AWAY],
  ['500 code 41, core too slow', coreFault(`Read timed out ${EXECUTING}`), BUSY],
  ['500 code 41, gateway of the core', coreFault('[503 SERVICE UNAVAILABLE] during [POST]'), BUSY],
  ['500 code 41, anything else', coreFault(''), CORE_AWAY],
  ['500 of Spring', answer(500, SPRING), DOUBTFUL],
  ['500 empty', answer(500), DOUBTFUL],
  ['501', answer(501), MISCONFIGURED],
  ['502 HTML', answer(502, HTML), BROKEN_OFF],
  ['503 with a body', answer(503, HTML), BUSY],
  ['503 with Retry-After', answer(503, HTML, { retryAfterMs: 9 }), BUSY_UNTIL],
  ['503 without body', answer(503), DOUBTFUL],
  ['504 HTML', answer(504, HTML), DOUBTFUL],
  ['520', answer(520), BROKEN_OFF],
  ['527', answer(527), BROKEN_OFF],
  ['ECONNREFUSED', unsent('ECONNREFUSED'), NOT_CONNECTED],
  ['ENOTFOUND', unsent('ENOTFOUND'), NOT_CONNECTED],
  ['EAI_AGAIN', unsent('EAI_AGAIN'), NOT_CONNECTED],
  ['EHOSTUNREACH', unsent('EHOSTUNREACH'), NOT_CONNECTED],
  ['no connection in time', silence('connect_timeout', false), NOT_CONNECTED],
  ['a failed TLS handshake', unsent('EPROTO'), NOT_CONNECTED],
  ['https to a plain port', unsent('ERR_SSL_WRONG_VERSION_NUMBER'), MISCONFIGURED],
  ['an expired certificate', unsent('CERT_HAS_EXPIRED'), MISCONFIGURED],
  ['a certificate of another host', unsent('ERR_TLS_CERT_ALTNAME_INVALID'), MISCONFIGURED],
  ['a self-signed certificate', unsent('DEPTH_ZERO_SELF_SIGNED_CERT'), MISCONFIGURED],
  ['ECONNRESET before a byte was sent', unsent('ECONNRESET'), NOT_CONNECTED],
  ['ECONNRESET', network('ECONNRESET'), BROKEN_OFF],
  ['EPIPE', network('EPIPE'), BROKEN_OFF],
  ['no headers in time', silence('headers_timeout'), DOUBTFUL],
  ['no end in time', silence('total_timeout'), DOUBTFUL],
  ['our own stop, under way', silence('aborted'), STOPPED],
  ['our own stop, before it was sent', silence('aborted', false), NOT_SENT],
];

/** kind, or kind:reason, or kind:code. */
function shortly(failure: EngineFailure): string {
  if (failure.kind === 'rejected') return `rejected:${failure.code}`;
  return failure.kind === 'unavailable' ? `unavailable:${failure.reason}` : failure.kind;
}

describe('the fault matrix', () => {
  it.each(MATRIX)('%s', (_signal, observation, [onAdd, onRead, breaker, overload]) => {
    const add = classify(observation, 'add');
    const read = classify(observation, 'other');
    expect([shortly(add.failure), add.breaker, add.overload]).toEqual([onAdd, breaker, overload]);
    expect([shortly(read.failure), read.breaker, read.overload]).toEqual([onRead, breaker, overload]);
    expect(shortly(classify(observation, 'recognize').failure)).toBe(onRead);
  });

  it.each([
    ['400 code 28', code(400, 28), 'rejected:no_face', 'success'],
    ['400 code 31', code(400, 31), 'rejected:several_faces', 'success'],
    ['400 code 21', code(400, 21), 'rejected:unsupported_image', 'success'],
    ['413', answer(413, HTML), 'rejected:image_too_large', 'success'],
    ['500 code 41, core breaks', coreFault('[500 INTERNAL SERVER ERROR] during [POST]'), 'suspect', 'ignored'],
  ])('blames the photo for %s', (_signal, observation, expected, breaker) => {
    for (const call of ['add', 'recognize'] as const) {
      const verdict = classify(observation, call);
      expect([shortly(verdict.failure), verdict.breaker, verdict.overload]).toEqual([expected, breaker, false]);
    }
  });

  it('never blames a photo where none was sent', () => {
    for (const observation of [code(400, 28), code(400, 31), code(400, 21), answer(413), coreFault('[500 X]')]) {
      expect(['rejected', 'suspect']).not.toContain(classify(observation, 'other').failure.kind);
    }
  });

  it('keeps the time that the service asked for', () => {
    const throttled = classify(answer(429, '', { retryAfterMs: 7_000 }), 'add');
    expect(throttled.failure).toMatchObject({ kind: 'unavailable', retryAfterMs: 7_000 });
    expect(classify(code(405, 32), 'add').failure).toMatchObject({ retryAfterMs: 30_000 });
  });

  it('tells later calls, of an upload of unknown outcome, that theirs was not stored', () => {
    for (const [, observation] of MATRIX) {
      const { failure, refusal } = classify(observation, 'add');
      const expected = failure.kind === 'unknown' ? { kind: 'unavailable', message: failure.message } : failure;
      expect(refusal).toMatchObject(expected);
    }
  });
});
