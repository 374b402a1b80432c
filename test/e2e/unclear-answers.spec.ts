import { databases } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { faults } from '../support/fake-compreface/faults.js';
import { newTestApp, type TestApp } from '../support/new-test-app.js';

describe.each(databases)('a photo whose upload had an unclear answer, on $name', (database) => {
  let t: TestApp;
  beforeEach(async () => {
    t = await newTestApp({ database });
  });
  afterEach(() => t.close());

  it('is not blamed when CompreFace breaks on it once after that', async () => {
    const { personId } = await t.api.aPersonWithFaces(3, 1);
    await t.fake.script({ route: 'addFace', times: 1, ...faults.resetBeforeApply });
    const jobId = (await t.api.post(`/persons/${personId}/train`)).body.trainingId as number;
    const job = async (): Promise<unknown> => (await t.api.get(`/training/jobs/${jobId}`)).body.job;
    await eventually(async () => {
      expect(await job()).toMatchObject({ faces_added: 2, status: 'pending' });
    });
    await t.fake.script({ route: 'addFace', times: 1, ...faults.coreCrash });
    await eventually(async () => {
      expect(await job()).toMatchObject({ status: 'completed', faces_added: 3, faces_failed: 0 });
    });
    expect((await t.fake.requests()).counts.addFace).toBe(5);
  });
});
