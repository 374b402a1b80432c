import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module.js';
import { SettingsError } from './config/load-settings.js';
import { DatabaseSettings, ServerSettings } from './config/settings.js';
import { CompreFaceOptions } from './compreface/http/compreface-options.js';
import { DomainError } from './errors/domain-error.js';
import { configureHttp } from './http-app.js';
import { ServiceLogger } from './service-logger.js';
import { stopInTime } from './stop-in-time.js';

/** Starts the service and says in one line where it listens and on what. What a person can mend is said without a stack. */
export async function start(): Promise<void> {
  // Photos of faces and the database are nobody else's on this machine.
  process.umask(0o077);
  try {
    const app = await NestFactory.create<NestExpressApplication>(AppModule.forEnvironment(), {
      logger: new ServiceLogger(),
      abortOnError: false,
    });
    stopInTime(app);
    configureHttp(app);
    const server = app.get(ServerSettings);
    await app.listen(server.port, server.host);
    new Logger('Service').log(describe(app, await app.getUrl()));
  } catch (error) {
    new Logger('Service').error(remedy(error));
    process.exitCode = 1;
    // Timers of what had started already would keep a service alive that does not listen.
    process.exit();
  }
}

function describe(app: NestExpressApplication, url: string): string {
  const database = app.get(DatabaseSettings).type;
  const engine = app.get(CompreFaceOptions, { strict: false });
  const compreface = engine.embedded ? 'the embedded engine' : `CompreFace at ${engine.shownUrl}`;
  return `Listening on ${url.replace('[::1]', 'localhost')} with ${database} and ${compreface}; API documentation at ${url}/api/docs`;
}

function remedy(error: unknown): string {
  if (error instanceof SettingsError || error instanceof DomainError) return error.message;
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return 'The port is in use: stop the other service or set PORT to another one';
  }
  return error instanceof Error ? (error.stack ?? error.message) : 'The service could not start';
}
