import { Database } from '../../../src/database/database.js';
import { execute } from '../../../src/database/sql.js';
import { JobExecution } from '../../../src/training/job-execution.js';
import { PersonTraining } from '../../../src/training/person-training.js';
import { databases } from '../../support/databases.js';
import { seededApp, untilSomebodyWaits } from './seeded-app.js';

// SQLite has one writer at a time: nothing can come between there.
const mariaDb = databases.filter(({ name }) => name === 'MariaDB');

describe.each(mariaDb)('how many examples a person has on $name', (database) => {
  it('is counted after whoever changes them at the same time, and never written over with an older count', async () => {
    const t = await seededApp({}, database);
    const [person] = await t.people(1, 3);
    await (await t.app.get(JobExecution).take(await t.queue(person!.id)))!.ended;
    const db = t.app.get(Database);
    const persons = t.app.get(PersonTraining);
    // One example leaves, and is not committed yet, when somebody else counts.
    const { counting } = await db.write(async (em) => {
      await execute(em, "UPDATE example SET state = 'leaving' WHERE content_hash = ?", [person!.hashes[0]!]);
      await persons.countExamples(em, person!.id);
      const begun = db.write((other) => persons.countExamples(other, person!.id));
      await untilSomebodyWaits(t);
      return { counting: begun };
    });
    await counting;
    expect((await t.api.get(`/persons/${person!.id}`)).body.person).toMatchObject({ example_count: 2 });
    await t.close();
  });
});
