import { readFileSync } from 'node:fs';
import { Database } from '../../../src/database/database.js';
import { execute } from '../../../src/database/sql.js';
import { JobExecution } from '../../../src/training/job-execution.js';
import { JobStore } from '../../../src/training/job-store.js';
import { JobFaces } from '../../../src/training/job-faces.js';
import { Ledger } from '../../../src/training/ledger.js';
import { Withdrawals } from '../../../src/training/withdrawals.js';
import { databases } from '../../support/databases.js';
import { eventually } from '../../support/eventually.js';
import { aFacePhoto } from '../../support/face-photos.js';
import { minutes } from '../../support/test-clock.js';
import { cropPath } from '../rig/people.js';
import { seededApp, untilSomebodyWaits } from './seeded-app.js';

const mariaDb = databases.filter(({ name }) => name === 'MariaDB');

describe.each(mariaDb)('a face that is taken away while it is announced on $name', (database) => {
  it('is either withdrawn before, and then never sent, or after, and then withdrawn', async () => {
    const t = await seededApp({}, database);
    const [person] = await t.people(1, 2);
    const jobs = t.app.get(JobStore);
    const claim = await jobs.claim(await t.queue(person!.id));
    const { generation } = await t.app.get(JobFaces).takeSnapshot(claim!);
    const faces = person!.faceIds.map((faceId, index) => ({ faceId, contentHash: person!.hashes[index]! }));
    const db = t.app.get(Database);
    // Somebody takes the first face away and has not committed yet, when both are announced.
    const { announcement, blocked } = await db.write(async (em) => {
      await execute(em, 'UPDATE face SET person_id = NULL WHERE id = ?', [faces[0]!.faceId]);
      const announcing = t.app.get(Ledger).announce(claim!, generation, faces);
      const waits = await Promise.race([announcing.then(() => false), untilSomebodyWaits(t).then(() => true)]);
      return { announcement: { announcing }, blocked: waits };
    });
    const { announced, ineligible } = await announcement.announcing;
    expect(blocked).toBe(true);
    expect([...announced]).toEqual([faces[1]!.faceId]);
    expect([...ineligible]).toEqual([faces[0]!.faceId]);
    await t.close();
  });
});

describe.each(databases)('a person who is deleted on $name', (database) => {
  it('leaves nothing behind although a training still sends in the moment in which the person is withdrawn', async () => {
    // As the embedded engine: nothing has to settle.
    const t = await seededApp({ COMPREFACE_SETTLE_MS: '0' }, database);
    const [person] = await t.people(1, 3);
    const id = await t.queue(person!.id);
    const withdrawals = t.app.get(Withdrawals);
    await t.fake.setPace({ capacity: 0 });
    const taken = await t.app.get(JobExecution).take(id);
    await eventually(async () => {
      expect((await t.fake.requests()).inFlight).toBe(3);
    });
    await t.api.delete(`/persons/${person!.id}`);
    await withdrawals.carryOutDue();
    // Only now do the uploads come through.
    await t.fake.setPace({ capacity: 8 });
    await taken!.ended;
    for (let round = 0; round < 5; round += 1) {
      t.clock.advance(minutes(2));
      await withdrawals.carryOutDue();
    }
    const { examples, subjects } = await t.fake.store();
    expect({ examples, subjects }).toEqual({ examples: [], subjects: [] });
    await t.close();
  });

  it('leaves nothing behind although CompreFace stores an upload longer than the settle time after it', async () => {
    const t = await seededApp({ COMPREFACE_SETTLE_MS: '60000' }, database);
    const [person] = await t.people(1, 1);
    const withdrawals = t.app.get(Withdrawals);
    await t.fake.setPace({ capacity: 0 });
    await (await t.app.get(JobExecution).take(await t.queue(person!.id)))!.ended;
    t.clock.advance(minutes(1) + 1_000);
    await t.api.delete(`/persons/${person!.id}`);
    // Settled by now, and the subject is empty for the first time.
    await withdrawals.carryOutDue();
    await t.fake.setPace({ capacity: 8 });
    await t.fake.settled();
    const somebodyElses = await t.fake.addForeignExample(
      person!.subject,
      (await aFacePhoto({ person: 7 })).toString('base64'),
    );
    expect((await t.fake.store()).examples).toHaveLength(2);
    for (let round = 0; round < 3; round += 1) {
      t.clock.advance(minutes(1) + 1_000);
      await withdrawals.carryOutDue();
    }
    expect((await t.fake.store()).examples.map(({ imageId }) => imageId)).toEqual([somebodyElses]);
    expect(await t.sql.all("SELECT id FROM withdrawal WHERE state = 'pending'")).toEqual([]);
    await t.close();
  });

  it('is withdrawn only when the subject was empty twice, a settle time apart, after the last late upload', async () => {
    const t = await seededApp({ COMPREFACE_SETTLE_MS: '60000' }, database);
    const [person] = await t.people(1, 1);
    const photo = readFileSync(cropPath(t.place.dataDir, person!.hashes[0]!)).toString('base64');
    const withdrawals = t.app.get(Withdrawals);
    await t.api.delete(`/persons/${person!.id}`);
    for (let late = 0; late < 2; late += 1) {
      await withdrawals.carryOutDue();
      await t.fake.addForeignExample(person!.subject, photo);
      t.clock.advance(minutes(1) + 1_000);
      expect(await withdrawals.carryOutDue()).toBe(0);
      t.clock.advance(minutes(1) + 1_000);
    }
    expect(await withdrawals.carryOutDue()).toBe(0);
    t.clock.advance(minutes(1) + 1_000);
    expect(await withdrawals.carryOutDue()).toBe(1);
    expect(await t.fake.store()).toMatchObject({ examples: [], subjects: [] });
    await t.close();
  });
});
