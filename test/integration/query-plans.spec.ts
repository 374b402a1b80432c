import { DataSource } from 'typeorm';
import { Database } from '../../src/database/database.js';
import { execute } from '../../src/database/sql.js';
import { databases } from '../support/databases.js';
import { facesOfNobody } from '../support/decided-faces.js';
import { newTestApp, type TestApp } from '../support/new-test-app.js';
import { askedDuring, planOf } from '../support/query-plans.js';
import { LEDGER, LIBRARY, QUEUE, train } from './planned-queries.js';

/** A person with four faces, which CompreFace has. */
async function aTrainedPerson(t: TestApp, look: number): Promise<number> {
  const { personId } = await t.api.aPersonWithFaces(4, look);
  await train(t, personId);
  return personId;
}

/** How the first query that looks like this is gone about, while the work is done. */
async function planDuring(t: TestApp, work: () => Promise<unknown>, looks: RegExp): Promise<string[]> {
  const dataSource = t.app.get(DataSource);
  const query = (await askedDuring(dataSource, work)).find(({ sql }) => looks.test(sql));
  if (!query) throw new Error(`nothing was asked that looks like ${String(looks)}`);
  return planOf(dataSource, query);
}

/**
 * SQLite keeps no statistics here: it plans by the text of a query and by what indices there are, at ten rows as at a million, and each new
 * index can draw a query to it that another one served better.
 */
describe('on SQLite', () => {
  let t: TestApp;
  beforeAll(async () => {
    t = await newTestApp({ database: databases[0]! });
    const persons = [await aTrainedPerson(t, 1), await aTrainedPerson(t, 2)];
    for (let i = 0; i < 5; i += 1) await t.api.aPerson();
    await facesOfNobody(t, 3, 3);
    const { reader } = t.app.get(Database);
    await execute(reader, 'UPDATE person SET last_failed = 1');
    await execute(reader, "UPDATE training_job SET completed_at = '2025-01-15 12:00:00.000' WHERE person_id = ?", [
      persons[1]!,
    ]);
    t.clock.advance(60_000);
  });
  afterAll(() => t.close());

  for (const [what, ask, looks, ...steps] of [...QUEUE, ...LEDGER, ...LIBRARY]) {
    it(what, async () => {
      expect(await planDuring(t, () => ask(t), looks)).toEqual(steps);
    });
  }
});
