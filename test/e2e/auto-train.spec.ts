import { TrainingSchedule } from '../../src/training/training-schedule.js';
import { databases } from '../support/databases.js';
import { faults } from '../support/fake-compreface/faults.js';
import { newTestApp, type TestApp } from '../support/new-test-app.js';
import { hours, minutes } from '../support/test-clock.js';

describe.each(databases)('automatic training on $name', (database) => {
  let t: TestApp;
  beforeEach(async () => {
    t = await newTestApp({ database });
  });
  afterEach(() => t.close());

  const autoTrain = async (config: object): Promise<{ reason: string; training_type: string; id: number }[]> =>
    (await t.api.post('/training/auto-train', { config })).body.queuedJobs as never;

  async function aFailedPerson(look: number): Promise<number> {
    const { personId, faceIds } = await t.api.aPersonWithFaces(3, look);
    await t.fake.script({
      route: 'addFace',
      takesEffect: 'no',
      answer: { status: 400, headers: { 'content-type': 'application/json' }, body: '{"message":"No face","code":28}' },
    });
    await t.api.post(`/persons/${personId}/queue-training`);
    await t.api.post('/training/process-queue');
    expect(faceIds).toHaveLength(3);
    return personId;
  }

  it('trainingInterval: trains again after so many hours, not before', async () => {
    await t.api.aPersonWithFaces(3, 1);
    const rule = { minFacesThreshold: 3, trainingInterval: 6 };
    expect(await autoTrain(rule)).toHaveLength(1);
    await t.api.post('/training/process-queue');
    expect(await autoTrain(rule)).toEqual([]);
    t.clock.advance(hours(5.9));
    expect(await autoTrain(rule)).toEqual([]);
    t.clock.advance(hours(0.2));
    expect(await autoTrain(rule)).toMatchObject([
      { training_type: 'incremental', reason: 'Last trained 6 hours ago, 0 new faces' },
    ]);
  });

  it('minFacesThreshold: leaves people with fewer faces alone', async () => {
    await t.api.aPersonWithFaces(3, 2);
    expect(await autoTrain({ minFacesThreshold: 4 })).toEqual([]);
    expect(await autoTrain({ minFacesThreshold: 3 })).toHaveLength(1);
  });

  it('leaves people with an active job alone', async () => {
    const { personId } = await t.api.aPersonWithFaces(3, 3);
    await t.api.post(`/persons/${personId}/queue-training`);
    expect(await autoTrain({ minFacesThreshold: 3 })).toEqual([]);
  });

  it('enabled: false queues nothing and says so', async () => {
    await t.api.aPersonWithFaces(3, 4);
    const { body } = await t.api.post('/training/auto-train', { config: { enabled: false, minFacesThreshold: 1 } });
    expect(body).toMatchObject({ success: true, queuedJobs: [], message: expect.stringContaining('disabled') });
  });

  it('autoRetryFailures and maxRetries: retries a failed training that often, with the reason', async () => {
    await aFailedPerson(5);
    const rule = { minFacesThreshold: 3, maxRetries: 2, autoRetryFailures: true };
    expect(await autoTrain({ ...rule, autoRetryFailures: false })).toEqual([]);
    for (const retry of [1, 2]) {
      const [job] = await autoTrain(rule);
      expect(job).toMatchObject({
        training_type: 'full',
        reason: `Retry ${retry} of 2 after failure: NO_FACE_TRAINED`,
      });
      await t.api.post('/training/process-queue');
    }
    expect(await autoTrain(rule)).toEqual([]);
    expect(await autoTrain({ ...rule, maxRetries: 3 })).toHaveLength(1);
  });

  it('begins to count retries anew when the faces changed', async () => {
    const personId = await aFailedPerson(6);
    const rule = { minFacesThreshold: 3, maxRetries: 1 };
    await autoTrain(rule);
    await t.api.post('/training/process-queue');
    expect(await autoTrain(rule)).toEqual([]);
    await t.api.addFaces(personId, 1, 6, 30);
    expect(await autoTrain(rule)).toMatchObject([{ reason: 'Retry 1 of 1 after failure: NO_FACE_TRAINED' }]);
  });

  it('takes what is not given from the stored settings', async () => {
    await t.api.aPersonWithFaces(4, 7);
    expect((await t.api.post('/training/auto-train')).body.queuedJobs).toEqual([]);
    const stored = await t.api.put('/training/settings', { minFacesThreshold: 4 });
    expect(stored).toMatchObject({
      status: 200,
      body: { settings: { minFacesThreshold: 4, maxRetries: 3, schedule: '0 * * * *' } },
    });
    expect((await t.api.post('/training/auto-train')).body.queuedJobs).toHaveLength(1);
  });

  it.each([
    { schedule: 'now and then' },
    { timezone: 'Mars/Olympus' },
    { schedule: '* * * * * *' },
    { minFacesThreshold: 0 },
    { unknown: 1 },
  ])('refuses the setting %j and keeps the old ones', async (settings) => {
    const { status, body } = await t.api.put('/training/settings', settings);
    expect(status).toBe(400);
    expect(body.details.fields[0].field).toBe(Object.keys(settings)[0]);
    expect((await t.api.get('/training/settings')).body.settings).toMatchObject({
      schedule: '0 * * * *',
      minFacesThreshold: 5,
    });
  });

  it('runs by its schedule once per slot: queues, then processes', async () => {
    const { personId } = await t.api.aPersonWithFaces(5, 8);
    const schedule = t.app.get(TrainingSchedule);
    expect(await schedule.runOnce()).toBe(false);
    t.clock.advance(hours(1) + minutes(10));
    expect(await schedule.runOnce()).toBe(true);
    expect(await schedule.runOnce()).toBe(false);
    expect((await t.api.get(`/persons/${personId}`)).body.person.recognition_status).toBe('trained');
    await t.api.put('/training/settings', { enabled: false });
    t.clock.advance(hours(1));
    expect(await schedule.runOnce()).toBe(false);
  });

  it('tries a slot again in which CompreFace was away', async () => {
    const { personId } = await t.api.aPersonWithFaces(5, 8);
    const schedule = t.app.get(TrainingSchedule);
    t.clock.advance(hours(1) + minutes(10));
    await t.fake.script(faults.badGateway);
    await expect(schedule.runOnce()).rejects.toMatchObject({ code: 'EXTERNAL_SERVICE_ERROR' });
    await t.fake.clearScript();
    expect(await schedule.runOnce()).toBe(false);
    t.clock.advance(minutes(6));
    expect(await schedule.runOnce()).toBe(true);
    expect(await schedule.runOnce()).toBe(false);
    expect((await t.api.get(`/persons/${personId}`)).body.person.recognition_status).toBe('trained');
  });

  it('does not run within ten minutes of the first start', async () => {
    await t.api.put('/training/settings', { schedule: '* * * * *' });
    const schedule = t.app.get(TrainingSchedule);
    t.clock.advance(minutes(9));
    expect(await schedule.runOnce()).toBe(false);
    t.clock.advance(minutes(3));
    expect(await schedule.runOnce()).toBe(true);
  });
});
