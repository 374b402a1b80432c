import { databases } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { newTestApp, type TestApp } from '../support/new-test-app.js';

describe.each(databases)('training jobs on $name', (database) => {
  let t: TestApp;
  beforeAll(async () => {
    t = await newTestApp({ database });
  });
  afterAll(() => t.close());
  afterEach(async () => {
    await t.fake.clearScript();
    await t.fake.setPace({ latencyMs: 0, capacity: 8 });
  });

  const job = async (id: number): Promise<Record<string, unknown>> =>
    (await t.api.get(`/training/jobs/${id}`)).body.job as Record<string, unknown>;

  it('a running job that is cancelled stops sending, ends cancelled, and keeps what was added', async () => {
    const { personId } = await t.api.aPersonWithFaces(20, 1);
    await t.fake.setPace({ latencyMs: 100, capacity: 1 });
    const id = (await t.api.post(`/persons/${personId}/train`)).body.trainingId as number;
    await eventually(async () => {
      expect(await job(id)).toMatchObject({ status: 'running', progress: { total: 20 } });
      expect((await t.fake.store()).examples.length).toBeGreaterThan(1);
    });
    expect((await t.api.delete(`/training/jobs/${id}`)).status).toBe(200);
    const cancelledAt = performance.now();
    await eventually(async () => {
      expect(await job(id)).toMatchObject({ status: 'cancelled' });
    });
    expect(performance.now() - cancelledAt).toBeLessThan(3_000);
    await t.fake.settled();
    const sent = (await t.fake.requests()).counts.addFace;
    const added = (await t.fake.store()).examples.length;
    expect(added).toBeGreaterThan(0);
    expect(added).toBeLessThan(20);
    await eventually(async () => {
      const { person } = (await t.api.get(`/persons/${personId}`)).body;
      expect(person).toMatchObject({ recognition_status: 'trained', example_count: added });
    });
    expect((await t.fake.requests()).counts.addFace).toBe(sent);
  });

  it('a job that has ended can be neither cancelled nor retried, unless it failed', async () => {
    const { personId } = await t.api.aPersonWithFaces(3, 2);
    const id = (await t.api.post(`/persons/${personId}/queue-training`)).body.trainingId as number;
    await t.api.post('/training/process-queue');
    expect(await t.api.delete(`/training/jobs/${id}`)).toMatchObject({
      status: 409,
      body: { code: 'INVALID_STATE', details: { job_id: id, status: 'completed' } },
    });
    expect(await t.api.post(`/training/jobs/${id}/retry`)).toMatchObject({
      status: 409,
      body: { code: 'INVALID_STATE' },
    });
    expect(await t.api.delete('/training/jobs/999999')).toMatchObject({
      status: 404,
      body: { code: 'NOT_FOUND', details: { job_id: 999999 } },
    });
  });

  it('a job shows what happened to it, and to each face', async () => {
    const { personId, faceIds } = await t.api.aPersonWithFaces(3, 3);
    const id = (await t.api.post(`/persons/${personId}/queue-training`)).body.trainingId as number;
    await t.api.post('/training/process-queue');
    const shown = await job(id);
    expect((shown.events as { event: string }[]).map(({ event }) => event)).toEqual([
      'queued',
      'started',
      'snapshot',
      'verified',
      'completed',
    ]);
    const sorted = [...faceIds].sort((a, b) => a - b);
    expect(shown.faces).toEqual(sorted.map((face_id) => ({ face_id, outcome: 'added', reason: null })));
    expect((await t.api.get(`/persons/${personId}/training-history`)).body).toMatchObject({
      person: { id: personId },
      trainingHistory: [{ id, status: 'completed' }],
    });
  });

  it('process-queue with wait: false answers at once, and the work goes on', async () => {
    const { personId } = await t.api.aPersonWithFaces(3, 4);
    const id = (await t.api.post(`/persons/${personId}/queue-training`)).body.trainingId as number;
    await t.fake.setPace({ latencyMs: 200, capacity: 1 });
    const answer = await t.api.post('/training/process-queue', { config: { wait: false } });
    expect(answer).toMatchObject({ status: 202, body: { success: true, results: [] } });
    await eventually(async () => {
      expect(await job(id)).toMatchObject({ status: 'completed' });
    });
  });

  it('two calls of process-queue at once never run a job twice, and both report it', async () => {
    const persons = await Promise.all([5, 6, 7].map((look) => t.api.aPersonWithFaces(3, look)));
    const ids = await Promise.all(
      persons.map(
        async ({ personId }) => (await t.api.post(`/persons/${personId}/queue-training`)).body.trainingId as number,
      ),
    );
    // Slow enough that the second call comes while the first is at work, however busy the machine is.
    await t.fake.setPace({ latencyMs: 60, capacity: 1 });
    const answers = await Promise.all([t.api.post('/training/process-queue'), t.api.post('/training/process-queue')]);
    for (const { body } of answers)
      expect((body.results as { id: number; status: string }[]).map(({ id, status }) => [id, status])).toEqual(
        [...ids].sort((a, b) => a - b).map((id) => [id, 'completed']),
      );
    for (const id of ids)
      expect(((await job(id)).events as { event: string }[]).filter(({ event }) => event === 'started')).toHaveLength(
        1,
      );
  });

  it('a caller that hangs up does not stop the work', async () => {
    const { personId } = await t.api.aPersonWithFaces(4, 8);
    const id = (await t.api.post(`/persons/${personId}/queue-training`)).body.trainingId as number;
    await t.fake.setPace({ latencyMs: 150, capacity: 1 });
    const hangUp = new AbortController();
    const call = fetch(`${t.api.baseUrl}/api/training/process-queue`, { method: 'POST', signal: hangUp.signal }).catch(
      () => 'hung up',
    );
    await eventually(async () => {
      expect(await job(id)).toMatchObject({ status: 'running' });
    });
    hangUp.abort();
    expect(await call).toBe('hung up');
    await eventually(async () => {
      expect(await job(id)).toMatchObject({ status: 'completed', faces_added: 4 });
    });
  });

  it('64 requests for 8 persons at once queue 8 jobs', async () => {
    const persons = await Promise.all(Array.from({ length: 8 }, (_, i) => t.api.aPersonWithFaces(3, 20 + i)));
    const answers = await Promise.all(
      Array.from({ length: 64 }, (_, i) => t.api.post(`/persons/${persons[i % 8]!.personId}/queue-training`)),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(8);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(56);
    await t.api.post('/training/process-queue', { config: { maxJobs: 5 } });
    expect((await t.api.get('/training/queue')).body.queue.counts.pending).toBe(3);
    await t.api.post('/training/process-queue');
  });

  it('jobs are listed by pages, newest first, by state, person and type', async () => {
    const first = (await t.api.get('/training/jobs?limit=3')).body;
    const second = (await t.api.get(`/training/jobs?limit=3&cursor=${first.next_cursor}`)).body;
    const ids = [...first.jobs, ...second.jobs].map(({ id }: { id: number }) => id);
    expect(ids).toEqual([...ids].sort((a, b) => b - a));
    expect(new Set(ids).size).toBe(6);
    expect(first.total).toBeGreaterThan(6);
    const cancelled = (await t.api.get('/training/jobs?status=cancelled')).body;
    expect(cancelled.jobs).toHaveLength(1);
    expect((await t.api.get('/training/jobs?type=validation')).body).toMatchObject({
      jobs: [],
      total: 0,
      next_cursor: null,
    });
  });

  it('the counters say what a recount says', async () => {
    const { queue } = (await t.api.get('/training/queue')).body;
    const total = async (status: string): Promise<number> =>
      (await t.api.get(`/training/jobs?status=${status}`)).body.total as number;
    for (const status of ['pending', 'running', 'completed', 'failed', 'cancelled'])
      expect([status, queue.counts[status]]).toEqual([status, await total(status)]);
  });
});
