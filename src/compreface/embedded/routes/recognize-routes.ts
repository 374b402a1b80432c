import { Router } from 'express';
import { setImmediate } from 'node:timers/promises';
import { FILE, type IncomingImage } from '../intake/image-intake.js';
import type { AnalysedFace, Analysis, ModelPlugin } from '../models/face-analyser.js';
import type { Match } from '../store/collection.js';
import type { Answer, Call } from '../wire/call.js';
import { faceAnswer, pluginsVersions, withRoundedProbability } from '../wire/face-answer.js';
import { assertThreshold, type ImageParameters, readImageParameters } from '../wire/image-parameters.js';
import type { Parameters } from '../wire/parameters.js';
import { incorrectImageId, undefinedError } from '../wire/wire-error.js';
import type { Engine } from './engine.js';
import { imageId } from './face-routes.js';

/** `/recognition/recognize` and `/recognition/faces/{id}/verify`: images compared with the collection. */
export function recognizeRoutes(engine: Engine): Router {
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

async function recognize(engine: Engine, call: Call): Promise<Answer> {
  const { parameters, images } = await engine.intake.read(call, [FILE], readRecognition);
  const analysis = await analyse(engine, call, images[0], withCalculator(parameters));
  const result = [];
  for (const face of limited(analysis, parameters)) {
    const subjects = nearest(engine, face, parameters.predictionCount);
    result.push({ ...withRoundedProbability(faceAnswer(face, analysis, parameters)), subjects });
    // A search through a large collection takes milliseconds: other requests get their turn between two faces.
    await setImmediate();
  }
  return { status: 200, body: { result, ...versions(parameters, true) } };
}

async function verify(engine: Engine, call: Call): Promise<Answer> {
  const read = (parameters: Parameters): ImageParameters & { id: string } => ({
    ...readImageParameters(parameters),
    id: imageId(call),
  });
  const { parameters, images } = await engine.intake.read(call, [FILE], read);
  const analysis = await analyse(engine, call, images[0], withCalculator(parameters));
  const example = engine.collection.findExample(parameters.id);
  if (!example) throw incorrectImageId();
  const result = limited(analysis, parameters).map((face) => ({
    ...withRoundedProbability(faceAnswer(face, analysis, parameters)),
    subject: example.subject,
    similarity: similarity(engine, example.id, face),
  }));
  return { status: 200, body: { result, ...versions(parameters, true) } };
}

/** Analyses an image that came with a request. */
export async function analyse(
  { analyses }: Engine,
  { signal }: Call,
  image: IncomingImage | undefined,
  parameters: ImageParameters,
): Promise<Analysis> {
  if (!image) throw undefinedError();
  const { detectionThreshold, plugins, limit } = parameters;
  assertThreshold(detectionThreshold);
  return analyses.find(image.bytes(), { detectionThreshold, plugins, ...(limit > 0 && { maxFaces: limit }) }, signal);
}

/** The faces to answer. */
export function limited({ faces }: Analysis, { limit }: ImageParameters): readonly AnalysedFace[] {
  return limit > 0 ? faces.slice(0, limit) : faces;
}

/** The same parameters with the embeddings, for comparing. */
export function withCalculator<P extends ImageParameters>(parameters: P): P {
  return { ...parameters, plugins: new Set<ModelPlugin>([...parameters.plugins, 'calculator']) };
}

/** `plugins_versions` when the caller wants them; comparing uses the calculator whether it was asked for or not. */
export function versions(parameters: ImageParameters, compares: boolean): Record<string, unknown> {
  if (!parameters.status) return {};
  return { plugins_versions: pluginsVersions(compares ? withCalculator(parameters).plugins : parameters.plugins) };
}

function readRecognition(parameters: Parameters): ImageParameters & { predictionCount: number } {
  const predictionCount = parameters.integer('prediction_count', 1);
  const image = readImageParameters(parameters);
  parameters.require(predictionCount >= 1, 'prediction_count should be equal or greater than 1');
  return { ...image, predictionCount };
}

function nearest({ collection }: Engine, { embedding }: AnalysedFace, count: number): Match[] {
  const matches = embedding && collection.nearest(embedding, count);
  if (!matches) throw undefinedError();
  return matches;
}

function similarity({ collection }: Engine, exampleId: string, { embedding }: AnalysedFace): number {
  const found = embedding && collection.similarityTo(exampleId, embedding);
  if (found === null) throw undefinedError('The example was made by another model and cannot be compared');
  return found;
}
