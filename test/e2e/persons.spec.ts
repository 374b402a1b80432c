import type { ApiAnswer } from '../support/api-client.js';
import { databases } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { aFacePhoto } from '../support/face-photos.js';
import { newTestApp, type TestApp } from '../support/new-test-app.js';
import { minutes } from '../support/test-clock.js';

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe.each(databases)('persons on $name', (database) => {
  let t: TestApp;
  beforeAll(async () => {
    t = await newTestApp({ database });
  });
  afterAll(() => t.close());

  const names = ({ body }: ApiAnswer): string[] => (body.persons as { name: string }[]).map(({ name }) => name);

  it('are made with a subject of their own, and shown with every field', async () => {
    const { status, body } = await t.api.post('/persons', {
      name: '  Zoë  Müller ',
      notes: 'Neighbour',
      auto_recognize: false,
    });
    expect(status).toBe(201);
    expect(body).toEqual({
      person: {
        id: expect.any(Number),
        name: 'Zoë  Müller',
        notes: 'Neighbour',
        face_count: 0,
        training_face_count: 0,
        sample_face_image: null,
        recognition_status: 'untrained',
        auto_recognize: false,
        compreface_subject: expect.stringMatching(/^zoe-muller-[a-z2-7]{6}$/),
        example_count: 0,
        created_at: expect.stringMatching(ISO),
        updated_at: expect.stringMatching(ISO),
        last_trained_at: null,
      },
    });
    expect(await t.api.get(`/persons/${body.person.id as number}`)).toMatchObject({ status: 200, body });
  });

  it('may be recognised without asking unless somebody says otherwise, and have no notes', async () => {
    const { body } = await t.api.post('/persons', { name: 'Default Dan' });
    expect(body.person).toMatchObject({ auto_recognize: true, notes: null });
  });

  it.each([
    ['in other letters', 'Same Name', 'sAME nAME'],
    ['with spaces around', 'Spaced Sam', ' Spaced Sam '],
    ['in another script', 'ΑΛΈΞΗΣ', 'αλέξης'],
    ['written with combining marks', 'Ren\u00e9e', 'RENE\u0301E'],
  ])('have a name that nobody has, also %s', async (_what, name, same) => {
    const { body } = await t.api.post('/persons', { name });
    expect(await t.api.post('/persons', { name: same })).toMatchObject({
      status: 409,
      body: { code: 'ALREADY_EXISTS', details: { existing_person_id: body.person.id as number } },
    });
  });

  it.each([
    ['an accent', 'Zoe', 'Zoé'],
    ['a last space within', 'Ann Lee', 'AnnLee'],
    ['another sign', 'A_B', 'A%B'],
  ])('are different persons when %s tells their names apart', async (_what, one, other) => {
    expect((await t.api.post('/persons', { name: one })).status).toBe(201);
    expect((await t.api.post('/persons', { name: other })).status).toBe(201);
  });

  it('of one name, 20 at once: one is made, and 19 callers are told who it is', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => t.api.post('/persons', { name: i % 2 ? 'Crowd' : 'CROWD' })),
    );
    const made = answers.filter(({ status }) => status === 201);
    expect(made).toHaveLength(1);
    for (const { status, body } of answers) {
      if (status === 201) continue;
      expect({ status, body }).toMatchObject({
        status: 409,
        body: { details: { existing_person_id: made[0]!.body.person.id as number } },
      });
    }
  });

  it('keep their subject when they are renamed', async () => {
    const { body } = await t.api.post('/persons', { name: 'Jane Smith', notes: 'Neighbour' });
    const { id, compreface_subject: subject } = body.person as { id: number; compreface_subject: string };
    const renamed = await t.api.put(`/persons/${id}`, { name: 'Jane Miller' });
    expect(renamed).toMatchObject({
      status: 200,
      body: { person: { name: 'Jane Miller', compreface_subject: subject, notes: 'Neighbour' } },
    });
    expect(await t.api.put(`/persons/${id}`, { name: 'JANE MILLER' })).toMatchObject({ status: 200 });
    expect((await t.api.post('/persons', { name: 'Jane Smith' })).status).toBe(201);
    expect(await t.api.put(`/persons/${id}`, { name: 'jane smith' })).toMatchObject({
      status: 409,
      body: { code: 'ALREADY_EXISTS' },
    });
  });

  it('cannot be renamed to one name together, and none is lost', async () => {
    const ids = await Promise.all(Array.from({ length: 8 }, (_, i) => t.api.aPerson(`Rival ${i}`)));
    const answers = await Promise.all(ids.map((id) => t.api.put(`/persons/${id}`, { name: 'The One' })));
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, ...Array<number>(7).fill(409)]);
    expect((await t.api.get('/persons?search=rival')).body.total).toBe(7);
  });

  it('lose their notes with null, and keep what is left out', async () => {
    const { body } = await t.api.post('/persons', { name: 'Noted Ned', notes: 'first', auto_recognize: false });
    const id = body.person.id as number;
    expect((await t.api.put(`/persons/${id}`, {})).body.person).toMatchObject({
      name: 'Noted Ned',
      notes: 'first',
      auto_recognize: false,
    });
    expect((await t.api.put(`/persons/${id}`, { notes: null })).body.person).toMatchObject({
      notes: null,
      auto_recognize: false,
    });
    expect((await t.api.put(`/persons/${id}`, { auto_recognize: true })).body.person).toMatchObject({
      name: 'Noted Ned',
      auto_recognize: true,
    });
  });

  it('are listed a page at a time', async () => {
    for (let i = 0; i < 5; i += 1) await t.api.aPerson(`Paged ${i}`);
    const page = (query: string): Promise<ApiAnswer> => t.api.get(`/persons?search=paged&${query}`);
    expect(names(await page('limit=2'))).toEqual(['Paged 0', 'Paged 1']);
    expect(names(await page('limit=2&page=3'))).toEqual(['Paged 4']);
    expect(await page('limit=2&page=4')).toMatchObject({ status: 200, body: { persons: [], total: 5 } });
    expect(await page('page=1000000&limit=200')).toMatchObject({ status: 200, body: { persons: [] } });
  });

  it.each([
    ['PERCY', ['Percy 100%']],
    ['100%', ['Percy 100%']],
    ['0%', ['Percy 100%']],
    ['%', ['Percy 100%']],
    ['under_', ['Under_score']],
    ['a!b', ['a!b']],
    ['ÄRGER', ['Ärger']],
    ["o'", ["O'Neill"]],
    ['\\', ['back\\slash']],
    ['nobody at all', []],
  ])('are found by a part of their name: %s', async (search, found) => {
    for (const name of ['Percy 100%', 'Under_score', 'Underxscore', 'a!b', 'axb', 'Ärger', "O'Neill", 'back\\slash']) {
      await t.api.post('/persons', { name });
    }
    // Of all names that the other specs made, none has such a part.
    const answer = await t.api.get(`/persons?limit=200&search=${encodeURIComponent(search)}`);
    expect(names(answer).filter((name) => !['A_B', 'A%B'].includes(name))).toEqual(found);
  });

  it('are told apart by their state, and the statistics add up', async () => {
    const { personId: trained } = await t.api.aPersonWithFaces(1, 1, 'State trained');
    await t.api.train(trained);
    const { personId: failed, faceIds } = await t.api.aPersonWithFaces(1, 2, 'State failed');
    await t.api.post(`/persons/${failed}/queue-training`, { config: { minFacesThreshold: 1 } });
    await t.api.post(`/faces/${faceIds[0]!}/mark-invalid`);
    await t.api.post('/training/process-queue');
    await t.api.aPerson('State untrained');
    const inState = async (status: string): Promise<string[]> =>
      names(await t.api.get(`/persons?search=state&status=${status}`));
    expect(await inState('trained')).toEqual(['State trained']);
    expect(await inState('failed')).toEqual(['State failed']);
    expect(await inState('untrained')).toEqual(['State untrained']);
    expect(await inState('training')).toEqual([]);
    const { statistics, total } = (await t.api.get('/persons?limit=1')).body as {
      statistics: Record<'total_persons' | 'trained_persons' | 'untrained_persons', number>;
      total: number;
    };
    expect(statistics.total_persons).toBe(total);
    expect(statistics.trained_persons).toBe(1);
    expect(statistics.trained_persons + statistics.untrained_persons).toBe(total);
  });

  it('that are deleted free their faces and their name, and leave the collection with their subject', async () => {
    const { personId, faceIds } = await t.api.aPersonWithFaces(3, 30, 'Leaving Lee');
    const other = await t.api.aPersonWithFaces(2, 31, 'Staying Sue');
    await t.api.train(personId);
    await t.api.train(other.personId);
    const { compreface_subject: subject } = (await t.api.get(`/persons/${personId}`)).body.person as {
      compreface_subject: string;
    };
    expect((await t.fake.store()).subjects).toContain(subject);

    const deleted = await t.api.delete(`/persons/${personId}`);
    expect(deleted).toMatchObject({
      status: 200,
      body: { message: 'Person deleted', faces_unassigned: 3, withdrawal: 'pending' },
    });
    expect(await t.api.get(`/persons/${personId}`)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    expect(await t.api.delete(`/persons/${personId}`)).toMatchObject({ status: 404 });
    expect((await t.api.get(`/faces/${faceIds[0]!}`)).body.face).toMatchObject({
      person_id: null,
      state: 'ready',
      eligible: false,
    });
    expect((await t.api.post('/persons', { name: 'leaving lee' })).status).toBe(201);
    await eventually(async () => {
      t.clock.advance(minutes(1));
      const { subjects, examples, orphanImages } = await t.fake.store();
      expect(subjects).not.toContain(subject);
      expect(examples.filter((example) => example.subject === subject)).toEqual([]);
      expect(orphanImages).toEqual([]);
    }, 15_000);
    expect((await t.fake.store()).examples).toHaveLength(2 + 1);
  });

  it('that were never trained leave nothing behind', async () => {
    const id = await t.api.aPerson('Brief Bob');
    expect(await t.api.delete(`/persons/${id}`)).toMatchObject({
      status: 200,
      body: { faces_unassigned: 0, withdrawal: 'done' },
    });
  });

  it('that are deleted while they wait for training take no job along that could run', async () => {
    const { personId } = await t.api.aPersonWithFaces(3, 32);
    const { trainingId } = (await t.api.post(`/persons/${personId}/queue-training`)).body as { trainingId: number };
    await t.api.delete(`/persons/${personId}`);
    expect((await t.api.post('/training/process-queue')).status).toBe(200);
    const job = await t.api.get(`/training/jobs/${trainingId}`);
    expect(job).toMatchObject({ status: 200 });
    expect(['cancelled', 'failed']).toContain(job.body.job.status);
  });

  it('are deleted once, whoever asks at the same moment', async () => {
    const id = await t.api.aPerson();
    const answers = await Promise.all(Array.from({ length: 8 }, () => t.api.delete(`/persons/${id}`)));
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, ...Array<number>(7).fill(404)]);
  });

  it('that turn out to be one are merged: the faces are the other one’s, the name and subject of the one are gone', async () => {
    const gone = await t.api.aPersonWithFaces(3, 33, 'Double Dan');
    const stays = await t.api.aPersonWithFaces(2, 34, 'Daniel Double');
    await t.api.train(gone.personId);
    await t.api.train(stays.personId);
    const subjectOf = async (id: number): Promise<string> =>
      (await t.api.get(`/persons/${id}`)).body.person.compreface_subject as string;
    const [former, lasting] = [await subjectOf(gone.personId), await subjectOf(stays.personId)];
    expect(await t.api.post(`/persons/${gone.personId}/merge`, { into: stays.personId })).toMatchObject({
      status: 200,
      body: {
        message: 'Person merged',
        person: { id: stays.personId, name: 'Daniel Double', face_count: 5 },
        faces_moved: 3,
        faces_left: 0,
        withdrawal: 'pending',
      },
    });
    expect(await t.api.get(`/persons/${gone.personId}`)).toMatchObject({ status: 404 });
    await t.api.train(stays.personId);
    await eventually(async () => {
      t.clock.advance(minutes(1));
      const { subjects, examples } = await t.fake.store();
      expect(subjects).not.toContain(former);
      expect(examples.filter(({ subject }) => subject === lasting)).toHaveLength(5);
    }, 15_000);
  });

  it('that have the very same face are merged, and the second copy is left without a person', async () => {
    const [one, other] = [await t.api.aPerson(), await t.api.aPerson()];
    const file = { name: 'a.jpg', bytes: await aFacePhoto({ person: 35 }) };
    await t.api.upload(`/persons/${one}/faces`, [file]);
    await t.api.upload(`/persons/${other}/faces`, [file]);
    expect(await t.api.post(`/persons/${one}/merge`, { into: other })).toMatchObject({
      status: 200,
      body: { faces_moved: 0, faces_left: 1, person: { face_count: 1 } },
    });
  });

  it('are not merged with themselves, nor with nobody', async () => {
    const id = await t.api.aPerson();
    expect(await t.api.post(`/persons/${id}/merge`, { into: id })).toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_ERROR', details: { fields: [{ field: 'into' }] } },
    });
    expect(await t.api.post(`/persons/${id}/merge`, { into: 999_999 })).toMatchObject({ status: 404 });
    expect(await t.api.post('/persons/999999/merge', { into: id })).toMatchObject({ status: 404 });
  });
});
