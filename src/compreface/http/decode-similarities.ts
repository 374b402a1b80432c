import { isRecord } from './answer-body.js';
import { decodeAll, successBody } from './decode-examples.js';
import type { Answer } from './observation.js';

/**
 * The answer of POST /embeddings/faces/{id}/verify, in the order of the embeddings that were sent; undefined when it is anything else.
 * CompreFace sorts it by similarity and repeats each embedding, by which it is put back in order (EmbeddingsRecognizeProcessor, v1.2.0).
 */
export function decodeSimilarities(answer: Answer, embeddings: readonly (readonly number[])[]): number[] | undefined {
  const body = successBody(answer);
  const results = isRecord(body) ? decodeAll(body.result, decodeResult) : undefined;
  const found = new Map(results);
  const similarities = embeddings.map((embedding) => found.get(embedding.join()));
  return similarities.every((similarity) => similarity !== undefined) ? similarities : undefined;
}

function decodeResult(result: unknown): [embedding: string, similarity: number] | undefined {
  if (!isRecord(result) || !Array.isArray(result.embedding)) return undefined;
  const { embedding, similarity } = result;
  return typeof similarity === 'number' && similarity >= 0 && similarity <= 1
    ? [embedding.join(), similarity]
    : undefined;
}
