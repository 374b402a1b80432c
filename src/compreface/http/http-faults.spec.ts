import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import type { AddOutcome, EngineFailure } from '../face-engine.js';
import { FaceEngineError } from '../face-engine-error.js';
import type { HttpFaceEngine } from './http-face-engine.js';
import { engineFor, HASTY, IMAGE_ID } from './testing/engine-setup.js';
import { answers, breaksOff, hangs, resets, ScriptedServer, trickles, type Script } from './testing/scripted-server.js';

const SUBJECT = 'ann-smith-abc234';
const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0xd9]);
const HTML = '<!DOCTYPE html><html><body>404</body></html>';

const STORED: Script = answers(201, { image_id: IMAGE_ID, subject: SUBJECT });
const EMPTY_PAGE = { faces: [], page_number: 0, page_size: 1000, total_pages: 0, total_elements: 0 };

let server: ScriptedServer;
let engine: HttpFaceEngine;

beforeEach(async () => {
  server = await ScriptedServer.start(answers(500));
  engine = engineFor(server.url);
});

afterEach(async () => {
  engine.onApplicationShutdown();
  await server.stop();
});

function add(script: Script, signal?: AbortSignal): Promise<AddOutcome> {
  server.script = script;
  return engine.addExample(SUBJECT, JPEG, signal);
}

/** The failure that a read ends with. */
async function failureOf(reading: Promise<unknown>): Promise<EngineFailure> {
  const error: unknown = await reading.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof FaceEngineError) return error.failure;
  throw new Error('The read should have failed', { cause: error });
}

function core(text: string): Script {
  return answers(500, { message: `Error during synchronization between servers: ${text}`, code: 41 });
}

describe('an upload', () => {
  it.each([
    ['breaks off', resets],
    ['is 502', answers(502, HTML)],
    ['is 504', answers(504, HTML)],
    ['is 400 without a code', answers(400, '')],
    ['is 400 with code 0', answers(400, { message: 'Something went wrong, please try again', code: 0 })],
    ['is 201 without a body', answers(201)],
    ['is 201 with an id that is none', answers(201, { image_id: '1', subject: SUBJECT })],
    ['is a page of HTML with status 200', answers(200, HTML)],
    ['is longer than 64 KiB', answers(201, { image_id: IMAGE_ID, subject: SUBJECT, padding: 'x'.repeat(70_000) })],
    ['is cut off', breaksOff],
  ])('is of unknown outcome when the answer %s', async (_what, script) => {
    expect((await add(script)).kind).toBe('unknown');
    expect(server.seen).toHaveLength(1);
  });

  it.each([
    ['no headers come', hangs],
    ['the body never ends', trickles],
  ])('is of unknown outcome when %s', async (_what, script) => {
    engine = engineFor(server.url, HASTY);
    expect((await add(script)).kind).toBe('unknown');
  });

  it.each([
    ['the core is away', core('Connection refused executing POST http://core'), 'unreachable'],
    ['the core is too slow', core('Read timed out executing POST http://core'), 'overloaded'],
  ])('was not stored, and is not sent again by itself, when %s', async (_what, script, reason) => {
    expect(await add(script)).toMatchObject({ kind: 'unavailable', reason });
    expect(server.seen).toHaveLength(1);
  });

  it('makes the photo suspect when the core breaks on it', async () => {
    expect((await add(core('[500 INTERNAL SERVER ERROR] during [POST]'))).kind).toBe('suspect');
  });

  it.each([
    ['404 in HTML', answers(404, HTML)],
    ['a redirect', answers(307, '', { location: '/elsewhere' })],
  ])('stops for a person to look at the settings at %s', async (_what, script) => {
    expect((await add(script)).kind).toBe('misconfigured');
    expect(server.lines).toEqual([`POST /api/v1/recognition/faces?subject=${SUBJECT}`]);
  });

  it('never follows a redirect with the API key', async () => {
    const elsewhere = await ScriptedServer.start(STORED);
    await add(answers(307, '', { location: `${elsewhere.url}/api/v1/recognition/faces` }));
    expect(elsewhere.seen).toHaveLength(0);
    await elsewhere.stop();
  });

  it('refuses a photo over the proxy limit', async () => {
    expect(await add(answers(413, HTML))).toMatchObject({ kind: 'rejected', code: 'image_too_large' });
  });
});

describe('giving up', () => {
  it('on an upload under way leaves its outcome unknown', async () => {
    const controller = new AbortController();
    const outcome = await add(() => {
      controller.abort();
    }, controller.signal);
    expect(outcome.kind).toBe('unknown');
  });

  it('before an upload was sent stores nothing', async () => {
    const outcome = await add(STORED, AbortSignal.abort());
    expect(outcome).toMatchObject({ kind: 'unavailable', reason: 'throttled' });
    expect(server.seen).toHaveLength(0);
  });

  it('on a read throws the reason of the signal, not an outage', async () => {
    const controller = new AbortController();
    const reason = new RangeError('enough');
    server.script = () => {
      controller.abort(reason);
    };
    await expect(engine.listSubjects(controller.signal)).rejects.toBe(reason);
  });
});

describe('a service that does not connect', () => {
  it('is reported as documented when the port is closed', async () => {
    await server.stop();
    const error: unknown = await engine.probe().catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'EXTERNAL_SERVICE_ERROR',
      message: 'Failed to connect to CompreFace service',
      details: { service: 'CompreFace', url: server.url, suggestion: 'Check if CompreFace is running' },
    });
    expect(await add(STORED)).toMatchObject({ kind: 'unavailable', reason: 'unreachable' });
  });

  it('costs the connect time-out, not the long one for answers', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    // A TLS handshake that nobody answers: the connection never becomes usable.
    const url = `https://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const impatient = engineFor(url, { connectTimeoutMs: 50 });
    expect(await impatient.addExample(SUBJECT, JPEG)).toMatchObject({ kind: 'unavailable', reason: 'unreachable' });
    impatient.onApplicationShutdown();
    silent.close();
  });

  it('is a wrong setting when https is spoken to a plain port', async () => {
    const confused = engineFor(server.url.replace('http:', 'https:'));
    expect(await failureOf(confused.probe())).toMatchObject({ kind: 'misconfigured' });
    confused.onApplicationShutdown();
  });

  it('is a wrong setting when the port speaks something else', async () => {
    const mail = createServer((socket) => socket.end('220 mail ready\r\n')).listen(0, '127.0.0.1');
    await once(mail, 'listening');
    const confused = engineFor(`http://127.0.0.1:${(mail.address() as AddressInfo).port}`);
    expect(await failureOf(confused.probe())).toMatchObject({ kind: 'misconfigured' });
    confused.onApplicationShutdown();
    mail.close();
  });
});

describe('connections', () => {
  it('are kept and used again', async () => {
    const sockets = new Set<unknown>();
    server.script = (seen, response, socket) => {
      sockets.add(socket);
      STORED(seen, response, socket);
    };
    for (let call = 0; call < 5; call++) await engine.addExample(SUBJECT, JPEG);
    expect(sockets.size).toBe(1);
  });

  it('ignore a proxy that the environment names', async () => {
    const proxy = await ScriptedServer.start(STORED);
    process.env.http_proxy = proxy.url;
    try {
      expect((await add(STORED)).kind).toBe('stored');
      expect(proxy.seen).toHaveLength(0);
    } finally {
      delete process.env.http_proxy;
      await proxy.stop();
    }
  });
});

describe('reads', () => {
  it('are tried again after a broken connection', async () => {
    let calls = 0;
    server.script = (...request) => {
      (++calls < 3 ? resets : answers(200, EMPTY_PAGE))(...request);
    };
    expect(await engine.listExamples(SUBJECT)).toEqual([]);
    expect(server.seen).toHaveLength(3);
  });

  it('are tried three times at most', async () => {
    server.script = answers(502, HTML);
    expect(await failureOf(engine.listSubjects())).toMatchObject({ kind: 'unavailable', reason: 'unreachable' });
    expect(server.seen).toHaveLength(3);
  });

  it('are not tried again after a time-out, nor before the time that the service named', async () => {
    engine = engineFor(server.url, HASTY);
    server.script = hangs;
    expect(await failureOf(engine.listSubjects())).toMatchObject({ kind: 'unavailable' });
    server.script = answers(429, '', { 'retry-after': '7' });
    expect(await failureOf(engine.listSubjects())).toMatchObject({ reason: 'throttled', retryAfterMs: 7_000 });
    expect(server.seen).toHaveLength(2);
  });

  it('stop at the size cap', async () => {
    server.script = answers(200, Buffer.alloc(6 * 1024 * 1024 + 1));
    expect((await failureOf(engine.downloadExample(IMAGE_ID))).kind).toBe('unavailable');
  });
});
