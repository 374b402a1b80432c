import { readFileSync, rmSync } from 'node:fs';
import { JobExecution } from '../../../src/training/job-execution.js';
import { MAX_ATTEMPTS } from '../../../src/training/job-state.js';
import { Ledger } from '../../../src/training/ledger.js';
import { eventually } from '../../support/eventually.js';
import { aFacePhoto } from '../../support/face-photos.js';
import { faults } from '../../support/fake-compreface/faults.js';
import { minutes } from '../../support/test-clock.js';
import { jobRow } from '../rig/jobs.js';
import { cropPath } from '../rig/people.js';
import { type SeededApp, seededApp } from './seeded-app.js';

const SETTLE = { COMPREFACE_SETTLE_MS: '60000' };

describe('what is known of an upload to a CompreFace that keeps no images', () => {
  let t: SeededApp;
  beforeEach(async () => {
    t = await seededApp(SETTLE, undefined, { savesImages: false });
  });
  afterEach(() => t.close());

  async function attempt(id: number): Promise<string> {
    await (await t.app.get(JobExecution).take(id))!.ended;
    return (await jobRow(t.sql, id)).state;
  }

  it('is found by the face: what was stored without an answer is not sent twice', async () => {
    const [person] = await t.people(1, 4);
    const id = await t.queue(person!.id);
    await t.fake.script({ route: 'addFace', times: 2, ...faults.undefinedAfterApply });
    expect(await attempt(id)).toBe('pending');
    t.clock.advance(minutes(1) + 1_000);
    expect(await attempt(id)).toBe('completed');
    expect((await t.fake.requests()).counts.addFace).toBe(4);
    expect((await t.fake.store()).examples).toHaveLength(4);
  });

  it.each(['core-crash', 'no-face'] as const)(
    'is nothing while the core says %s to everything: what is there is not sent twice when it is well again',
    async (answer) => {
      const [person] = await t.people(1, 4);
      const id = await t.queue(person!.id);
      await t.fake.script({ route: 'addFace', times: 2, ...faults.undefinedAfterApply });
      expect(await attempt(id)).toBe('pending');
      t.clock.advance(minutes(1) + 1_000);
      await t.fake.script({ route: 'recognize', takesEffect: 'no', answer });
      expect(await attempt(id)).toBe('pending');
      await t.fake.clearScript();
      t.clock.advance(minutes(2));
      expect(await attempt(id)).toBe('completed');
      expect((await t.fake.requests()).counts.addFace).toBe(4);
      expect((await t.fake.store()).examples).toHaveLength(4);
    },
  );

  it('is not mixed up with the face of somebody else under the same subject', async () => {
    const [person] = await t.people(1, 4);
    const id = await t.queue(person!.id);
    await t.fake.script({ route: 'addFace', times: 1, ...faults.hang });
    expect(await attempt(id)).toBe('pending');
    const somebodyElse = await aFacePhoto({ person: 7 });
    await t.fake.addForeignExample(person!.subject, somebodyElse.toString('base64'));
    t.clock.advance(minutes(1) + 1_000);
    expect(await attempt(id)).toBe('completed');
    expect((await t.fake.requests()).counts.addFace).toBe(5);
    expect((await t.fake.store()).examples).toHaveLength(5);
    expect(await jobRow(t.sql, id)).toMatchObject({ faces_added: 4 });
  });
});

describe('what is known of an upload', () => {
  let t: SeededApp;
  let execution: JobExecution;
  beforeEach(async () => {
    t = await seededApp(SETTLE);
    execution = t.app.get(JobExecution);
  });
  afterEach(() => t.close());

  async function attempt(id: number): Promise<string> {
    await (await execution.take(id))!.ended;
    return (await jobRow(t.sql, id)).state;
  }

  async function uploads(): Promise<number> {
    return (await t.fake.requests()).counts.addFace;
  }

  it('is written down before CompreFace is called', async () => {
    const [person] = await t.people(1, 3);
    await t.fake.setPace({ capacity: 0 });
    const taken = await execution.take(await t.queue(person!.id));
    await eventually(async () => {
      expect((await t.fake.requests()).inFlight).toBe(3);
    });
    const rows = await t.sql.all<{ state: string }>('SELECT state FROM example');
    expect(rows.map(({ state }) => state)).toEqual(['announced', 'announced', 'announced']);
    await t.fake.setPace({ capacity: 8 });
    await taken!.ended;
  });

  it('is not asked for before the settle time is over: what arrives late is found, and nothing is sent twice', async () => {
    const [person] = await t.people(1, 4);
    const id = await t.queue(person!.id);
    await t.fake.script({ route: 'addFace', times: 1, ...faults.hang });
    expect(await attempt(id)).toBe('pending');
    expect(await attempt(id)).toBe('pending');
    expect(await uploads()).toBe(4);
    // The server has worked on it all the while.
    const [late] = await t.sql.all<{ content_hash: string }>(
      "SELECT content_hash FROM example WHERE state = 'announced'",
    );
    const bytes = readFileSync(cropPath(t.place.dataDir, late!.content_hash));
    await t.fake.addForeignExample(person!.subject, bytes.toString('base64'));
    t.clock.advance(minutes(1) + 1_000);
    expect(await attempt(id)).toBe('completed');
    expect(await uploads()).toBe(4);
    expect((await t.fake.store()).examples).toHaveLength(4);
  });

  it('is sent again when the settle time is over and CompreFace does not have it', async () => {
    const [person] = await t.people(1, 4);
    const id = await t.queue(person!.id);
    await t.fake.script({ route: 'addFace', times: 1, ...faults.hang });
    expect(await attempt(id)).toBe('pending');
    t.clock.advance(minutes(1) + 1_000);
    expect(await attempt(id)).toBe('completed');
    expect(await uploads()).toBe(5);
    expect((await t.fake.store()).examples).toHaveLength(4);
  });

  it('is nothing after a code 0: no photo is blamed, and none is sent twice', async () => {
    const [person] = await t.people(1, 4);
    const id = await t.queue(person!.id);
    await t.fake.script({ route: 'addFace', times: 1, ...faults.undefinedAfterApply });
    expect(await attempt(id)).toBe('pending');
    expect(await uploads()).toBe(4);
    t.clock.advance(minutes(1) + 1_000);
    expect(await attempt(id)).toBe('completed');
    expect(await uploads()).toBe(4);
    expect(await jobRow(t.sql, id)).toMatchObject({ faces_added: 4, faces_failed: 0 });
    expect((await t.fake.store()).examples).toHaveLength(4);
  });

  it('is nothing while the core breaks on every photo: none is blamed, and all are sent when it is well again', async () => {
    const [person] = await t.people(1, 4);
    const id = await t.queue(person!.id);
    for (const route of ['addFace', 'recognize'] as const) await t.fake.script({ ...faults.coreCrash, route });
    expect(await attempt(id)).toBe('pending');
    expect(await jobRow(t.sql, id)).toMatchObject({ faces_failed: 0, error_code: 'EXTERNAL_SERVICE_ERROR' });
    await t.fake.clearScript();
    t.clock.advance(minutes(2));
    expect(await attempt(id)).toBe('completed');
    expect(await jobRow(t.sql, id)).toMatchObject({ faces_added: 4, faces_failed: 0 });
  });

  it('is made good when somebody took its intent for void meanwhile', async () => {
    const [person] = await t.people(1, 3);
    await t.fake.setPace({ capacity: 0 });
    const id = await t.queue(person!.id);
    const taken = await execution.take(id);
    await eventually(async () => {
      expect((await t.fake.requests()).inFlight).toBe(3);
    });
    const ledger = t.app.get(Ledger);
    await ledger.forgetAbsent((await ledger.rowsOf(person!.id)).map((row) => row.id));
    await t.fake.setPace({ capacity: 8 });
    await taken!.ended;
    expect((await jobRow(t.sql, id)).state).toBe('completed');
    const listed = (await t.fake.store()).examples.map(({ imageId }) => imageId);
    expect((await ledger.rowsOf(person!.id)).map((row) => row.image_id).sort()).toEqual(listed.sort());
  });

  it('of a former training stays where it cannot be sent anew', async () => {
    const [person] = await t.people(1, 3);
    expect(await attempt(await t.queue(person!.id))).toBe('completed');
    const before = (await t.fake.store()).examples;
    rmSync(cropPath(t.place.dataDir, person!.hashes[0]!));
    const id = await t.queue(person!.id, 'full');
    for (let n = 0; n < MAX_ATTEMPTS; n += 1) {
      t.clock.advance(minutes(10));
      await attempt(id);
    }
    expect(await jobRow(t.sql, id)).toMatchObject({ state: 'completed', faces_added: 2, faces_failed: 1 });
    const after = (await t.fake.store()).examples;
    expect(after.map(({ sha256 }) => sha256).sort()).toEqual([...person!.hashes].sort());
    const kept = before.find(({ sha256 }) => sha256 === person!.hashes[0]);
    expect(after).toContainEqual(kept);
  });

  it('is looked at once more before the job ends: what CompreFace lost meanwhile is sent again', async () => {
    const [person] = await t.people(1, 3);
    await t.fake.setPace({ capacity: 1 });
    const id = await t.queue(person!.id);
    // CompreFace confirms, and then does not have it.
    const store = t.app.get(Ledger);
    const stored = store.stored.bind(store);
    let lost: string | null = null;
    store.stored = async (em, personId, generation, hash, imageId) => {
      await stored(em, personId, generation, hash, imageId);
      lost ??= imageId;
    };
    const engineUrl = `${t.fake.url}/api/v1/recognition/faces`;
    await t.fake.script({ route: 'listFaces', times: 1, delayBeforeMs: 300 });
    const taken = await execution.take(id);
    await eventually(async () => {
      expect((await t.fake.requests()).counts.listFaces).toBeGreaterThan(0);
    });
    await fetch(`${engineUrl}/${lost!}`, { method: 'DELETE', headers: { 'x-api-key': t.fake.apiKey } });
    await taken!.ended;
    expect(await jobRow(t.sql, id)).toMatchObject({ state: 'completed', faces_added: 3 });
    expect((await t.fake.store()).examples).toHaveLength(3);
    expect(await uploads()).toBe(4);
  });

  it('that somebody else has settled is not forgotten by a process that looked before', async () => {
    const [person] = await t.people(1, 1);
    const id = await t.queue(person!.id);
    await t.fake.script({ route: 'addFace', times: 1, ...faults.hang });
    expect(await attempt(id)).toBe('pending');
    t.clock.advance(minutes(1) + 1_000);
    const ledger = t.app.get(Ledger);
    const [row] = await ledger.rowsOf(person!.id);
    // One process found nothing and stood still; the upload arrived, and another process has found it since.
    const imageId = '0b2c7a54-6f6e-4d0e-9d5b-1f4a3c2b1a00';
    expect(await ledger.adopt(row!.id, imageId)).toBe(true);
    await ledger.forgetAbsent([row!.id]);
    expect(await ledger.rowsOf(person!.id)).toMatchObject([{ state: 'present', image_id: imageId }]);
  });
});
