import { databases } from '../support/databases.js';
import { newTestApp, type TestApp } from '../support/new-test-app.js';

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe.each(databases)('the documented examples on $name', (database) => {
  let t: TestApp;
  beforeAll(async () => {
    t = await newTestApp({ database });
  });
  afterAll(() => t.close());

  it('queue a person, and process the queue', async () => {
    const { personId } = await t.api.aPersonWithFaces(4, 1, 'John Doe');
    const queued = await t.api.post(`/persons/${personId}/queue-training`, {
      trainingType: 'full',
      config: { minFacesThreshold: 3, maxFacesPerBatch: 50 },
    });
    expect(queued).toMatchObject({ status: 201, body: { success: true, message: 'Person queued for training' } });
    expect(queued.body).toEqual({
      success: true,
      message: 'Person queued for training',
      trainingId: expect.any(Number),
    });

    const pending = (await t.api.get('/training/queue')).body.queue.pendingJobs[0];
    expect(pending).toMatchObject({
      id: queued.body.trainingId,
      person_id: personId,
      person_name: 'John Doe',
      training_type: 'full',
      status: 'pending',
      faces_trained_count: 4,
      started_at: expect.stringMatching(ISO),
    });

    const processed = await t.api.post('/training/process-queue', { config: { maxConcurrentJobs: 5 } });
    expect(processed.status).toBe(200);
    expect(processed.body).toMatchObject({ success: true, message: 'Processed 1 training job' });
    expect(processed.body.results[0]).toMatchObject({
      id: queued.body.trainingId,
      person_id: personId,
      person_name: 'John Doe',
      status: 'completed',
      faces_added: 4,
      success_rate: 100,
      training_time: expect.any(Number),
    });
  });

  it('show the queue', async () => {
    await t.api.aPersonWithFaces(1, 2, 'Jane Smith');
    const { status, body } = await t.api.get('/training/queue');
    expect(status).toBe(200);
    expect(body.success).toBe(true);
    expect(body.queue).toMatchObject({
      pendingJobs: [],
      runningJobs: [],
      totalPeople: 2,
      trainedPeople: 1,
      untrainedPeople: 1,
    });
    expect(body.queue.completedJobs[0]).toMatchObject({
      id: expect.any(Number),
      person_name: 'John Doe',
      status: 'completed',
      faces_trained_count: 4,
      success_rate: 100,
      completed_at: expect.stringMatching(ISO),
    });
  });

  it('queue people by themselves', async () => {
    const { personId } = await t.api.aPersonWithFaces(3, 3, 'Auto Ann');
    const { status, body } = await t.api.post('/training/auto-train', {
      config: { enabled: true, minFacesThreshold: 3, trainingInterval: 6, autoRetryFailures: true, maxRetries: 3 },
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ success: true, message: 'Auto-queued 1 person for training' });
    expect(body.queuedJobs).toEqual([
      {
        id: expect.any(Number),
        person_id: personId,
        person_name: 'Auto Ann',
        training_type: 'full',
        status: 'pending',
        reason: 'Never trained before',
      },
    ]);
    await t.api.post('/training/process-queue');
  });

  it('show the statistics', async () => {
    const { status, body } = await t.api.get('/training/stats');
    expect(status).toBe(200);
    expect(body.success).toBe(true);
    expect(body.stats).toMatchObject({
      totalPeople: 3,
      trainedPeople: 2,
      untrainedPeople: 1,
      trainingJobs: 2,
      averageTrainingTime: expect.any(Number),
      successRate: 100,
      lastTrainingDate: expect.stringMatching(ISO),
      breakdown: { successful: 2, failed: 0, pending: 0, running: 0 },
    });
    expect(body.stats.averageTrainingTime).toBeGreaterThan(0);
  });

  it('cancel a job', async () => {
    const { personId } = await t.api.aPersonWithFaces(3, 4);
    const { trainingId } = (await t.api.post(`/persons/${personId}/queue-training`)).body;
    const cancelled = await t.api.delete(`/training/jobs/${trainingId}`);
    expect(cancelled).toMatchObject({ status: 200, body: { success: true, message: 'Training job cancelled' } });
    expect((await t.api.get(`/training/jobs/${trainingId}`)).body.job.status).toBe('cancelled');
  });

  it('retry a failed job', async () => {
    const { personId } = await t.api.aPersonWithFaces(3, 5);
    const { trainingId } = (await t.api.post(`/persons/${personId}/queue-training`)).body;
    const faces = (await t.api.get(`/persons/${personId}/faces`)).body.faces as { id: number }[];
    for (const { id } of faces) await t.api.post(`/faces/${id}/mark-invalid`);
    await t.api.post('/training/process-queue');
    expect((await t.api.get(`/training/jobs/${trainingId}`)).body.job).toMatchObject({
      status: 'failed',
      error: { code: 'INSUFFICIENT_DATA' },
    });
    await t.api.addFaces(personId, 1, 5, 20);
    const retried = await t.api.post(`/training/jobs/${trainingId}/retry`);
    expect(retried.status).toBe(201);
    expect(retried.body).toEqual({ success: true, message: 'Training job retried', newJobId: expect.any(Number) });
    expect((await t.api.get(`/training/jobs/${retried.body.newJobId}`)).body.job).toMatchObject({
      retry_of: trainingId,
      status: 'pending',
    });
    await t.api.post('/training/process-queue');
  });

  it('clean up old history', async () => {
    const { status, body } = await t.api.post('/training/cleanup', { daysToKeep: 0 });
    expect(status).toBe(200);
    expect(body.deleted).toBe(5);
    expect(body).toEqual({ success: true, message: 'Cleaned up 5 old training history records', deleted: 5 });
    const { queue } = (await t.api.get('/training/queue')).body;
    expect(queue.counts).toEqual({ pending: 0, running: 0, completed: 0, failed: 0, cancelled: 0 });
    expect(queue.trainedPeople).toBe(3);
  });

  it('refuse a person with too few faces', async () => {
    const { personId } = await t.api.aPersonWithFaces(2, 6);
    const { status, body } = await t.api.post(`/persons/${personId}/queue-training`);
    expect(status).toBe(422);
    expect(body).toMatchObject({
      error: 'Person needs at least 3 faces for training',
      code: 'INSUFFICIENT_DATA',
      details: { person_id: personId, current_faces: 2, minimum_required: 3 },
    });
  });

  it('refuse a second training of a person', async () => {
    const { personId } = await t.api.aPersonWithFaces(3, 7);
    const { trainingId } = (await t.api.post(`/persons/${personId}/queue-training`)).body;
    const { status, body } = await t.api.post(`/persons/${personId}/queue-training`);
    expect(status).toBe(409);
    expect(body).toEqual({
      error: 'Training already in progress for this person',
      code: 'ALREADY_EXISTS',
      details: { person_id: personId, existing_job_id: trainingId, status: 'pending' },
    });
  });

  it('say that CompreFace cannot be reached, and keep every job', async () => {
    await t.fake.close();
    const { status, body } = await t.api.post('/training/process-queue');
    expect(status).toBe(502);
    expect(body).toEqual({
      error: 'Failed to connect to CompreFace service',
      code: 'EXTERNAL_SERVICE_ERROR',
      details: { service: 'CompreFace', url: t.fake.url, suggestion: 'Check if CompreFace is running' },
    });
    expect((await t.api.get('/training/queue')).body.queue.counts.pending).toBe(1);
  });
});
