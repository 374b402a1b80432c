import type { HttpFaceEngine } from './http-face-engine.js';
import { engineFor, StoppedClock } from './testing/engine-setup.js';
import { answers, ScriptedServer } from './testing/scripted-server.js';
import { DOWN, JPEG, SUBJECT, UPLOAD, well, WRONG_KEY } from './testing/well-compreface.js';

const PROBE = 'GET /api/v1/recognition/faces?page=0&size=1&sort=id';

let clock: StoppedClock;
let server: ScriptedServer;
let engine: HttpFaceEngine;

beforeEach(async () => {
  clock = new StoppedClock();
  server = await ScriptedServer.start(well);
  engine = engineFor(server.url, {}, clock);
});

afterEach(async () => {
  engine.onApplicationShutdown();
  await server.stop();
});

async function addMany(count: number): Promise<string[]> {
  const outcomes = await Promise.all(Array.from({ length: count }, () => engine.addExample(SUBJECT, JPEG)));
  return outcomes.map(({ kind }) => kind);
}

describe('after a wrong setting', () => {
  beforeEach(async () => {
    server.script = WRONG_KEY;
    await engine.addExample(SUBJECT, JPEG);
    server.seen.length = 0;
  });

  it('nothing is sent, and every call hears what to do', async () => {
    expect(await engine.addExample(SUBJECT, JPEG)).toMatchObject({ kind: 'misconfigured' });
    await expect(engine.listSubjects()).rejects.toMatchObject({
      details: { suggestion: expect.stringContaining('COMPREFACE_API_KEY') as string },
    });
    expect(server.seen).toHaveLength(0);
  });

  it('a probe that a person asks for goes through, and ends it', async () => {
    server.script = well;
    await engine.probe();
    expect(await engine.addExample(SUBJECT, JPEG)).toMatchObject({ kind: 'stored' });
  });

  it('the first call after a minute probes before it goes on', async () => {
    server.script = well;
    clock.advance(60_000);
    expect(await engine.addExample(SUBJECT, JPEG)).toMatchObject({ kind: 'stored' });
    expect(server.lines).toEqual([PROBE, UPLOAD]);
  });

  it('a photo is not sent when that probe fails', async () => {
    clock.advance(60_000);
    expect(await engine.addExample(SUBJECT, JPEG)).toMatchObject({ kind: 'misconfigured' });
    expect(server.lines).toEqual([PROBE]);
  });
});

describe('in an outage', () => {
  it('calls stop being sent, and those that wait for their turn are told so', async () => {
    server.script = DOWN;
    const kinds = await addMany(60);
    // What was sent is unknown; what was not sent is not.
    expect(kinds.filter((kind) => kind === 'unknown')).toHaveLength(server.seen.length);
    expect(kinds.filter((kind) => kind === 'unavailable')).toHaveLength(60 - server.seen.length);
    expect(server.seen.length).toBeLessThan(25);
    expect((await engine.status()).breaker).toBe('open');
  });

  it('is followed by one upload at a time, however many there were before', async () => {
    await addMany(60);
    server.script = answers(429, '', { 'retry-after': '30' });
    await engine.addExample(SUBJECT, JPEG);
    server.script = well;
    await engine.probe();
    expect(await engine.status()).toMatchObject({ breaker: 'closed', concurrencyLimit: 1 });
  });

  it('photos without a face do not count as failures', async () => {
    server.script = answers(400, { message: 'No face is found in the given image', code: 28 });
    expect(new Set(await addMany(40))).toEqual(new Set(['rejected']));
    expect(server.seen).toHaveLength(40);
  });
});

describe('uploads', () => {
  it('are under way four at a time to begin with', async () => {
    const finish: (() => void)[] = [];
    let most = 0;
    server.script = (...request) => {
      finish.push(() => {
        well(...request);
      });
      most = Math.max(most, finish.length);
      if (finish.length === 4)
        setImmediate(() => {
          finish.splice(0).forEach((end) => {
            end();
          });
        });
    };
    await addMany(8).then((kinds) => {
      expect(new Set(kinds)).toEqual(new Set(['stored']));
    });
    expect(most).toBe(4);
  });
});
