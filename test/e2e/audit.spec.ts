import { Audit } from '../../src/training/audit.js';
import { databases } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { newTestApp, type TestApp } from '../support/new-test-app.js';
import { hours, minutes } from '../support/test-clock.js';

describe.each(databases)('the audit on $name', (database) => {
  let t: TestApp;
  let audit: Audit;
  beforeEach(async () => {
    // The worker's own rounds come too seldom to interfere: the test takes the looks itself.
    t = await newTestApp({ database, environment: { TRAINING_POLL_MS: '60000' } });
    audit = t.app.get(Audit);
  });
  afterEach(() => t.close());

  async function aTrainedPerson(look: number): Promise<{ personId: number; faceIds: number[]; subject: string }> {
    const { personId, faceIds } = await t.api.aPersonWithFaces(3, look);
    await t.api.post(`/persons/${personId}/queue-training`);
    await t.api.post('/training/process-queue');
    const { person } = (await t.api.get(`/persons/${personId}`)).body;
    return { personId, faceIds, subject: person.compreface_subject as string };
  }

  async function examplesOf(subject: string): Promise<{ imageId: string }[]> {
    return (await t.fake.store()).examples.filter((example) => example.subject === subject);
  }

  async function lose(subject: string): Promise<void> {
    const [gone] = await examplesOf(subject);
    await fetch(`${t.fake.url}/api/v1/recognition/faces/${gone!.imageId}`, {
      method: 'DELETE',
      headers: { 'x-api-key': t.fake.apiKey },
    });
  }

  async function arriveLate(subject: string, faceId: number): Promise<void> {
    const image = await fetch(`${t.api.baseUrl}/api/faces/${faceId}/image`);
    await t.fake.addForeignExample(subject, Buffer.from(await image.arrayBuffer()).toString('base64'));
  }

  const pendingJobs = async (): Promise<{ person_id: number; reason: string }[]> =>
    (await t.api.get('/training/queue')).body.queue.pendingJobs as { person_id: number; reason: string }[];

  it('looks at a person five minutes after a training, an hour later, and then once a day', async () => {
    await aTrainedPerson(1);
    t.clock.advance(minutes(4));
    expect(await audit.carryOutDue()).toBe(0);
    t.clock.advance(minutes(2));
    expect(await audit.carryOutDue()).toBe(1);
    t.clock.advance(minutes(55));
    expect(await audit.carryOutDue()).toBe(0);
    t.clock.advance(minutes(6));
    expect(await audit.carryOutDue()).toBe(1);
    for (let day = 0; day < 2; day += 1) {
      t.clock.advance(hours(23));
      expect(await audit.carryOutDue()).toBe(0);
      t.clock.advance(hours(1.1));
      expect(await audit.carryOutDue()).toBe(1);
    }
  });

  it('changes nothing where nothing differs', async () => {
    await aTrainedPerson(2);
    const before = await t.fake.store();
    t.clock.advance(minutes(6));
    await audit.carryOutDue();
    expect(await t.fake.store()).toEqual(before);
    expect(await pendingJobs()).toEqual([]);
  });

  it('removes an upload of ours that arrived late, by its id, and looks again soon', async () => {
    const { subject, faceIds } = await aTrainedPerson(3);
    const before = await examplesOf(subject);
    await arriveLate(subject, faceIds[1]!);
    t.clock.advance(minutes(6));
    await audit.carryOutDue();
    expect(await examplesOf(subject)).toEqual(before);
    expect(await pendingJobs()).toEqual([]);
    t.clock.advance(minutes(6));
    expect(await audit.carryOutDue()).toBe(1);
  });

  it('removes a late upload of a face that was taken from the person meanwhile', async () => {
    const { subject, faceIds } = await aTrainedPerson(4);
    await t.api.post('/training/process-queue');
    const image = await fetch(`${t.api.baseUrl}/api/faces/${faceIds[0]}/image`);
    const photo = Buffer.from(await image.arrayBuffer()).toString('base64');
    await t.api.delete(`/faces/${faceIds[0]}/person`);
    await t.fake.addForeignExample(subject, photo);
    t.clock.advance(minutes(6));
    await audit.carryOutDue();
    expect(await examplesOf(subject)).toHaveLength(2);
  });

  it('sends a missing example anew by an incremental training that the worker begins', async () => {
    await t.close();
    t = await newTestApp({ database });
    const { subject } = await aTrainedPerson(5);
    await lose(subject);
    t.clock.advance(minutes(6));
    await eventually(async () => {
      expect(await examplesOf(subject)).toHaveLength(3);
    });
    const { jobs } = (await t.api.get('/training/jobs')).body;
    expect(jobs[0]).toMatchObject({
      training_type: 'incremental',
      reason: 'Audit: CompreFace had lost 1 example',
    });
  });

  it('removes what arrives for a person that was deleted, and the subject with it', async () => {
    await t.close();
    t = await newTestApp({ database });
    const { personId, subject, faceIds } = await aTrainedPerson(6);
    await t.api.delete(`/persons/${personId}`);
    await eventually(async () => {
      expect((await t.fake.store()).subjects).toEqual([]);
    });
    await arriveLate(subject, faceIds[0]!);
    t.clock.advance(minutes(6));
    await eventually(async () => {
      expect(await t.fake.store()).toMatchObject({ subjects: [], examples: [], wipes: [] });
    });
  });

  it('stops when too many have lost examples, says so, and goes on after a repair', async () => {
    const persons = [];
    for (let look = 10; look < 18; look += 1) persons.push(await aTrainedPerson(look));
    for (const { subject } of persons) await lose(subject);
    t.clock.advance(minutes(6));
    while ((await audit.carryOutDue()) > 0);
    // Two were begun before the third showed that it is no coincidence.
    expect(await pendingJobs()).toHaveLength(2);
    expect((await t.api.get('/compreface/consistency')).body.audit).toEqual({
      state: 'stopped',
      audited: 3,
      differing: 3,
    });
    expect((await t.api.get('/health/ready')).body).toMatchObject({ status: 'ok', collection: 'differs' });
    const { body } = await t.api.post('/compreface/consistency/repair');
    expect(body.done.jobs.total).toBe(6);
    expect((await t.api.get('/compreface/consistency')).body.audit.state).toBe('running');
    await t.api.post('/training/process-queue');
    expect((await t.api.get('/compreface/consistency')).body).toMatchObject({ consistent: true });
    expect((await t.api.get('/health/ready')).body.collection).toBe('ok');
  });

  it('leaves a person with an active job to that job', async () => {
    const { personId, subject } = await aTrainedPerson(7);
    await lose(subject);
    await t.api.post(`/persons/${personId}/queue-training`, { trainingType: 'incremental' });
    t.clock.advance(minutes(6));
    await audit.carryOutDue();
    expect(await pendingJobs()).toHaveLength(1);
    await t.api.post('/training/process-queue');
    expect(await examplesOf(subject)).toHaveLength(3);
  });
});
