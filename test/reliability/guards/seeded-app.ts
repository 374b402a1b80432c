import { type DatabaseKind, databases } from '../../support/databases.js';
import type { FakeCompreFaceOptions } from '../../support/fake-compreface/fake-compreface.js';
import { eventually } from '../../support/eventually.js';
import { newTestApp, type TestApp } from '../../support/new-test-app.js';
import { type SeededPerson, seedPeople, someCrops } from '../rig/people.js';
import { openPlainSql, type PlainSql } from '../rig/plain-sql.js';

/** The whole application with people who have faces, a worker that does nothing by itself, and its database from outside. */
export interface SeededApp extends TestApp {
  readonly sql: PlainSql;
  people(count: number, faces: number): Promise<SeededPerson[]>;
  /** Queues a training and returns the job's id. */
  queue(personId: number, trainingType?: string): Promise<number>;
}

/** Nothing happens unless the test does it. */
const STILL = { TRAINING_POLL_MS: '60000', TRAINING_REAP_MS: '600000' };

export async function seededApp(
  environment: Readonly<Record<string, string>> = {},
  database: DatabaseKind = databases[0]!,
  fake: FakeCompreFaceOptions = {},
): Promise<SeededApp> {
  const t = await newTestApp({ database, fake, environment: { ...STILL, ...environment } });
  const sql = openPlainSql(t.place);
  return {
    ...t,
    sql,
    people: async (count, faces) => seedPeople(sql, t.place.dataDir, count, await someCrops(faces)),
    queue: async (personId, trainingType = 'full') => {
      const { body } = await t.api.post(`/persons/${personId}/queue-training`, {
        trainingType,
        config: { minFacesThreshold: 1 },
      });
      return body.trainingId as number;
    },
    close: async () => {
      await sql.close();
      await t.close();
    },
  };
}

/** Until a transaction waits for a lock of another; MariaDB only. */
export async function untilSomebodyWaits(t: SeededApp): Promise<void> {
  await eventually(async () => {
    // InnoDB shows its transactions as they were when nobody had looked for a tenth of a second.
    await new Promise((resolve) => setTimeout(resolve, 150));
    const rows = await t.sql.all("SELECT trx_id FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'");
    expect(rows.length).toBeGreaterThan(0);
  });
}
