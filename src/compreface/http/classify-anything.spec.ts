import fc from 'fast-check';
import { FaceEngineError } from '../face-engine-error.js';
import type { EngineFailure } from '../face-engine.js';
import { classify } from './classify.js';
import type { CallKind, Observation } from './observation.js';
import { answer, code, HTML, network, unsent } from './testing/observations.js';

function toldOf(observation: Observation): Record<string, unknown> {
  const error = new FaceEngineError(classify(observation, 'other').failure, 'http://compreface-ui:80');
  return { message: error.message, ...error.details };
}

describe('what the operator reads', () => {
  it('is the documented answer when the service cannot be reached', () => {
    expect(toldOf(unsent('ECONNREFUSED'))).toEqual({
      message: 'Failed to connect to CompreFace service',
      service: 'CompreFace',
      url: 'http://compreface-ui:80',
      suggestion: 'Check if CompreFace is running',
    });
  });

  it.each([
    ['a key of another type, or revoked', code(404, 10), /knows no/, /type Recognition, not Detection.*not revoked/],
    ['a missing key', code(400, 20), /no API key/, /Set COMPREFACE_API_KEY/],
    ['a mangled key', code(400, 26, 'Service API key should be UUID'), /no UUID/, /Copy COMPREFACE_API_KEY/],
    ['a wrong port', answer(404, HTML), /not as CompreFace's API does/, /port .*COMPREFACE_URL/],
    ['a port that is no HTTP', network('HPE_INVALID_CONSTANT'), /does not speak HTTP/, /port of COMPREFACE_URL/],
    ['a redirect', answer(301), /redirects/, /https/],
    ['a login page', answer(401), /login/, /proxy/],
    ['https to a plain port', unsent('ERR_SSL_WRONG_VERSION_NUMBER'), /does not speak https/, /http:\/\//],
    ['a certificate', unsent('CERT_HAS_EXPIRED'), /certificate .*not trusted/, /NODE_EXTRA_CA_CERTS/],
  ])('names %s and what to do', (_what, observation, message, suggestion) => {
    const told = toldOf(observation);
    expect(told.message).toMatch(message);
    expect(told.suggestion).toMatch(suggestion);
  });
});

const codes = fc.constantFrom(0, 10, 20, 21, 26, 28, 31, 32, 41, 42, 43, 44);
const errorBody = fc.record({
  message: fc.oneof(fc.string(), fc.constant('[500 X]'), fc.constant('Read timed out'), fc.anything()),
  code: fc.oneof(fc.integer(), codes, fc.double(), fc.string()),
});
const anyText = fc.oneof(
  fc.string(),
  fc.constant(HTML),
  fc.json(),
  fc.json().map((json) => `{"code":41,"x":${json}}`),
);
const anyBytes = fc.oneof(
  errorBody.map((body) => Buffer.from(JSON.stringify(body))),
  anyText.map((text) => Buffer.from(text)),
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
);

const anyAnswer: fc.Arbitrary<Observation> = fc.record({
  kind: fc.constant('answer' as const),
  status: fc.oneof(fc.integer({ min: 100, max: 599 }), fc.integer(), fc.constantFrom(0, NaN)),
  body: anyBytes,
  complete: fc.boolean(),
  retryAfterMs: fc.option(fc.nat(), { nil: null }),
});

const errorCode = fc.constantFrom(
  'ECONNRESET',
  'EPIPE',
  'CERT_HAS_EXPIRED',
  'HPE_INVALID_CONSTANT',
  'ERR_INVALID_CHAR',
);
const anySilence: fc.Arbitrary<Observation> = fc.record({
  kind: fc.constant('silence' as const),
  cause: fc.constantFrom('network', 'connect_timeout', 'headers_timeout', 'total_timeout', 'aborted'),
  code: fc.oneof(fc.string(), errorCode),
  sent: fc.boolean(),
});

const KINDS: readonly EngineFailure['kind'][] = ['rejected', 'suspect', 'unavailable', 'misconfigured', 'unknown'];
const anyCall = fc.constantFrom<CallKind[]>('add', 'recognize', 'other');

describe('whatever comes', () => {
  it('is one failure of the closed list, fit for its call', () => {
    fc.assert(
      fc.property(fc.oneof(anyAnswer, anySilence), anyCall, (observation, call) => {
        const { failure } = classify(observation, call);
        expect(KINDS).toContain(failure.kind);
        if (failure.kind === 'unknown') expect(call).toBe('add');
        if (failure.kind === 'rejected' || failure.kind === 'suspect') expect(call).not.toBe('other');
      }),
      { numRuns: 2000 },
    );
  });

  it('leaves something to tell to those whom an opened breaker holds back', () => {
    fc.assert(
      fc.property(fc.oneof(anyAnswer, anySilence), anyCall, (observation, call) => {
        const { refusal, breaker } = classify(observation, call);
        if (breaker !== 'success' && breaker !== 'ignored') expect(refusal).not.toBeNull();
      }),
      { numRuns: 2000 },
    );
  });

  it('is never repeated: the text of an answer may hold the API key', () => {
    const key = '5e3f4a1c-0a2b-4c3d-8e9f-0123456789ab';
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 599 }), codes, anyCall, (status, number, call) => {
        const verdict = classify(code(status, number, `Recognition service with API Key ${key} not found`), call);
        expect(JSON.stringify(verdict)).not.toContain(key);
      }),
    );
  });

  it('leaves an upload unknown once a byte was sent and no answer came', () => {
    const cause = fc.constantFrom('network', 'headers_timeout', 'total_timeout', 'aborted' as const);
    const sentCode = fc.constantFrom('ECONNRESET', 'EPIPE', 'HPE_INVALID_CONSTANT', '');
    fc.assert(
      fc.property(cause, sentCode, (each, errorName) => {
        const observation: Observation = { kind: 'silence', cause: each, code: errorName, sent: true };
        expect(classify(observation, 'add').failure.kind).toBe('unknown');
      }),
    );
  });
});
