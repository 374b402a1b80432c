import { aFacePhoto } from '../face-photos.js';
import type { FakeCompreFace } from './fake-compreface.js';
import { faults, type Fault } from './faults.js';
import { Client, type CallAnswer } from './spec-client.js';
import { startFakeCompreFace } from './start-fake-compreface.js';

let fake: FakeCompreFace;
let client: Client;
let photo: Buffer;

beforeAll(async () => {
  fake = await startFakeCompreFace();
  client = new Client(fake);
  photo = await aFacePhoto({ person: 1 });
});
beforeEach(() => fake.reset());
afterAll(() => fake.close());

interface Seen {
  readonly answer: CallAnswer | 'no answer';
  /** Examples that there are when all is quiet. */
  readonly stored: number;
}

/** One upload under a fault; an impatient client leaves as soon as the server has its request. */
async function addUnder(fault: Fault, patience: 'patient' | 'impatient' = 'patient'): Promise<Seen> {
  await fake.script({ route: 'addFace', times: 1, ...fault });
  const leave = new AbortController();
  const upload = client.addFace('ann', photo, 'face.jpg', leave.signal).catch(() => 'no answer' as const);
  if (patience === 'impatient') {
    await arrivalOfUpload();
    leave.abort();
  }
  const answer = await upload;
  await fake.settled();
  return { answer, stored: (await fake.store()).examples.length };
}

async function arrivalOfUpload(): Promise<void> {
  while ((await fake.requests()).counts.addFace === 0) await new Promise(setImmediate);
}

describe('a scripted fault', () => {
  it.each([
    ['applyThenReset', 1],
    ['resetBeforeApply', 0],
    ['resetThenApply', 1],
  ] as const)('%s breaks the connection and leaves %i examples stored', async (name, stored) => {
    expect(await addUnder(faults[name])).toEqual({ answer: 'no answer', stored });
  });

  it.each([
    ['hang', 0],
    ['applyThenHang', 1],
    ['hangThenApply', 1],
  ] as const)('%s is silent until the client leaves, and leaves %i examples stored', async (name, stored) => {
    expect(await addUnder(faults[name], 'impatient')).toEqual({ answer: 'no answer', stored });
  });

  it('trickle sends the status at once and the body byte by byte', async () => {
    await fake.script({ ...faults.trickle, tricklePauseMs: 5 });
    const start = performance.now();
    const response = await fetch(`${fake.url}/api/v1/config`);
    expect(response.status).toBe(200);
    const body = await response.text();
    expect(JSON.parse(body)).toHaveProperty('clientMaxFileSize');
    expect(performance.now() - start).toBeGreaterThanOrEqual(4 * body.length);
  });

  it.each([
    ['undefinedBeforeApply', 400, 0, 0],
    ['undefinedAfterApply', 400, 0, 1],
    ['coreRefused', 500, 41, 0],
    ['coreTimeout', 500, 41, 0],
    ['coreCrash', 500, 41, 0],
    ['migrating', 405, 32, 0],
    ['unknownKey', 404, 10, 0],
  ] as const)('%s answers %i with code %i and stores %i examples', async (name, status, code, stored) => {
    expect(await addUnder(faults[name])).toMatchObject({ answer: { status, json: { code } }, stored });
  });

  it.each([
    ['badGateway', 502, 0],
    ['badGatewayAfterApply', 502, 1],
    ['gatewayTimeout', 504, 0],
    ['gatewayTimeoutThenApply', 504, 1],
    ['redirect', 302, 0],
    ['notFoundHtml', 404, 0],
    ['throttled', 429, 0],
    ['garbageAfterApply', 201, 1],
  ] as const)('%s answers %i without JSON and stores %i examples', async (name, status, stored) => {
    expect(await addUnder(faults[name])).toEqual({ answer: { status, json: null }, stored });
  });

  it('applies late only when the client has gone', async () => {
    await fake.script({ route: 'addFace', times: 1, takesEffect: 'late', answer: 'hang' });
    const leave = new AbortController();
    const upload = client.addFace('ann', photo, 'face.jpg', leave.signal).catch(() => 'left');
    await client.call('GET', '/subjects');
    expect((await fake.store()).examples).toEqual([]);
    leave.abort();
    expect(await upload).toBe('left');
    await fake.settled();
    expect((await fake.store()).examples).toHaveLength(1);
  });

  it('never reaches a world that was reset meanwhile', async () => {
    await fake.script({ route: 'addFace', takesEffect: 'late', lateByMs: 50, answer: 'bad-gateway' });
    await client.addFace('ann', photo);
    await fake.reset();
    await fake.settled();
    expect((await fake.store()).examples).toEqual([]);
  });

  it('tells to come back after the time that 429 names', async () => {
    await fake.script({ ...faults.throttled });
    const response = await fetch(`${fake.url}/api/v1/recognition/subjects`);
    expect(response.headers.get('retry-after')).toBe('2');
  });

  it('can be any answer', async () => {
    await fake.script({ takesEffect: 'no', answer: { status: 418, headers: {}, body: '{"message":"tea"}' } });
    expect(await client.call('GET', '/subjects')).toEqual({ status: 418, json: { message: 'tea' } });
  });

  it('befalls only its route and its subject, as often as told', async () => {
    await fake.script({ route: ['addFace', 'recognize'], subject: 'ann', times: 2, ...faults.badGateway });
    const statuses: number[] = [];
    for (const subject of ['bob', 'ann', 'ann', 'ann']) statuses.push((await client.addFace(subject, photo)).status);
    expect(statuses).toEqual([201, 502, 502, 201]);
    expect((await client.call('GET', '/subjects')).status).toBe(200);
  });

  it('goes on until it is cleared', async () => {
    await fake.script(faults.badGateway);
    for (let i = 0; i < 5; i++) expect((await client.call('GET', '/subjects')).status).toBe(502);
    await fake.clearScript();
    expect((await client.call('GET', '/subjects')).status).toBe(200);
  });

  it('strikes with its probability, the same for the same seed', async () => {
    const strikes = async (): Promise<string> => {
      const seeded = await startFakeCompreFace({ seed: 'coin' });
      await seeded.script({ route: 'listSubjects', probability: 0.3, ...faults.badGateway });
      const seen: number[] = [];
      for (let i = 0; i < 40; i++) seen.push((await new Client(seeded).call('GET', '/subjects')).status);
      await seeded.close();
      return seen.join(' ');
    };
    const first = await strikes();
    expect(await strikes()).toBe(first);
    const count = first.split('502').length - 1;
    expect(count).toBeGreaterThan(3);
    expect(count).toBeLessThan(22);
  });
});
