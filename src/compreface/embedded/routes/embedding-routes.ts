import { Router } from 'express';
import { setImmediate } from 'node:timers/promises';
import { readJsonObject } from '../intake/json-body.js';
import { comparedSimilarity } from '../store/comparison.js';
import type { Answer, Call } from '../wire/call.js';
import { readEmbedding, readEmbeddings } from '../wire/embeddings.js';
import { Parameters } from '../wire/parameters.js';
import { incorrectImageId, undefinedError } from '../wire/wire-error.js';
import type { Engine } from './engine.js';
import { imageId } from './face-routes.js';

interface Compared {
  readonly embedding: readonly number[];
  readonly similarity: number;
}

/** `/recognition/embeddings`: embeddings in place of images, compared with the collection. */
export function embeddingRoutes(engine: Engine): Router {
  const router = Router({ caseSensitive: true });
  router.post(
    '/recognize',
    engine.calls.handler((call) => recognize(engine, call)),
  );
  router.post(
    '/faces/:imageId/verify',
    engine.calls.handler((call) => verify(engine, call)),
  );
  return router;
}

async function recognize({ budget, collection }: Engine, call: Call): Promise<Answer> {
  const parameters = new Parameters(call.request);
  const count = parameters.integer('prediction_count', 1);
  const embeddings = readEmbeddings(await readJsonObject(call, budget), 'embeddings');
  parameters.require(count >= 1, 'prediction_count should be equal or greater than 1');
  parameters.assertNoViolation();
  const result = [];
  for (const embedding of embeddings) {
    const similarities = await collection.nearest(embedding, count);
    if (!similarities) throw undefinedError();
    result.push({ embedding, similarities });
    await setImmediate();
    call.signal.throwIfAborted();
  }
  return { status: 200, body: { result } };
}

async function verify({ budget, collection }: Engine, call: Call): Promise<Answer> {
  const id = imageId(call);
  const embeddings = readEmbeddings(await readJsonObject(call, budget), 'embeddings');
  const example = collection.findExample(id);
  if (!example) throw incorrectImageId();
  return compared(embeddings, (embedding) => collection.similarityTo(example.id, embedding));
}

/** `/verification/embeddings/verify`: one embedding compared with others. */
export async function verifyEmbeddings({ budget }: Engine, call: Call): Promise<Answer> {
  const body = await readJsonObject(call, budget);
  const source = readEmbedding(body, 'source');
  const targets = readEmbeddings(body, 'targets');
  return compared(targets, (target) => comparedSimilarity(source, target));
}

/** Most similar first. @throws WireError 0 when one of them cannot be compared */
function compared(
  embeddings: readonly (readonly number[])[],
  similarity: (embedding: readonly number[]) => number | null,
): Answer {
  const result = embeddings.map((embedding): Compared => {
    const found = similarity(embedding);
    if (found === null) throw undefinedError();
    return { embedding, similarity: found };
  });
  return { status: 200, body: { result: result.sort((a, b) => b.similarity - a.similarity) } };
}
