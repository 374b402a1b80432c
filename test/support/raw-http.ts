import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** What came back over a bare connection. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: string;
  /** All that came, further answers included. */
  readonly text: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a test asserts on whatever the server sent
  readonly body: any;
}

/** A bare TCP connection to an HTTP server, for what no client library would send. */
export class RawConnection {
  private received = Buffer.alloc(0);
  private readonly ended: Promise<unknown>;

  private constructor(private readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => (this.received = Buffer.concat([this.received, chunk])));
    socket.on('error', () => undefined);
    this.ended = once(socket, 'close');
  }

  static async open(baseUrl: string): Promise<RawConnection> {
    const { hostname, port } = new URL(baseUrl);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    return new RawConnection(socket);
  }

  write(text: string | Buffer): void {
    this.socket.write(text);
  }

  /** Leaves without a word, as a client whose machine went down does. */
  hangUp(): void {
    this.socket.resetAndDestroy();
  }

  /** The answer, once the server has closed the connection; null when it closed without one. Fails after `timeoutMs`. */
  async answer(timeoutMs = 5_000): Promise<RawAnswer | null> {
    const timer = setTimeout(() => this.socket.destroy(new Error('no answer')), timeoutMs);
    await this.ended;
    clearTimeout(timer);
    if (this.socket.errored?.message === 'no answer') throw new Error(`no answer within ${timeoutMs} ms`);
    return parse(this.received);
  }
}

/** Sends one request as it stands and reads the answer. The text must ask for `Connection: close`. */
export async function rawRequest(baseUrl: string, text: string | Buffer): Promise<RawAnswer | null> {
  const connection = await RawConnection.open(baseUrl);
  connection.write(text);
  return connection.answer();
}

/** The head of a request, with Host and `Connection: close`. */
export function rawHead(line: string, headers: Readonly<Record<string, string | number>> = {}): string {
  const named = Object.entries({ Host: 'localhost', Connection: 'close', ...headers });
  return `${line} HTTP/1.1\r\n${named.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
}

/** One part of a multipart body; `disposition` is what follows `form-data; `, as it stands. */
export interface RawPart {
  readonly disposition: string;
  readonly bytes: Buffer | string;
}

export const BOUNDARY = '----a-boundary-of-the-tests';

/** A multipart body made by hand. */
export function multipartBody(parts: readonly RawPart[]): Buffer {
  return Buffer.concat([
    ...parts.flatMap(({ disposition, bytes }) => [
      Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n`),
      Buffer.from(bytes),
      Buffer.from('\r\n'),
    ]),
    Buffer.from(`--${BOUNDARY}--\r\n`),
  ]);
}

/** Uploads a multipart body made by hand. */
export async function rawUpload(baseUrl: string, path: string, parts: readonly RawPart[]): Promise<RawAnswer | null> {
  const body = multipartBody(parts);
  const head = rawHead(`POST /api${path}`, {
    'Content-Type': `multipart/form-data; boundary=${BOUNDARY}`,
    'Content-Length': body.length,
  });
  return rawRequest(baseUrl, Buffer.concat([Buffer.from(head), body]));
}

function parse(bytes: Buffer): RawAnswer | null {
  const text = bytes.toString('utf8');
  const [, status] = /^HTTP\/1\.1 (\d{3})/.exec(text) ?? [];
  if (status === undefined) return null;
  const end = text.indexOf('\r\n\r\n');
  const headers = text.slice(0, end);
  const body = /transfer-encoding: chunked/i.test(headers) ? unchunked(text.slice(end + 4)) : text.slice(end + 4);
  return { status: Number(status), headers, text, body: parsed(body) };
}

/** As JSON where it is; what it is not supposed to be, the assertions of the test show. */
function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return body;
  }
}

function unchunked(text: string): string {
  const [, size = '0'] = /^([0-9a-f]+)\r\n/i.exec(text) ?? [];
  const length = Number.parseInt(size, 16);
  const start = size.length + 2;
  return length === 0 ? '' : text.slice(start, start + length) + unchunked(text.slice(start + length + 2));
}
