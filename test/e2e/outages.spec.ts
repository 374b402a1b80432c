import { databases } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { faults } from '../support/fake-compreface/faults.js';
import { newTestApp, type TestApp } from '../support/new-test-app.js';
import { minutes } from '../support/test-clock.js';

const OUTAGES = {
  'answers 500': {
    takesEffect: 'no',
    answer: { status: 500, headers: { 'content-type': 'application/json' }, body: '{"status":500}' },
  },
  'answers 502': faults.badGateway,
  'answers 504': faults.gatewayTimeout,
  'answers 400 code 0': faults.undefinedBeforeApply,
  hangs: faults.hang,
  'cannot reach its core': faults.coreRefused,
} as const;

const ASKS_FOR_A_MINUTE = { status: 429, headers: { 'retry-after': '60' }, body: '' };

describe.each(databases)('an outage of CompreFace on $name', (database) => {
  let t: TestApp;
  beforeEach(async () => {
    t = await newTestApp({ database });
  });
  afterEach(() => t.close());

  async function aQueuedPerson(look: number): Promise<{ personId: number; jobId: number }> {
    const { personId } = await t.api.aPersonWithFaces(3, look);
    return { personId, jobId: (await t.api.post(`/persons/${personId}/queue-training`)).body.trainingId as number };
  }

  it.each(Object.entries(OUTAGES))(
    'that %s before the queue is processed: 502, and every job stays pending',
    async (_, outage) => {
      const { personId, jobId } = await aQueuedPerson(30);
      await t.fake.script(outage);
      const { status, body } = await t.api.post('/training/process-queue');
      expect(status).toBe(502);
      expect(body).toMatchObject({
        code: 'EXTERNAL_SERVICE_ERROR',
        details: { service: 'CompreFace', url: t.fake.url },
      });
      expect(body.details.suggestion).not.toBe('');
      expect(JSON.stringify(body)).not.toContain(t.fake.apiKey);
      expect((await t.api.get(`/training/jobs/${jobId}`)).body.job).toMatchObject({ status: 'pending', attempt: 0 });
      expect((await t.api.get(`/persons/${personId}`)).body.person.recognition_status).toBe('untrained');
    },
  );

  it.each(Object.entries(OUTAGES))(
    'that %s in the middle of the work: no job fails, no photo is blamed, nobody is called trained',
    async (_, outage) => {
      const queued = [await aQueuedPerson(31), await aQueuedPerson(32)];
      await t.fake.script({ route: ['addFace', 'addSubject'], ...outage });
      const processed = await t.api.post('/training/process-queue');
      expect(processed.status).toBe(200);
      for (const result of processed.body.results as { status: string }[])
        // running: the worker tries again by itself at this very moment.
        expect(result).toMatchObject({ status: expect.stringMatching(/pending|running/), faces_failed: 0 });
      for (const { personId } of queued) {
        expect((await t.api.get(`/persons/${personId}`)).body.person).toMatchObject({
          recognition_status: expect.stringMatching(/untrained|training/),
          example_count: 0,
        });
      }
      await t.fake.clearScript();
      // What was begun goes on by itself.
      await eventually(async () => {
        for (const { jobId } of queued) {
          const { job } = (await t.api.get(`/training/jobs/${jobId}`)).body;
          expect(job).toMatchObject({ status: 'completed', faces_added: 3, faces_failed: 0, attempt: 1 });
        }
      }, 20_000);
      await t.fake.settled();
      expect((await t.fake.store()).examples).toHaveLength(6);
    },
  );

  it('with a wrong key says so, and what to do', async () => {
    const { jobId } = await aQueuedPerson(33);
    await t.fake.script(faults.unknownKey);
    const { status, body } = await t.api.post('/training/process-queue');
    expect(status).toBe(502);
    expect(body.details.suggestion).toMatch(/COMPREFACE_API_KEY|key/i);
    expect((await t.api.get(`/training/jobs/${jobId}`)).body.job.status).toBe('pending');
    expect((await t.api.get('/compreface/status')).body).toMatchObject({ reachable: false, state: 'misconfigured' });
  });

  it('with a wrong key is over in the status as soon as the key is right', async () => {
    await t.fake.script(faults.unknownKey);
    await aQueuedPerson(35);
    await t.api.post('/training/process-queue');
    expect((await t.api.get('/compreface/status')).body).toMatchObject({
      reachable: false,
      state: 'misconfigured',
      problem: { suggestion: expect.stringContaining('COMPREFACE_API_KEY'), retry_in: expect.any(Number) },
    });
    await t.fake.clearScript();
    expect((await t.api.get('/compreface/status')).body).toMatchObject({
      reachable: true,
      state: 'closed',
      problem: null,
    });
    expect((await t.api.get('/health/ready')).body).toMatchObject({ compreface: 'up' });
  });

  it('with a wrong port says so, and what to do', async () => {
    const { jobId } = await aQueuedPerson(34);
    await t.fake.script(faults.notFoundHtml);
    const { status, body } = await t.api.post('/training/process-queue');
    expect(status).toBe(502);
    expect(body.details.suggestion).toMatch(/port|COMPREFACE_URL/);
    expect((await t.api.get(`/training/jobs/${jobId}`)).body.job.status).toBe('pending');
  });

  it('in which CompreFace asks for a pause is not cut short by whoever looks at the status or the health', async () => {
    const { personId, jobId } = await aQueuedPerson(36);
    await t.fake.script({ route: ['addFace', 'addSubject'], takesEffect: 'no', answer: ASKS_FOR_A_MINUTE });
    await t.api.post('/training/process-queue');
    await t.fake.clearScript();
    await t.fake.clearRequests();
    for (let look = 0; look < 5; look += 1) {
      expect(await t.api.get('/compreface/status')).toMatchObject({
        status: 200,
        body: { reachable: true, state: 'open', problem: { suggestion: expect.stringContaining('Wait') } },
      });
      expect(await t.api.get('/health/ready')).toMatchObject({ status: 200, body: { compreface: 'away' } });
      // The retry of the job is due by now, and does not reach CompreFace.
      t.clock.advance(minutes(10));
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    const { problem } = (await t.api.get('/compreface/status')).body;
    expect(problem.retry_in).toBeGreaterThan(50_000);
    // Eleven looks, and nothing else.
    expect((await t.fake.requests()).counts).toMatchObject({
      listFaces: 11,
      listSubjects: 0,
      addSubject: 0,
      addFace: 0,
    });
    expect((await t.api.get(`/training/jobs/${jobId}`)).body.job).toMatchObject({ status: 'pending' });
    // Whoever processes the queue asks for work to be done now: that probe does end the pause.
    expect((await t.api.post('/training/process-queue')).status).toBe(200);
    await eventually(async () => {
      expect((await t.api.get(`/persons/${personId}`)).body.person).toMatchObject({ example_count: 3 });
    });
    expect((await t.api.get('/compreface/status')).body).toMatchObject({ state: 'closed', problem: null });
  });

  it('leaves the service ready, and says that CompreFace is away', async () => {
    await t.fake.close();
    expect(await t.api.get('/health/ready')).toMatchObject({ status: 200, body: { status: 'ok', compreface: 'away' } });
    expect(await t.api.get('/compreface/status')).toMatchObject({
      status: 200,
      body: { reachable: false, examples: 0 },
    });
  });
});
