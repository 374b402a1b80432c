import { Router } from 'express';
import { setImmediate } from 'node:timers/promises';
import { FILE } from '../intake/image-intake.js';
import type { AnalysedFace } from '../models/face-analyser.js';
import type { Match } from '../store/collection.js';
import type { Answer, Call } from '../wire/call.js';
import { comparedFaceAnswer } from '../wire/face-answer.js';
import { type ImageParameters, readImageParameters } from '../wire/image-parameters.js';
import type { Parameters } from '../wire/parameters.js';
import { incorrectImageId, undefinedError } from '../wire/wire-error.js';
import type { Engine } from './engine.js';
import { imageId } from './face-routes.js';
import { analyse, limited, versions, withCalculator } from './image-analysis.js';

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
  const comparing = withCalculator(parameters);
  const analysis = await analyse(engine, call, images[0], comparing);
  const result = [];
  for (const face of limited(analysis, parameters)) {
    const subjects = await nearest(engine, face, parameters.predictionCount);
    result.push({ ...comparedFaceAnswer(face, analysis, parameters), subjects });
    // A search through a large collection takes milliseconds: other requests get their turn between two faces.
    await setImmediate();
    call.signal.throwIfAborted();
  }
  return { status: 200, body: { result, ...versions(comparing) } };
}

async function verify(engine: Engine, call: Call): Promise<Answer> {
  const { parameters, images } = await engine.intake.read(call, [FILE], (read) => ({
    ...readImageParameters(read),
    id: imageId(call),
  }));
  const comparing = withCalculator(parameters);
  const analysis = await analyse(engine, call, images[0], comparing);
  const example = engine.collection.findExample(parameters.id);
  if (!example) throw incorrectImageId();
  const result = limited(analysis, parameters).map((face) => ({
    ...comparedFaceAnswer(face, analysis, parameters),
    subject: example.subject,
    similarity: similarity(engine, example.id, face),
  }));
  return { status: 200, body: { result, ...versions(comparing) } };
}

function readRecognition(parameters: Parameters): ImageParameters & { predictionCount: number } {
  const predictionCount = parameters.integer('prediction_count', 1);
  const image = readImageParameters(parameters);
  parameters.require(predictionCount >= 1, 'prediction_count should be equal or greater than 1');
  return { ...image, predictionCount };
}

async function nearest({ collection }: Engine, { embedding }: AnalysedFace, count: number): Promise<Match[]> {
  const matches = embedding && (await collection.nearest(embedding, count));
  if (!matches) throw undefinedError();
  return matches;
}

function similarity({ collection }: Engine, exampleId: string, { embedding }: AnalysedFace): number {
  const found = embedding && collection.similarityTo(exampleId, embedding);
  if (found === null) throw undefinedError('The example was made by another model and cannot be compared');
  return found;
}
