import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answers, isWipe, refuseKey, unknownRoute } from './api-answers.js';
import type { ApiContext, ApiRequest } from './api-request.js';
import { sleep } from './core-queue.js';
import type { Fault, FaultScript } from './faults.js';
import { cannedReplies, html, type Reply } from './replies.js';
import type { RequestLog } from './request-log.js';
import { matchRoute } from './routes.js';

const MAX_REQUEST_BYTES = 10 * 1024 * 1024;

export interface FakeApiParts {
  readonly apiKey: string;
  /** The world at this moment; a request keeps the one it arrived in, so that nothing late reaches a world that was reset. */
  readonly context: () => ApiContext;
  readonly script: FaultScript;
  readonly log: RequestLog;
}

/** The public face of the fake: key check, faults, answers. Takes effect although the client left, as the real one does. */
export class FakeApi {
  private readonly underWay = new Set<Promise<void>>();
  private readonly server = createServer((request, response) => {
    const work = this.serve(request, response).finally(() => this.underWay.delete(work));
    this.underWay.add(work);
  });

  constructor(private readonly parts: FakeApiParts) {}

  async listen(port: number): Promise<string> {
    await once(this.server.listen(port, '127.0.0.1'), 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Resolves when no request and no late effect is under way any more. */
  async settled(): Promise<void> {
    while (this.underWay.size > 0) await Promise.all(this.underWay);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(incoming);
    if (body === 'client left') return;
    const method = incoming.method ?? 'GET';
    const url = new URL(incoming.url ?? '/', 'http://fake');
    if (body === 'too large') {
      send(response, html(413, 'Request Entity Too Large'));
      return;
    }
    const request: ApiRequest = {
      ...matchRoute(method, url.pathname),
      query: url.searchParams,
      contentType: incoming.headers['content-type'] ?? '',
      accept: incoming.headers.accept ?? '',
      body,
    };
    const subject = url.searchParams.get('subject') ?? (request.argument || null);
    const finish = this.parts.log.begin(request.route, subject, body.length);
    response.once('close', () => {
      finish(response.writableFinished ? response.statusCode : null);
    });
    const key = [incoming.headers['x-api-key']].flat()[0];
    const context = this.parts.context();
    await this.play(this.parts.script.next(request.route, subject), response, () =>
      this.answer({ method, pathname: url.pathname, key }, request, context),
    );
  }

  private async play(fault: Fault, response: ServerResponse, effect: () => Promise<Reply>): Promise<void> {
    const gone = new Promise((resolve) => response.once('close', resolve));
    await sleep(fault.delayBeforeMs ?? 0);
    const takesEffect = fault.takesEffect ?? 'yes';
    const own = takesEffect === 'yes' ? await effect() : cannedReplies.undefined;
    await sleep(fault.delayAfterMs ?? 0);
    await respond(response, fault, own);
    await gone;
    if (takesEffect !== 'late') return;
    await sleep(fault.lateByMs ?? 0);
    await effect();
  }

  private async answer(
    { method, pathname, key }: { method: string; pathname: string; key: string | undefined },
    request: ApiRequest,
    context: ApiContext,
  ): Promise<Reply> {
    const refusal = refuseKey(pathname, key, this.parts.apiKey);
    if (refusal) return refusal;
    if (request.route === 'unknown') return unknownRoute(method, pathname);
    if (isWipe(request)) context.wipes.push(`${method} ${pathname}`);
    return answers[request.route](request, context);
  }
}

/** Reads the body to its end even when it is too large, as nginx does, so that the client gets to read the refusal. */
async function readBody(incoming: IncomingMessage): Promise<Buffer | 'too large' | 'client left'> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes <= MAX_REQUEST_BYTES) chunks.push(chunk);
    }
  } catch {
    return 'client left';
  }
  return bytes > MAX_REQUEST_BYTES ? 'too large' : Buffer.concat(chunks);
}

async function respond(response: ServerResponse, fault: Fault, own: Reply): Promise<void> {
  const { answer = 'own' } = fault;
  if (answer === 'hang') return;
  if (answer === 'reset') response.socket?.resetAndDestroy();
  else if (answer === 'own') send(response, own);
  else if (answer === 'trickle') await trickle(response, own, fault.tricklePauseMs ?? 50);
  else send(response, typeof answer === 'string' ? cannedReplies[answer] : answer);
}

function send(response: ServerResponse, { status, headers, body }: Reply): void {
  if (response.destroyed) return;
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
}

async function trickle(response: ServerResponse, { status, headers, body }: Reply, pauseMs: number): Promise<void> {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  for (const byte of Buffer.from(body)) {
    if (response.destroyed) return;
    response.write(Buffer.of(byte));
    await sleep(pauseMs);
  }
  response.end();
}
