import type { HttpFaceEngine } from './http-face-engine.js';
import { engineFor, StoppedClock } from './testing/engine-setup.js';
import { answers, ScriptedServer, type Script } from './testing/scripted-server.js';
import { DOWN, JPEG, SUBJECT, UPLOAD, well, WRONG_KEY } from './testing/well-compreface.js';

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

async function addMany(count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, () => engine.addExample(SUBJECT, JPEG)));
}

describe('a look at the status', () => {
  const THROTTLED = answers(429, '', { 'retry-after': '30' });
  const deadCore: Script = (seen, ...rest) => {
    (seen.method === 'GET' ? well : DOWN)(seen, ...rest);
  };
  const uploads = (): number => server.lines.filter((line) => line === UPLOAD).length;

  it('leaves a pause that the server asked for in force, and says what is the matter and when it is tried again', async () => {
    server.script = THROTTLED;
    await engine.addExample(SUBJECT, JPEG);
    server.script = well;
    const { reachable, breaker, problem } = await engine.status();
    expect({ reachable, breaker }).toEqual({ reachable: true, breaker: 'open' });
    expect(problem).toMatchObject({ message: expect.any(String) as string, suggestion: expect.any(String) as string });
    expect(problem?.retryInMs).toBeGreaterThanOrEqual(30_000);
    expect(problem?.retryInMs).toBeLessThanOrEqual(36_000);
    expect(await engine.addExample(SUBJECT, JPEG)).toMatchObject({ kind: 'unavailable' });
    expect(uploads()).toBe(1);
  });

  it('does not take a dead core behind a living API for well, however often it is repeated', async () => {
    server.script = deadCore;
    await addMany(60);
    const sent = uploads();
    for (let look = 0; look < 5; look++) {
      expect(await engine.status()).toMatchObject({ reachable: true, breaker: 'open', problem: {} });
      expect(await engine.addExample(SUBJECT, JPEG)).toMatchObject({ kind: 'unavailable' });
    }
    expect(uploads()).toBe(sent);
  });

  it('that fails keeps nobody from working', async () => {
    server.script = DOWN;
    for (let look = 0; look < 30; look++) {
      expect(await engine.status()).toMatchObject({
        reachable: false,
        breaker: 'closed',
        problem: { retryInMs: null },
      });
    }
    server.script = well;
    expect(await engine.addExample(SUBJECT, JPEG)).toMatchObject({ kind: 'stored' });
  });

  it('that fails does not put off the next try', async () => {
    server.script = DOWN;
    await addMany(60);
    clock.advance(5_900);
    await engine.status();
    clock.advance(101);
    expect(await engine.status()).toMatchObject({ reachable: false, breaker: 'open', problem: { retryInMs: 0 } });
    server.script = well;
    expect(await engine.addExample(SUBJECT, JPEG)).toMatchObject({ kind: 'stored' });
  });

  it('that finds a wrong setting mended ends its minute of waiting: only a person has an end of it', async () => {
    server.script = WRONG_KEY;
    await engine.addExample(SUBJECT, JPEG);
    expect(await engine.status()).toMatchObject({
      reachable: false,
      breaker: 'misconfigured',
      problem: { suggestion: expect.stringContaining('COMPREFACE_API_KEY') as string, retryInMs: 60_000 },
    });
    server.script = well;
    expect(await engine.status()).toMatchObject({ reachable: true, breaker: 'closed', problem: null });
    expect(await engine.addExample(SUBJECT, JPEG)).toMatchObject({ kind: 'stored' });
  });

  it('that began before a wrong setting showed says nothing about it', async () => {
    let answer = (): void => undefined;
    const asked = new Promise<void>((resolve) => {
      server.script = (...request) => {
        answer = () => {
          well(...request);
        };
        resolve();
      };
    });
    const looking = engine.status();
    await asked;
    server.script = WRONG_KEY;
    await engine.addExample(SUBJECT, JPEG);
    answer();
    expect(await looking).toMatchObject({ reachable: true, breaker: 'misconfigured', problem: { retryInMs: 60_000 } });
  });
});
