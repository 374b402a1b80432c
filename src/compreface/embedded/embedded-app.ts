import express, { type Express } from 'express';
import type { ApiKeys } from './api-keys.js';
import type { Engine } from './routes/engine.js';
import { detectionRoutes } from './routes/detection-routes.js';
import { embeddingRoutes } from './routes/embedding-routes.js';
import { faceRoutes } from './routes/face-routes.js';
import { publicRoutes } from './routes/public-routes.js';
import { recognizeRoutes } from './routes/recognize-routes.js';
import { subjectRoutes } from './routes/subject-routes.js';
import { verificationRoutes } from './routes/verification-routes.js';
import { requireKey } from './wire/authentication.js';
import { allowBrowsers } from './wire/browsers.js';
import { answerErrors, answerUnknownRoute, type EmbeddedLogger } from './wire/error-answers.js';

export interface AppOptions {
  readonly keys: ApiKeys;
  readonly logger: EmbeddedLogger;
  /** Whether pages of other origins may call. */
  readonly forBrowsers: boolean;
}

/** All routes of the embedded engine, in the order in which they are tried. */
export function embeddedApp(engine: Engine, { keys, logger, forBrowsers }: AppOptions): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag').enable('case sensitive routing').set('query parser', 'simple');
  if (forBrowsers) app.use(allowBrowsers);
  app.use('/api/v1', publicRoutes(engine, keys));
  app.use(requireKey(keys));
  app.use('/api/v1/recognition/subjects', subjectRoutes(engine));
  app.use('/api/v1/recognition/faces', faceRoutes(engine));
  app.use('/api/v1/recognition', recognizeRoutes(engine));
  app.use('/api/v1/recognition/embeddings', embeddingRoutes(engine));
  app.use('/api/v1/detection', detectionRoutes(engine));
  app.use('/api/v1/verification', verificationRoutes(engine));
  app.use(answerUnknownRoute);
  app.use(answerErrors(logger));
  return app;
}
