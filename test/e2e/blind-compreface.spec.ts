import { databases } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { newTestApp, type TestApp } from '../support/new-test-app.js';

const NO_FACE = { takesEffect: 'no', answer: 'no-face' } as const;

describe.each(databases)('a CompreFace that finds no face in anything on $name', (database) => {
  let t: TestApp;
  beforeEach(async () => {
    t = await newTestApp({ database });
  });
  afterEach(() => t.close());

  const jobOf = async (id: number): Promise<unknown> => (await t.api.get(`/training/jobs/${id}`)).body.job;

  it('is taken for an outage: no photo is blamed, and the work goes on when it sees again', async () => {
    await trained(1);
    const { personId } = await t.api.aPersonWithFaces(4, 2);
    await t.fake.script({ route: ['addFace', 'recognize'], ...NO_FACE });
    const jobId = (await t.api.post(`/persons/${personId}/train`)).body.trainingId as number;
    await eventually(async () => {
      expect(await jobOf(jobId)).toMatchObject({
        status: 'pending',
        faces_failed: 0,
        error: { code: 'EXTERNAL_SERVICE_ERROR', message: expect.stringContaining('finds no face in photos') },
      });
    });
    await t.fake.clearScript();
    await eventually(async () => {
      expect(await jobOf(jobId)).toMatchObject({ status: 'completed', faces_added: 4, faces_failed: 0, attempt: 1 });
    });
  });

  it('is believed where it still finds the face in a photo that it took before', async () => {
    await trained(3);
    const { personId } = await t.api.aPersonWithFaces(3, 4);
    await t.fake.script({ route: 'addFace', ...NO_FACE });
    const jobId = (await t.api.post(`/persons/${personId}/train`)).body.trainingId as number;
    await eventually(async () => {
      expect(await jobOf(jobId)).toMatchObject({ status: 'failed', faces_failed: 3 });
    });
  });

  async function trained(look: number): Promise<void> {
    const { personId } = await t.api.aPersonWithFaces(3, look);
    await t.api.post(`/persons/${personId}/queue-training`);
    await t.api.post('/training/process-queue');
    expect((await t.fake.store()).examples).toHaveLength(3);
  }
});
