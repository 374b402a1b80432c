import { HttpService } from '@nestjs/axios';
import { CompreFaceOptions } from '../../../src/compreface/http/compreface-options.js';
import { HttpFaceEngine } from '../../../src/compreface/http/http-face-engine.js';
import { SystemClock } from '../../../src/time/system-clock.js';
import { aFacePhoto } from '../face-photos.js';
import type { FakeCompreFace } from './fake-compreface.js';
import { faults } from './faults.js';
import { startFakeCompreFace } from './start-fake-compreface.js';

const SUBJECT = 'jane-smith-k3f2x2';

let fake: FakeCompreFace;
let engine: HttpFaceEngine;
let photo: Buffer;

beforeAll(async () => {
  fake = await startFakeCompreFace();
  photo = await aFacePhoto({ person: 1 });
});
beforeEach(async () => {
  await fake.reset();
  engine = new HttpFaceEngine(
    new HttpService(),
    new CompreFaceOptions({
      baseUrl: fake.url,
      apiKey: fake.apiKey,
      embedded: false,
      settleMs: 1000,
      headersTimeoutMs: 1000,
      totalTimeoutMs: 1200,
    }),
    new SystemClock(),
  );
});
afterEach(() => {
  engine.onApplicationShutdown();
});
afterAll(() => fake.close());

describe("the product's client, against the fake", () => {
  it('adds, lists, recognises, downloads and removes', async () => {
    await engine.createSubject(SUBJECT);
    const added = await engine.addExample(SUBJECT, photo);
    const [example] = await engine.listExamples(SUBJECT);
    expect(added).toEqual({ kind: 'stored', imageId: example!.imageId });
    const { faces, calculator } = await engine.recognize(photo);
    expect(calculator).toBe('insightface.Calculator@arcface_mobilefacenet');
    expect(faces[0]!.candidates).toEqual([{ subject: SUBJECT, similarity: 1 }]);
    expect(faces[0]!.landmarks).toHaveLength(5);
    expect(await engine.downloadExample(example!.imageId)).toEqual(photo);
    await engine.removeExamples([example!.imageId]);
    await engine.removeEmptySubject(SUBJECT);
    expect(await fake.store()).toEqual({ subjects: [], examples: [], orphanImages: [], wipes: [] });
  });

  it('reads a collection that has more than one page', async () => {
    const foreign = photo.toString('base64');
    for (let i = 0; i < 2100; i++) await fake.addForeignExample('somebody', foreign);
    expect(new Set((await engine.listExamples()).map((example) => example.imageId)).size).toBe(2100);
  });

  it.each([
    ['applyThenReset', 'unknown'],
    ['resetBeforeApply', 'unknown'],
    ['hangThenApply', 'unknown'],
    ['gatewayTimeoutThenApply', 'unknown'],
    ['trickle', 'unknown'],
    ['undefinedBeforeApply', 'unknown'],
    ['undefinedAfterApply', 'unknown'],
    ['badGateway', 'unknown'],
    ['garbageAfterApply', 'unknown'],
    ['coreRefused', 'unavailable'],
    ['coreTimeout', 'unavailable'],
    ['migrating', 'unavailable'],
    ['throttled', 'unavailable'],
    ['coreCrash', 'suspect'],
    ['redirect', 'misconfigured'],
    ['notFoundHtml', 'misconfigured'],
    ['unknownKey', 'misconfigured'],
  ] as const)('takes %s for %s', async (fault, kind) => {
    await fake.script({ route: 'addFace', ...faults[fault] });
    expect(await engine.addExample(SUBJECT, photo)).toMatchObject({ kind });
    await fake.settled();
  });

  it.each([
    ['no face', { person: 1, faces: 0 }, { kind: 'rejected', code: 'no_face' }],
    ['two faces', { person: 1, faces: 2 }, { kind: 'rejected', code: 'several_faces' }],
    ['a poisonous face', { person: 1, mark: 'crashes' }, { kind: 'suspect' }],
  ] as const)('takes %s for what it is', async (_what, options, outcome) => {
    expect(await engine.addExample(SUBJECT, await aFacePhoto(options))).toMatchObject(outcome);
  });
});
