import { databases } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { newTestApp, type TestApp } from '../support/new-test-app.js';

describe.each(databases)('how many persons there are and are trained, on $name,', (database) => {
  let t: TestApp;
  beforeAll(async () => {
    t = await newTestApp({ database });
  });
  afterAll(() => t.close());

  const counted = async (): Promise<unknown[]> => {
    const { statistics } = (await t.api.get('/persons')).body as { statistics: Record<string, number> };
    const { queue } = (await t.api.get('/training/queue')).body as { queue: Record<string, number> };
    const { stats } = (await t.api.get('/training/stats')).body as { stats: Record<string, number> };
    expect([queue.totalPeople, queue.trainedPeople]).toEqual([statistics.total_persons, statistics.trained_persons]);
    expect([stats.totalPeople, stats.trainedPeople]).toEqual([statistics.total_persons, statistics.trained_persons]);
    return [statistics.total_persons, statistics.trained_persons];
  };

  it('stays right through trainings, a merge and deletions, wherever it is shown', async () => {
    const first = await t.api.aPersonWithFaces(2, 50, 'First');
    const second = await t.api.aPersonWithFaces(2, 51, 'Second');
    const untrained = await t.api.aPerson('Untrained');
    expect(await counted()).toEqual([3, 0]);
    await t.api.train(first.personId);
    await t.api.train(first.personId);
    await t.api.train(second.personId);
    expect(await counted()).toEqual([3, 2]);
    await t.api.post(`/persons/${first.personId}/merge`, { into: second.personId });
    expect(await counted()).toEqual([2, 1]);
    await t.api.delete(`/persons/${untrained}`);
    expect(await counted()).toEqual([1, 1]);
    await t.api.delete(`/persons/${second.personId}`);
    expect(await counted()).toEqual([0, 0]);
  });

  it('falls when the last example of a person is withdrawn', async () => {
    const { personId, faceIds } = await t.api.aPersonWithFaces(1, 52, 'Only one');
    await t.api.train(personId);
    expect(await counted()).toEqual([1, 1]);
    await t.api.post(`/faces/${faceIds[0]!}/mark-invalid`);
    await eventually(async () => {
      expect(await counted()).toEqual([1, 0]);
    });
  });
});
