import { finished } from 'node:stream/promises';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { coreTimeout } from './wire-error.js';

/** One request under way. */
export interface Call {
  readonly request: Request;
  /** Aborted when the client goes away or the deadline passes; after that nothing may be stored. */
  readonly signal: AbortSignal;
  /** Runs `release` once the answer has left, or nobody waits for it any more. */
  onEnd(release: () => void): void;
}

/** What a route answers: JSON, or bytes when `body` is a Buffer. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Route = (call: Call) => Answer | Promise<Answer>;

/** The client closed its connection before the answer; nobody reads this error. */
export class ClientGoneError extends Error {
  override readonly name = 'ClientGoneError';
}

/** Gives every request a deadline for its answer to be read, and knows which are under way. */
export class Calls {
  private readonly underWay = new Set<Promise<void>>();

  constructor(private readonly deadlineMs: number) {}

  /** Turns a route into an Express handler. */
  handler(route: Route): RequestHandler {
    return (request, response, next) => {
      const done = this.run(route, request, response, next);
      this.underWay.add(done);
      void done.finally(() => this.underWay.delete(done));
    };
  }

  /** Resolves when no request is under way any more and the answers have left. */
  async settled(): Promise<void> {
    while (this.underWay.size > 0) await Promise.all(this.underWay);
  }

  private async run(route: Route, request: Request, response: Response, next: NextFunction): Promise<void> {
    const controller = new AbortController();
    const releases: (() => void)[] = [];
    const deadline = setTimeout(() => {
      controller.abort(coreTimeout());
      // Already answered: the client does not read.
      if (response.headersSent) response.destroy();
    }, this.deadlineMs);
    response.once('close', () => {
      controller.abort(new ClientGoneError('The client has closed the connection'));
    });
    try {
      const call: Call = { request, signal: controller.signal, onEnd: (release) => releases.push(release) };
      send(response, await route(call));
    } catch (error) {
      next(error);
    }
    await sent(response);
    clearTimeout(deadline);
    for (const release of releases) release();
  }
}

/** Resolves when the answer has left, or nobody waits for it any more. */
async function sent(response: Response): Promise<void> {
  if (!response.writableFinished && !response.destroyed) await finished(response).catch(() => undefined);
}

function send(response: Response, answer: Answer): void {
  if (response.destroyed) return;
  response.status(answer.status).set(answer.headers ?? {});
  if (Buffer.isBuffer(answer.body)) response.end(answer.body);
  else response.json(answer.body);
}

/** Rejects with the signal's reason as soon as it is aborted, whatever `work` does then. */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    if (stop) signal.removeEventListener('abort', stop);
  }
}
