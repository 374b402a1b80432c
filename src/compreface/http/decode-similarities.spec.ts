import type { HttpFaceEngine } from './http-face-engine.js';
import { engineFor, IMAGE_ID } from './testing/engine-setup.js';
import { answers, ScriptedServer, type Script } from './testing/scripted-server.js';

const ONE = [0.5, -0.25, 1e-7];
const OTHER = [0.125, 3, 0];

let server: ScriptedServer;
let engine: HttpFaceEngine;

async function setup(script: Script): Promise<void> {
  server = await ScriptedServer.start(script);
  engine = engineFor(server.url);
}

afterEach(async () => {
  engine.onApplicationShutdown();
  await server.stop();
});

describe('comparing embeddings with an example', () => {
  it('puts the similarities, which CompreFace sorts, back into the order of the embeddings', async () => {
    const result = [
      { embedding: OTHER, similarity: 0.98765 },
      { embedding: ONE, similarity: 0.1 },
    ];
    await setup(answers(200, { result }));
    expect(await engine.similaritiesTo(IMAGE_ID, [ONE, OTHER, ONE])).toEqual([0.1, 0.98765, 0.1]);
    expect(server.seen[0]?.path).toBe(`/api/v1/recognition/embeddings/faces/${IMAGE_ID}/verify`);
    expect(JSON.parse(server.seen[0]!.body.toString())).toEqual({ embeddings: [ONE, OTHER, ONE] });
  });

  it('answers null for an example that is not there', async () => {
    await setup(answers(404, { message: 'Image Id is incorrect', code: 44 }));
    expect(await engine.similaritiesTo(IMAGE_ID, [ONE])).toBeNull();
  });

  it.each([
    ['an embedding is left out', { result: [{ embedding: ONE, similarity: 0.5 }] }],
    ['an embedding is another one', { result: [ONE, [1, 2, 3]].map((embedding) => ({ embedding, similarity: 0.5 })) }],
    ['a similarity is above 1', { result: [ONE, OTHER].map((embedding) => ({ embedding, similarity: 1.5 })) }],
    ['a similarity is text', { result: [ONE, OTHER].map((embedding) => ({ embedding, similarity: '0.5' })) }],
    ['it is no list', { result: {} }],
  ])('believes no answer in which %s', async (_, body) => {
    await setup(answers(200, body));
    await expect(engine.similaritiesTo(IMAGE_ID, [ONE, OTHER])).rejects.toMatchObject({ name: 'FaceEngineError' });
  });
});
