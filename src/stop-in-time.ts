import { Logger } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { WorkerSettings } from './config/settings.js';

/** What a stop may take beside the draining of uploads, as a share of it: 5 s of 25 s. */
const REST = 0.2;

/**
 * A process that is told to stop ends: clients that hold a connection open, or a call that nobody answers, do not keep it. Who told it
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
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
