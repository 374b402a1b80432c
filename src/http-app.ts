import { ValidationPipe } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { SwaggerModule } from '@nestjs/swagger';
import type { NextFunction, Request, Response } from 'express';
import { translateDatabaseError } from './database/database-errors.js';
import { answerBrokenRequests } from './errors/broken-requests.js';
import { ContentTypeGuard } from './errors/content-type.guard.js';
import { DomainError } from './errors/domain-error.js';
import { ErrorFilter } from './errors/error-filter.js';
import { checkJsonShape } from './errors/json-shape.js';
import { validationError } from './errors/validation.js';
import { openApiDocument } from './openapi-document.js';

/** Below this path the API lives. */
export const API_PREFIX = 'api';

/** What makes an HTTP service of the application: prefix, validation, error answers, API documentation. For `main.ts` and the tests. */
export function configureHttp(app: NestExpressApplication): void {
  app.setGlobalPrefix(API_PREFIX);
  app.disable('x-powered-by');
  app.use(refuseOtherPaths);
  app.useBodyParser('json', { limit: '1mb', strict: true });
  app.use(checkJsonShape);
  app.useGlobalGuards(new ContentTypeGuard());
  app.useGlobalPipes(
    new ValidationPipe({
      whitelist: true,
      forbidNonWhitelisted: true,
      transform: true,
      stopAtFirstError: false,
      exceptionFactory: validationError,
    }),
  );
  app.useGlobalFilters(new ErrorFilter([translateDatabaseError]));
  answerBrokenRequests(app.getHttpServer());
  app.enableShutdownHooks([], { useProcessExit: true });
  SwaggerModule.setup(`${API_PREFIX}/docs`, app, () => openApiDocument(app), {
    jsonDocumentUrl: `${API_PREFIX}/docs-json`,
    yamlDocumentUrl: `${API_PREFIX}/docs-yaml`,
  });
}

/** Outside the prefix Express would answer with a page of its own. */
function refuseOtherPaths(request: Request, _response: Response, next: NextFunction): void {
  if (/^\/api\/./i.test(request.path)) next();
  else next(new DomainError('NOT_FOUND', 'There is nothing at this path: the API is documented at /api/docs'));
}
