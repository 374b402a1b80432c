import { type INestApplication, ValidationPipe } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { translateDatabaseError } from './database/database-errors.js';
import { ErrorFilter } from './errors/error-filter.js';
import { validationError } from './errors/validation.js';

/** What makes an HTTP service of the application: prefix, validation, error answers, API documentation. For `main.ts` and the tests. */
export function configureHttp(app: NestExpressApplication): void {
  app.setGlobalPrefix('api');
  app.disable('x-powered-by');
  app.useBodyParser('json', { limit: '1mb', strict: true });
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
  app.enableShutdownHooks([], { useProcessExit: true });
  SwaggerModule.setup('api/docs', app, () => openApiDocument(app), {
    jsonDocumentUrl: 'api/docs-json',
    yamlDocumentUrl: 'api/docs-yaml',
  });
}

/** The API's description. Complete only in the compiled application: the Swagger plugin works at compile time. */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('CompreFace training manager')
    .setDescription(
      'Keeps persons and their face photos, and keeps a CompreFace collection right. Times are ISO-8601 in UTC, durations milliseconds, rates per cent. Every error answer has the shape `{error, code, details}`.',
    )
    .setVersion('0.1.0')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addTag('Training', 'The queue, automatic training and its settings, statistics')
    .addTag('Persons', 'Persons and the photos of their faces')
    .addTag('Faces', 'Faces change hands')
    .addTag('CompreFace', 'The face recognition server behind')
    .addTag('Health', 'For load balancers and monitors')
    .build();
  return SwaggerModule.createDocument(app, config, { operationIdFactory: (_controller, method) => method });
}
