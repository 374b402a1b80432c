import { databases } from '../support/databases.js';
import { decided, facesOfNobody } from '../support/decided-faces.js';
import { newTestApp, type TestApp } from '../support/new-test-app.js';

describe.each(databases)('what was decided for a person who is gone, on $name,', (database) => {
  let t: TestApp;
  let look = 0;
  let gone = 0;
  let stays = 0;
  beforeAll(async () => {
    t = await newTestApp({ database });
  });
  beforeEach(async () => {
    gone = await t.api.aPerson();
    stays = await t.api.aPerson();
  });
  afterAll(() => t.close());

  const merge = async (): Promise<void> => {
    expect((await t.api.post(`/persons/${gone}/merge`, { into: stays })).status).toBe(200);
  };
  const aFace = async (): Promise<number> => (await facesOfNobody(t, (look += 1)))[0]!;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- whatever the API shows
  const face = async (id: number): Promise<any> => (await t.api.get(`/faces/${id}`)).body.face;
  const approve = (id: number, body: object = {}): ReturnType<TestApp['api']['post']> =>
    t.api.post(`/faces/${id}/review`, { approved: true, ...body });
  const waiting = async (list: string): Promise<number[]> =>
    ((await t.api.get(`/faces/${list}?limit=200`)).body.faces as { id: number }[]).map(({ id }) => id);

  it('is suggested for the one that the person was merged into, and can be approved', async () => {
    const id = await aFace();
    await decided(t, id, 'suggested', { [gone]: 0.92, [stays]: 0.9 });
    await merge();
    expect(await face(id)).toMatchObject({
      review: 'needs_review',
      suggested_person: { person_id: stays, similarity: 0.92 },
    });
    expect((await face(id)).candidates).toHaveLength(1);
    expect(await approve(id)).toMatchObject({ status: 200, body: { person: { id: stays } } });
  });

  it('waits for no answer when somebody said before that the face is not the one who stays', async () => {
    const ids = [await aFace(), await aFace()];
    for (const [id, not, suggested] of [
      [ids[0]!, stays, gone],
      [ids[1]!, gone, stays],
    ] as const) {
      await decided(t, id, 'suggested', { [not]: 0.9 });
      await t.api.post(`/faces/${id}/review`, { approved: false });
      await decided(t, id, 'suggested', { [suggested]: 0.9 });
    }
    await merge();
    expect(await waiting('unidentified')).toEqual(expect.arrayContaining(ids));
    expect((await waiting('needs-review')).filter((id) => ids.includes(id))).toEqual([]);
  });

  it('turns out right when it was corrected from the one to the other', async () => {
    const id = await aFace();
    await decided(t, id, 'assigned', { [stays]: 0.97 });
    expect((await approve(id, { personId: gone })).status).toBe(200);
    expect((await face(id)).candidates).toEqual([]);
    await merge();
    expect((await t.api.get(`/stats/recognition?person_id=${stays}`)).body.totals).toMatchObject({
      judged: 1,
      assigned: 1,
      assigned_right: 1,
      precision: 100,
      recall: 100,
    });
    expect(await face(id)).toMatchObject({ person_id: stays, candidates: [{ person_id: stays }] });
  });

  it('waits for no answer any more when the person is deleted', async () => {
    const [id, other] = [await aFace(), await aFace()];
    await decided(t, id, 'suggested', { [gone]: 0.92, [stays]: 0.4 });
    await decided(t, other, 'suggested', { [gone]: 0.92 });
    await decided(t, other, 'suggested', { [stays]: 0.93 });
    await t.api.delete(`/persons/${gone}`);
    expect(await face(id)).toMatchObject({ review: 'unidentified', suggested_person: null });
    expect(await waiting('unidentified')).toContain(id);
    expect(await waiting('needs-review')).toContain(other);
    expect(await approve(id, { personId: stays })).toMatchObject({ status: 200, body: { person: { id: stays } } });
  });
});
