import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A request as it arrived, with its whole body. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** Answers one request, badly if it likes. */
export type Script = (seen: SeenRequest, response: ServerResponse, socket: Socket) => void;

/** A real HTTP server on 127.0.0.1 that does what the test says and remembers what it was asked. */
export class ScriptedServer {
  readonly seen: SeenRequest[] = [];
  script: Script = answers(500);
  /** Stays the same after the server has stopped. */
  url = '';
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => void this.take(request, response));
  }

  static async start(script: Script): Promise<ScriptedServer> {
    const scripted = new ScriptedServer();
    scripted.script = script;
    await new Promise<void>((resolve) => scripted.server.listen(0, '127.0.0.1', resolve));
    scripted.url = `http://127.0.0.1:${(scripted.server.address() as AddressInfo).port}`;
    return scripted;
  }

  /** What was asked, as `METHOD /path?query`. */
  get lines(): string[] {
    return this.seen.map(
      ({ method, path, query }) => `${method} ${path}${query.size > 0 ? `?${query.toString()}` : ''}`,
    );
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    } catch {
      return;
    }
    const url = new URL(request.url ?? '/', 'http://server');
    const { method = '', headers, socket } = request;
    const seen = { method, path: url.pathname, query: url.searchParams, headers, body: Buffer.concat(chunks) };
    this.seen.push(seen);
    this.script(seen, response, socket);
  }
}

/** A script that always gives the same answer; an object becomes JSON, pretty-printed as CompreFace does. */
export function answers(status: number, body: unknown = '', headers: Record<string, string> = {}): Script {
  return (_seen, response) => {
    const bytes = Buffer.isBuffer(body) || typeof body === 'string' ? body : JSON.stringify(body, null, 2);
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(bytes);
  };
}

/** Scripts by `METHOD /path`, and 404 for the rest. */
export function routes(table: Readonly<Record<string, Script>>): Script {
  return (seen, response, socket) => {
    const script =
      table[`${seen.method} ${seen.path}`] ?? answers(404, { message: 'Request method not supported', code: 0 });
    script(seen, response, socket);
  };
}

/** Each call gets the next script; the last one stays. */
export function inTurn(...scripts: readonly [Script, ...Script[]]): Script {
  let next = 0;
  return (seen, response, socket) => {
    const script = scripts[Math.min(next++, scripts.length - 1)] ?? scripts[0];
    script(seen, response, socket);
  };
}

/** Takes the request and never answers. */
export const hangs: Script = () => undefined;

/** Resets the connection without an answer. */
export const resets: Script = (_seen, _response, socket) => {
  socket.resetAndDestroy();
};

/** Says success and loses the connection amid the body. */
export const breaksOff: Script = (_seen, response, socket) => {
  response.writeHead(201, { 'content-type': 'application/json', 'content-length': '500' });
  response.write('{"image_id":', () => socket.destroy());
};

/** Sends headers and then a byte of JSON white space every few milliseconds, for ever. */
export const trickles: Script = (_seen, response, socket) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  const timer = setInterval(() => response.write(' '), 5);
  socket.on('close', () => {
    clearInterval(timer);
  });
};
