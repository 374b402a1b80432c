import { isReply, parameter, type Answer, type ApiContext, type ApiRequest } from './api-request.js';
import { faceOnTheWire, findFaces, pluginVersions } from './core-answers.js';
import type { DetectedFace } from './detected-faces.js';
import { apiError, empty, json, type Reply } from './replies.js';
import { calculators, similarity } from './similarity.js';
import { readUpload, refuseExtension, type Upload } from './upload.js';

interface Asked {
  readonly limit: number;
  readonly candidates: number;
  readonly plugins: readonly string[];
  /** Whether times and plugin versions were asked for. */
  readonly details: boolean;
}

export const recognize: Answer = (request, context) =>
  answerPerFace(request, context, (face, { candidates }) => ({
    subjects: context.collection.nearest(face.embedding, candidates, calculators[context.calculator]),
  }));

export const verify: Answer = (request, context) => {
  const example = context.collection.example(request.argument);
  return answerPerFace(request, context, (face) =>
    example
      ? {
          subject: example.subject,
          similarity: similarity(face.embedding, example.embedding, calculators[context.calculator]),
        }
      : apiError(404, 44, 'Image Id is incorrect'),
  );
};

/** Embeddings in place of a photo; the answer is sorted, and repeats each of them. */
export const compare: Answer = ({ body, argument }, { collection, calculator }) => {
  const embeddings = readEmbeddings(body);
  if (embeddings === null) return empty(400);
  if (embeddings.length === 0) return apiError(400, 5, 'Field embeddings cannot be empty');
  const example = collection.example(argument);
  if (!example) return apiError(404, 44, 'Image Id is incorrect');
  const result = embeddings.map((embedding) => ({
    embedding,
    similarity: similarity(embedding, example.embedding, calculators[calculator]),
  }));
  return json(200, { result: result.sort((a, b) => b.similarity - a.similarity) });
};

function readEmbeddings(body: Buffer): number[][] | null {
  try {
    const { embeddings = [] } = JSON.parse(body.toString('utf8')) as { embeddings?: number[][] };
    return embeddings.every((embedding) => embedding.every(Number.isFinite)) ? embeddings : null;
  } catch {
    return null;
  }
}

async function answerPerFace(
  request: ApiRequest,
  context: ApiContext,
  answer: (face: DetectedFace, asked: Asked) => object | Reply,
): Promise<Reply> {
  const upload = readUpload(request.contentType, request.body, empty(415));
  if (isReply(upload)) return upload;
  const asked = readParameters(request, upload);
  if (isReply(asked)) return asked;
  const refusal = refuseExtension(upload);
  if (refusal) return refusal;
  const faces = await findFaces(upload, request, context);
  if (isReply(faces)) return faces;
  const result: object[] = [];
  for (const face of asked.limit > 0 ? faces.slice(0, asked.limit) : faces) {
    const own = answer(face, asked);
    if (isReply(own)) return own;
    result.push({ ...faceOnTheWire(face, asked.plugins, asked.details), ...own });
  }
  return json(200, { result, ...(asked.details && { plugins_versions: pluginVersions(asked.plugins, context) }) });
}

function readParameters({ query }: ApiRequest, { fields }: Upload): Asked | Reply {
  const read = (name: string): string | null => parameter(name, query, fields);
  const limit = Number(read('limit') ?? 0);
  const candidates = Number(read('prediction_count') ?? 1);
  const status = read('status') ?? 'false';
  if (!Number.isInteger(limit) || !Number.isInteger(candidates) || !/^(true|false)$/.test(status)) return empty(400);
  if (limit < 0) return apiError(400, 26, 'Limit should be equal or greater than 0; ');
  if (candidates < 1) return apiError(400, 26, 'prediction_count should be equal or greater than 1; ');
  const plugins = (read('face_plugins') ?? '').split(',');
  return { limit, candidates, plugins, details: status === 'true' };
}
