import { Agent, request } from 'node:http';
import { databases, type TestDatabase } from '../support/databases.js';
import { startFakeCompreFace } from '../support/fake-compreface/start-fake-compreface.js';
import { SCALED_TIMES } from '../support/new-test-app.js';
import { spawnApp, type SpawnedApp } from '../support/spawn-app.js';

const [sqlite] = databases;

describe('a process that is told to stop', () => {
  let place: TestDatabase;
  let app: SpawnedApp;
  let fake: Awaited<ReturnType<typeof startFakeCompreFace>>;
  beforeEach(async () => {
    place = await sqlite!.create();
    fake = await startFakeCompreFace({});
    const compreFace = { COMPREFACE_URL: fake.url, COMPREFACE_API_KEY: fake.apiKey };
    app = await spawnApp({ ...SCALED_TIMES, ...place.environment, ...compreFace });
  });
  afterEach(async () => {
    await app.kill();
    await fake.close();
    await place.drop();
  });

  const endedWithin = (ms: number): Promise<number | null | 'late'> =>
    Promise.race([app.ended, new Promise<'late'>((resolve) => setTimeout(resolve, ms, 'late' as const).unref())]);

  it('ends although a client asks again and again over one kept connection', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const client = { asks: true };
    const asking = (async () => {
      while (client.asks) {
        await answered(`${app.api.baseUrl}/api/health/live`, agent);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    })();
    await answered(`${app.api.baseUrl}/api/health/live`, agent);
    app.signal('SIGTERM');
    expect(await endedWithin(8_000)).toBe(0);
    client.asks = false;
    await asking;
    agent.destroy();
  }, 20_000);

  it('ends at once when it is told twice', async () => {
    await app.api.get('/health/live');
    app.signal('SIGTERM');
    app.signal('SIGTERM');
    expect(await endedWithin(1_500)).not.toBe('late');
  });
});

/** Resolves whatever comes of it. */
function answered(url: string, agent: Agent): Promise<void> {
  return new Promise((resolve) => {
    const call = request(url, { agent }, (response) => {
      response.resume();
      response.on('close', resolve);
    });
    call.on('error', () => {
      resolve();
    });
    call.end();
  });
}
