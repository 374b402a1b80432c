import { Logger } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import { WorkerSettings } from './config/settings.js';

/** What a stop may take beside the draining of uploads, as a share of it: 5 s of 25 s. */
const REST = 0.2;

/**
 * Call before the routes are set up. A process that is told to stop ends: clients that hold a connection open, or a call that nobody answers, do not keep it. Who told it
 * twice does not want to wait. Whatever is broken off then is taken up by the next process.
 */
export function stopInTime(app: NestExpressApplication): void {
  const { drainMs } = app.get(WorkerSettings);
  let told = 0;
  const stop = (): void => {
    told += 1;
    if (told > 1) process.exit(1);
    const restMs = Math.max(1_000, drainMs * REST);
    setTimeout(
      () => {
        app.getHttpServer().closeAllConnections();
      },
      drainMs + restMs / 2,
    ).unref();
    setTimeout(() => {
      const open = [...new Set(process.getActiveResourcesInfo())].join(', ');
      new Logger('Service').error(`Not stopped in time, because of: ${open}. What was under way is taken up again`);
      process.exit(1);
    }, drainMs + restMs).unref();
  };
  // A client that asks again and again over one kept connection would keep the server open for as long.
  app.use((_request: Request, response: Response, next: NextFunction) => {
    if (told > 0) response.set('Connection', 'close');
    next();
  });
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
