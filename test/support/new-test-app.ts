import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { AppModule } from '../../src/app.module.js';
import { Database } from '../../src/database/database.js';
import { configureHttp } from '../../src/http-app.js';
import { Clock } from '../../src/time/clock.js';
import { ApiClient } from './api-client.js';
import { type DatabaseKind, databases, type TestDatabase } from './databases.js';
import type { FakeCompreFace, FakeCompreFaceOptions } from './fake-compreface/fake-compreface.js';
import { startFakeCompreFace } from './fake-compreface/start-fake-compreface.js';
import { TestClock } from './test-clock.js';

/** The whole application over HTTP, with a fake CompreFace behind it. */
export interface TestApp {
  readonly api: ApiClient;
  readonly fake: FakeCompreFace;
  readonly clock: TestClock;
  readonly app: NestExpressApplication;
  readonly place: TestDatabase;
  close(): Promise<void>;
}

export interface TestAppOptions {
  readonly database?: DatabaseKind;
  /** On top of the scaled times below. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly fake?: FakeCompreFaceOptions;
  /** Default: a fake CompreFace. */
  readonly embedded?: boolean;
}

/** The worker's times, scaled down from production. */
export const SCALED_WORKER_TIMES = {
  TRAINING_LEASE_MS: '2000',
  TRAINING_HEARTBEAT_MS: '200',
  TRAINING_REAP_MS: '200',
  TRAINING_POLL_MS: '50',
  TRAINING_BACKOFF_MS: '50',
  TRAINING_DRAIN_MS: '2000',
  TRAINING_SCHEDULE_ENABLED: 'false',
};

/** Those, and the patience with a fake CompreFace that needs no time of its own. Real models need the real patience. */
export const SCALED_TIMES = {
  ...SCALED_WORKER_TIMES,
  COMPREFACE_SETTLE_MS: '1000',
  COMPREFACE_CONNECT_TIMEOUT_MS: '500',
  COMPREFACE_HEADERS_TIMEOUT_MS: '900',
  COMPREFACE_TOTAL_TIMEOUT_MS: '950',
  COMPREFACE_PROBE_TIMEOUT_MS: '500',
};

export async function newTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const [sqlite] = databases;
  const place = await (options.database ?? sqlite!).create();
  const fake = await startFakeCompreFace(options.fake ?? {});
  const engine = options.embedded ? {} : { COMPREFACE_URL: fake.url, COMPREFACE_API_KEY: fake.apiKey };
  const times = options.embedded ? SCALED_WORKER_TIMES : SCALED_TIMES;
  const environment = { ...times, ...place.environment, ...engine, ...options.environment };
  const clock = new TestClock();
  const module = await Test.createTestingModule({ imports: [AppModule.forEnvironment(environment)] })
    .overrideProvider(Clock)
    .useValue(clock)
    .compile();
  const app = module.createNestApplication<NestExpressApplication>({ logger: ['error', 'warn'] });
  configureHttp(app);
  await app.listen(0, '127.0.0.1');
  clock.drive(app.get(Database));
  return {
    api: new ApiClient(await app.getUrl()),
    fake,
    clock,
    app,
    place,
    close: async () => {
      await app.close();
      await fake.close();
      await place.drop();
    },
  };
}
