import { Router } from 'express';
import { FILE } from '../intake/image-intake.js';
import type { Answer, Call } from '../wire/call.js';
import { faceAnswer } from '../wire/face-answer.js';
import { readImageParameters } from '../wire/image-parameters.js';
import type { Engine } from './engine.js';
import { analyse, limited, versions } from './image-analysis.js';

/** `/detection`. */
export function detectionRoutes(engine: Engine): Router {
  const router = Router({ caseSensitive: true });
  router.post(
    '/detect',
    engine.calls.handler((call) => detect(engine, call)),
  );
  return router;
}

async function detect(engine: Engine, call: Call): Promise<Answer> {
  const { parameters, images } = await engine.intake.read(call, [FILE], readImageParameters);
  const analysis = await analyse(engine, call, images[0], parameters);
  const result = limited(analysis, parameters).map((face) => faceAnswer(face, analysis, parameters));
  return { status: 200, body: { result, ...versions(parameters) } };
}
