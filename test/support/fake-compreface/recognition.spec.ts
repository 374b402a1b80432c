import { aFacePhoto } from '../face-photos.js';
import type { FakeCompreFace } from './fake-compreface.js';
import { Client } from './spec-client.js';
import { startFakeCompreFace } from './start-fake-compreface.js';

let fake: FakeCompreFace;
let client: Client;

beforeAll(async () => {
  fake = await startFakeCompreFace();
  client = new Client(fake);
});
beforeEach(() => fake.reset());
afterAll(() => fake.close());

describe('recognition', () => {
  it('names the nearest examples best first, one entry per example', async () => {
    for (const variant of [1, 2]) await client.addFace('ann', await aFacePhoto({ person: 1, variant }));
    await client.addFace('bob', await aFacePhoto({ person: 50 }));
    const probe = await aFacePhoto({ person: 1, variant: 1 });
    const { result } = (await client.recognize(probe, '?prediction_count=3')).json as {
      result: { subjects: { subject: string; similarity: number }[] }[];
    };
    expect(result[0]!.subjects.map(({ subject }) => subject)).toEqual(['ann', 'ann', 'bob']);
    const [first, second, third] = result[0]!.subjects.map((candidate) => candidate.similarity);
    expect(first).toBe(1);
    expect(second).toBeGreaterThan(0.99);
    expect(third).toBeLessThan(0.3);
  });

  it('gives embedding, landmarks and pose only when asked, and the model only with status', async () => {
    const photo = await aFacePhoto({ person: 1 });
    const plain = (await client.recognize(photo)).json as { result: object[] };
    expect(Object.keys(plain.result[0]!).sort()).toEqual(['box', 'subjects']);
    expect(plain).not.toHaveProperty('plugins_versions');
    const full = await client.recognize(photo, '?face_plugins=calculator,landmarks,pose&status=true');
    expect(full.json).toMatchObject({
      result: [{ subjects: [], embedding: expect.any(Array) as number[], landmarks: expect.any(Array) as number[][] }],
      plugins_versions: { calculator: 'insightface.Calculator@arcface_mobilefacenet' },
    });
  });

  it('finds several faces, biggest first, at most `limit`', async () => {
    const photo = await aFacePhoto({ person: 1, faces: 3, width: 600 });
    expect((await client.recognize(photo)).json).toMatchObject({ result: [{}, {}, {}] });
    expect((await client.recognize(photo, '?limit=1')).json).toMatchObject({ result: [{}] });
  });

  it.each([
    ['limit=-1', 400, { code: 26 }],
    ['prediction_count=0', 400, { code: 26 }],
    ['det_prob_threshold=abc', 400, null],
    ['det_prob_threshold=1.5', 400, { code: 28 }],
    ['det_prob_threshold=0.999', 400, { code: 28 }],
    ['status=maybe', 400, null],
  ])('with %s answers %i', async (query, status, json) => {
    const answer = await client.recognize(await aFacePhoto({ person: 1 }), `?${query}`);
    expect(answer.status).toBe(status);
    expect(answer.json).toEqual(json === null ? null : expect.objectContaining(json));
  });

  it('verifies against one example', async () => {
    const added = await client.addFace('ann', await aFacePhoto({ person: 1 }));
    const { image_id: id } = added.json as { image_id: string };
    const probe = await aFacePhoto({ person: 1, variant: 2 });
    expect(await client.sendPhoto(`/faces/${id}/verify`, probe)).toMatchObject({
      json: { result: [{ subject: 'ann' }] },
    });
    const unknown = '/faces/00000000-0000-4000-8000-000000000000/verify';
    expect(await client.sendPhoto(unknown, probe)).toMatchObject({ status: 404, json: { code: 44 } });
  });

  it('compares embeddings with one example, the most similar first', async () => {
    const photo = await aFacePhoto({ person: 1 });
    const { image_id: id } = (await client.addFace('ann', photo)).json as { image_id: string };
    const embeddingOf = async (person: number): Promise<number[]> => {
      const { json } = await client.sendPhoto('/recognize?face_plugins=calculator', await aFacePhoto({ person }));
      return (json as { result: { embedding: number[] }[] }).result[0]!.embedding;
    };
    const [same, other] = [await embeddingOf(1), await embeddingOf(5)];
    const compare = (imageId: string, embeddings: number[][]) =>
      client.call('POST', `/embeddings/faces/${imageId}/verify`, { body: JSON.stringify({ embeddings }) });
    expect(await compare(id, [other, same])).toMatchObject({
      json: { result: [{ embedding: same, similarity: 1 }, { embedding: other }] },
    });
    expect(await compare('00000000-0000-4000-8000-000000000000', [same])).toMatchObject({
      status: 404,
      json: { code: 44 },
    });
  });
});
