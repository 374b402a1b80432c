import type { ApiAnswer } from '../support/api-client.js';
import { databases } from '../support/databases.js';
import { newTestApp, type TestApp } from '../support/new-test-app.js';

type Case = [what: string, method: 'post' | 'put' | 'get' | 'delete', path: string, field: string, body?: unknown];

const NO_SUCH_ID = 2_147_483_647;

/** The documented shape, and no more: no stack, no statement. */
function expectRefusal(answer: ApiAnswer, status: number, code: string, field?: string): void {
  expect(answer.body).toEqual({ error: expect.any(String), code, details: expect.any(Object) });
  expect(answer.status).toBe(status);
  expect(JSON.stringify(answer.body)).not.toMatch(/node_modules|SELECT |INSERT |\.ts:|\.js:/);
  if (field === undefined) return;
  const named = (answer.body.details.fields as { field: string }[]).map((complaint) => complaint.field);
  expect(named).toContain(field);
}

const PERSON_NAMES: readonly (readonly [string, unknown])[] = [
  ['missing', undefined],
  ['null', null],
  ['a number', 5],
  ['a list', ['Jane']],
  ['an object', { first: 'Jane' }],
  ['empty', ''],
  ['only spaces', '   '],
  ['only a zero-width space', '\u200b'],
  ['of 201 characters', 'x'.repeat(201)],
  ['of 201 emoji', '🙂'.repeat(201)],
  ['of 400 characters, every other of which is not counted by most', 'a\ufe0f'.repeat(200)],
  ['with a NUL', 'Jane\u0000Smith'],
  ['with a line break', 'Jane\r\nX-Injected: yes'],
  ['with half a character', 'Jane \ud83d'],
];

const WRONG_NUMBERS = [0, 1001, 1.5, -1, '3', true, [3], {}, 1e300];

const MISTAKES: readonly Case[] = [
  ...PERSON_NAMES.map(([what, name]): Case => [`a name that is ${what}`, 'post', '/persons', 'name', { name }]),
  ['notes of 1,001 characters', 'post', '/persons', 'notes', { name: 'Ann', notes: 'x'.repeat(1001) }],
  ['notes with uncounted characters', 'post', '/persons', 'notes', { name: 'Ann', notes: 'a\ufe0f'.repeat(1000) }],
  ['a flag that is text', 'post', '/persons', 'auto_recognize', { name: 'Ann', auto_recognize: 'yes' }],
  ['a read-only field', 'post', '/persons', 'recognition_status', { name: 'Ann', recognition_status: 'trained' }],
  ['an unknown field', 'put', '/persons/1', 'nmae', { nmae: 'Ann' }],
  ['an empty new name', 'put', '/persons/1', 'name', { name: '' }],
  ['an unknown kind of training', 'post', '/persons/1/queue-training', 'trainingType', { trainingType: 'fast' }],
  ['a misspelt option', 'post', '/persons/1/queue-training', 'config.minFaces', { config: { minFaces: 3 } }],
  ['options in a list', 'post', '/persons/1/queue-training', 'config', { config: [] }],
  ['options in a list of lists', 'post', '/persons/1/train', 'config', { config: [[{ minFacesThreshold: 1 }]] }],
  ['options as text', 'post', '/training/process-queue', 'config', { config: 'fast' }],
  ['a number as options', 'post', '/training/auto-train', 'config', { config: 7 }],
  ...WRONG_NUMBERS.map((value): Case => {
    const body = { config: { minFacesThreshold: value } };
    return [
      `a threshold of ${JSON.stringify(value)}`,
      'post',
      '/persons/1/queue-training',
      'config.minFacesThreshold',
      body,
    ];
  }),
  [
    '33 jobs at once',
    'post',
    '/training/process-queue',
    'config.maxConcurrentJobs',
    { config: { maxConcurrentJobs: 33 } },
  ],
  ['wait as text', 'post', '/training/process-queue', 'config.wait', { config: { wait: 'false' } }],
  [
    'a negative interval',
    'post',
    '/training/auto-train',
    'config.trainingInterval',
    { config: { trainingInterval: -1 } },
  ],
  ['settings with a schedule of six fields', 'put', '/training/settings', 'schedule', { schedule: '* * * * * *' }],
  ['settings with an impossible schedule', 'put', '/training/settings', 'schedule', { schedule: '99 * * * *' }],
  ['settings with an unknown time zone', 'put', '/training/settings', 'timezone', { timezone: 'Mars/Olympus' }],
  ['settings with an unknown field', 'put', '/training/settings', 'threshold', { threshold: 3 }],
  ['days as text', 'post', '/training/cleanup', 'daysToKeep', { daysToKeep: '30' }],
  ['negative days', 'post', '/training/cleanup', 'daysToKeep', { daysToKeep: -1 }],
  ['a face id as text', 'post', '/faces/assign', 'faceId', { faceId: '1', personId: 1 }],
  ['a face id that no database holds', 'post', '/faces/assign', 'faceId', { faceId: 2 ** 31, personId: 1 }],
  ['no person', 'post', '/faces/assign', 'personId', { faceId: 1 }],
  ['no faces', 'post', '/faces/batch-assign', 'faceIds', { faceIds: [], personId: 1 }],
  ['201 faces', 'post', '/faces/batch-assign', 'faceIds', { faceIds: Array(201).fill(1), personId: 1 }],
  ['faces that are no list', 'post', '/faces/batch-assign', 'faceIds', { faceIds: 1, personId: 1 }],
  ['faces among which is text', 'post', '/faces/batch-assign', 'faceIds', { faceIds: [1, 'two'], personId: 1 }],
  ['a person that is null', 'put', '/faces/1/reassign', 'personId', { personId: null }],
  ['a limit of 0', 'get', '/persons?limit=0', 'limit'],
  ['a limit of 201', 'get', '/training/jobs?limit=201', 'limit'],
  ['a limit that is a word', 'get', '/training/queue?limit=all', 'limit'],
  ['a limit without a value', 'get', '/persons?limit=', 'limit'],
  ['a limit in another notation', 'get', '/persons?limit=0x10', 'limit'],
  ['a limit that is given twice', 'get', '/persons?limit=1&limit=2', 'limit'],
  ['page 0', 'get', '/persons?page=0', 'page'],
  ['a search that is given twice', 'get', '/persons?search=a&search=b', 'search'],
  ['an unknown state', 'get', '/persons?status=happy', 'status'],
  ['an unknown query parameter', 'get', '/training/jobs?sort=name', 'sort'],
  ['a person id that is a word', 'get', '/training/jobs?person_id=jane', 'person_id'],
  ['a history limit that is broken', 'get', '/persons/1/training-history?limit=1.5', 'limit'],
];

/** With `ID` for the id. */
const ROUTES_WITH_ID: readonly Case[] = [
  ['a person', 'get', '/persons/ID', 'id'],
  ['a change of a person', 'put', '/persons/ID', 'id', { name: 'Ann' }],
  ['the deletion of a person', 'delete', '/persons/ID', 'id'],
  ["a person's faces", 'get', '/persons/ID/faces', 'id'],
  ["a person's trainings", 'get', '/persons/ID/training-history', 'id'],
  ["a person's validation", 'get', '/persons/ID/validation', 'id'],
  ['a validation of everybody', 'get', '/training/validations/ID', 'id'],
  ['a training', 'post', '/persons/ID/queue-training', 'id', {}],
  ['a training at once', 'post', '/persons/ID/train', 'id', {}],
  ['a face', 'get', '/faces/ID', 'id'],
  ["a face's image", 'get', '/faces/ID/image', 'id'],
  ['another person for a face', 'put', '/faces/ID/reassign', 'id', { personId: 1 }],
  ['no person for a face', 'delete', '/faces/ID/person', 'id'],
  ['an invalid face', 'post', '/faces/ID/mark-invalid', 'id', {}],
  ['the deletion of a face', 'delete', '/faces/ID', 'id'],
  ['a job', 'get', '/training/jobs/ID', 'jobId'],
  ['the end of a job', 'delete', '/training/jobs/ID', 'jobId'],
  ['another try of a job', 'post', '/training/jobs/ID/retry', 'jobId', {}],
];

const WRONG_IDS = [
  '0',
  '-1',
  '1.5',
  'abc',
  '2147483648',
  '99999999999999999999',
  '1e3',
  '0x1',
  '%20',
  'null',
  '%00',
  '1%00',
  '%D9%A1',
];

describe.each(databases)('input that is off, on $name,', (database) => {
  let t: TestApp;
  let personId: number;

  const send = ([, method, path, , body]: Case): Promise<ApiAnswer> =>
    method === 'get' || method === 'delete' ? t.api[method](path) : t.api[method](path, body);

  beforeAll(async () => {
    t = await newTestApp({ database });
    personId = await t.api.aPerson('Somebody');
  });
  afterEach(async () => {
    expect(await t.api.get(`/persons/${personId}`)).toMatchObject({
      status: 200,
      body: { person: { name: 'Somebody' } },
    });
  });
  afterAll(() => t.close());

  it.each(MISTAKES)('%s is refused, and the answer names the field', async (...mistake) => {
    expectRefusal(await send(mistake), 400, 'VALIDATION_ERROR', mistake[3]);
  });

  it.each(ROUTES_WITH_ID)('an id that is none, for %s, is refused by name', async (...route: Case) => {
    const [what, method, path, field, body] = route;
    for (const id of WRONG_IDS) {
      expectRefusal(await send([what, method, path.replace('ID', id), field, body]), 400, 'VALIDATION_ERROR', field);
    }
  });

  it.each(ROUTES_WITH_ID)('an id that nobody has, for %s, is not found', async (...route: Case) => {
    const [what, method, path, field, body] = route;
    const answer = await send([what, method, path.replace('ID', String(NO_SUCH_ID)), field, body]);
    expectRefusal(answer, 404, 'NOT_FOUND');
    expect(Object.values(answer.body.details as object)).toContain(NO_SUCH_ID);
  });

  it('a face or a person that nobody has cannot be brought together', async () => {
    expectRefusal(await t.api.post('/faces/assign', { faceId: NO_SUCH_ID, personId }), 404, 'NOT_FOUND');
    expectRefusal(await t.api.post('/faces/assign', { faceId: 1, personId: NO_SUCH_ID }), 404, 'NOT_FOUND');
    expectRefusal(await t.api.post('/faces/batch-assign', { faceIds: [1], personId: NO_SUCH_ID }), 404, 'NOT_FOUND');
    const none = await t.api.post('/faces/batch-assign', { faceIds: [NO_SUCH_ID], personId });
    expect(none).toMatchObject({ status: 200, body: { success: false, successCount: 0, errorCount: 1 } });
  });

  it('an option that is null counts as left out', async () => {
    const { body: before } = await t.api.get('/training/settings');
    const nothing = Object.fromEntries(Object.keys(before.settings as object).map((name) => [name, null]));
    expect(await t.api.put('/training/settings', nothing)).toMatchObject({ status: 200, body: before });
    expect(await t.api.post('/training/process-queue', { config: null })).toMatchObject({ status: 200 });
    expect(await t.api.post('/training/process-queue', { config: { maxConcurrentJobs: null } })).toMatchObject({
      status: 200,
    });
    expect(await t.api.post('/training/auto-train', { config: { limit: null, enabled: null } })).toMatchObject({
      status: 200,
    });
    expect(await t.api.post('/training/cleanup', { daysToKeep: null })).toMatchObject({ status: 200 });
    expectRefusal(
      await t.api.post(`/persons/${personId}/queue-training`, { trainingType: null, config: null }),
      422,
      'INSUFFICIENT_DATA',
    );
  });

  it('names of every script, long ones and those that look like code are taken as they are', async () => {
    const names = [
      "Robert'); DROP TABLE person;--",
      '<script>alert(1)</script>',
      '李小龍',
      'محمد',
      'Zoë 🙂',
      '%_!',
      '${x}',
      'x'.repeat(200),
      '🙂'.repeat(200),
    ];
    for (const name of names) {
      const { status, body } = await t.api.post('/persons', { name });
      expect({ status, name: body.person.name }).toEqual({ status: 201, name });
      const found = await t.api.get(`/persons?search=${encodeURIComponent(name.slice(0, 100))}`);
      expect((found.body.persons as { id: number }[]).map(({ id }) => id)).toContain(body.person.id);
    }
  });
});
