import { readFileSync } from 'node:fs';
import { ConsistencyOfPerson } from '../../../src/training/consistency-of-person.js';
import { JobExecution } from '../../../src/training/job-execution.js';
import { databases } from '../../support/databases.js';
import { cropPath, type SeededPerson } from '../rig/people.js';
import { type SeededApp, seededApp } from './seeded-app.js';

describe.each(databases)('what is mended after it was looked at, on $name,', (database) => {
  let t: SeededApp;
  let consistency: ConsistencyOfPerson;
  let person: SeededPerson;
  beforeEach(async () => {
    t = await seededApp({}, database);
    consistency = t.app.get(ConsistencyOfPerson);
    [person] = (await t.people(1, 1)) as [SeededPerson];
    await train('full');
  });
  afterEach(() => t.close());

  async function train(type: string): Promise<void> {
    await (await t.app.get(JobExecution).take(await t.queue(person.id, type)))!.ended;
  }

  const imageIds = async (): Promise<string[]> => (await t.fake.store()).examples.map(({ imageId }) => imageId);

  it('is not a copy any more that became the only example there is meanwhile', async () => {
    const [first] = await imageIds();
    const photo = readFileSync(cropPath(t.place.dataDir, person.hashes[0]!)).toString('base64');
    const copy = await t.fake.addForeignExample(person.subject, photo);
    const difference = await consistency.look(person.id, person.subject);
    expect(difference.copies).toEqual([copy]);
    // Somebody removes the one that the ledger names, and a training makes the ledger follow to the other.
    const headers = { 'x-api-key': t.fake.apiKey };
    await fetch(`${t.fake.url}/api/v1/recognition/faces/${first!}`, { method: 'DELETE', headers });
    await train('incremental');
    expect(await t.sql.all('SELECT state, image_id FROM example')).toEqual([{ state: 'present', image_id: copy }]);
    expect(await consistency.mend(difference, 'test')).toMatchObject({ duplicatesRemoved: 0 });
    expect(await imageIds()).toEqual([copy]);
  });

  it('is no copy at all that the ledger came to name while others were looked at', async () => {
    const sorted = await consistency.sort(person.id, await imageIds(), []);
    expect(sorted).toEqual({ copies: [], strays: [], unrecorded: [], unsettled: [], foreign: [] });
  });
});
