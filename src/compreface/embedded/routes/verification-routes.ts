import { Router } from 'express';
import type { ImageName } from '../intake/image-intake.js';
import type { AnalysedFace } from '../models/face-analyser.js';
import { comparedSimilarity } from '../store/comparison.js';
import type { Answer, Call } from '../wire/call.js';
import { comparedFaceAnswer } from '../wire/face-answer.js';
import { readImageParameters } from '../wire/image-parameters.js';
import { tooManyFaces, undefinedError } from '../wire/wire-error.js';
import { verifyEmbeddings } from './embedding-routes.js';
import type { Engine } from './engine.js';
import { analyse, limited, versions, withCalculator } from './image-analysis.js';

const SOURCE: ImageName = { part: 'source_image', javaField: 'sourceImageBase64' };
const TARGET: ImageName = { part: 'target_image', javaField: 'targetImageBase64' };

/** `/verification`: two images, or embeddings, compared with each other. */
export function verificationRoutes(engine: Engine): Router {
  const router = Router({ caseSensitive: true });
  router.post(
    '/verify',
    engine.calls.handler((call) => verify(engine, call)),
  );
  router.post(
    '/embeddings/verify',
    engine.calls.handler((call) => verifyEmbeddings(engine, call)),
  );
  return router;
}

/** The limit holds for the source image, too, and so hides its other faces: as in CompreFace. */
async function verify(engine: Engine, call: Call): Promise<Answer> {
  const { parameters, images } = await engine.intake.read(call, [SOURCE, TARGET], readImageParameters);
  const comparing = withCalculator(parameters);
  const sourceAnalysis = await analyse(engine, call, images[0], comparing);
  const [source, ...others] = limited(sourceAnalysis, parameters);
  if (others.length > 0) throw tooManyFaces();
  const targetAnalysis = await analyse(engine, call, images[1], comparing);
  const answer = {
    source_image_face: source && comparedFaceAnswer(source, sourceAnalysis, parameters),
    face_matches: limited(targetAnalysis, parameters).map((face) => ({
      ...comparedFaceAnswer(face, targetAnalysis, parameters),
      similarity: similarity(source, face),
    })),
    ...versions(comparing),
  };
  return { status: 200, body: { result: [answer] } };
}

function similarity(source: AnalysedFace | undefined, target: AnalysedFace): number {
  const [a, b] = [source?.embedding, target.embedding];
  const found = a && b ? comparedSimilarity(a, b) : null;
  if (found === null) throw undefinedError();
  return found;
}
