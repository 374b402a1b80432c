import type { Type } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { AppModule } from '../../../src/app.module.js';
import { Database } from '../../../src/database/database.js';
import { configureHttp } from '../../../src/http-app.js';
import { Clock } from '../../../src/time/clock.js';
import { ApiClient } from '../../support/api-client.js';
import { TestClock } from '../../support/test-clock.js';

/** A replica inside this process: its parts can be reached, and its clocks set. */
export interface HostedApp {
  readonly api: ApiClient;
  /** The clock of its machine; the database's goes its own way. */
  readonly clock: TestClock;
  readonly db: Database;
  get<T>(part: Type<T> | (abstract new (...parameters: never[]) => T)): T;
  close(): Promise<void>;
}

export async function hostApp(environment: Readonly<Record<string, string>>): Promise<HostedApp> {
  const clock = new TestClock();
  const module = await Test.createTestingModule({ imports: [AppModule.forEnvironment(environment)] })
    .overrideProvider(Clock)
    .useValue(clock)
    .compile();
  const app = module.createNestApplication<NestExpressApplication>({ logger: false });
  configureHttp(app);
  await app.listen(0, '127.0.0.1');
  return {
    api: new ApiClient(await app.getUrl()),
    clock,
    db: app.get(Database),
    get: (part) => app.get(part, { strict: false }),
    close: () => app.close(),
  };
}
