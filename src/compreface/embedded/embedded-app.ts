import express, { type Express } from 'express';
import type { ApiKeys } from './api-keys.js';
import type { Engine } from './routes/engine.js';
import { faceRoutes } from './routes/face-routes.js';
import { publicRoutes } from './routes/public-routes.js';
import { recognizeRoutes } from './routes/recognize-routes.js';
import { subjectRoutes } from './routes/subject-routes.js';
import { requireKey } from './wire/authentication.js';
import { answerErrors, answerUnknownRoute, type EmbeddedLogger } from './wire/error-answers.js';

/** All routes of the embedded engine, in the order in which they are tried. */
export function embeddedApp(engine: Engine, keys: ApiKeys, logger: EmbeddedLogger): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag').enable('case sensitive routing').set('query parser', 'simple');
  app.use('/api/v1', publicRoutes(engine, keys));
  app.use(requireKey(keys));
  app.use('/api/v1/recognition/subjects', subjectRoutes(engine));
  app.use('/api/v1/recognition/faces', faceRoutes(engine));
  app.use('/api/v1/recognition', recognizeRoutes(engine));
  app.use(answerUnknownRoute);
  app.use(answerErrors(logger));
  return app;
}
