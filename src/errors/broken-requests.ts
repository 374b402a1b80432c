import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';

interface WireAnswer {
  readonly status: string;
  readonly code: string;
  readonly error: string;
}

const NOT_HTTP: WireAnswer = {
  status: '400 Bad Request',
  code: 'VALIDATION_ERROR',
  error: 'This is no valid HTTP request',
};

/** By Node's own error codes (node:http, Event 'clientError'). */
const BY_CODE: Readonly<Record<string, WireAnswer>> = {
  HPE_HEADER_OVERFLOW: {
    status: '431 Request Header Fields Too Large',
    code: 'PAYLOAD_TOO_LARGE',
    error: 'The path or the headers are too long: keep them below 16 kB',
  },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: {
    status: '413 Payload Too Large',
    code: 'PAYLOAD_TOO_LARGE',
    error: 'The chunk extensions are too long',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: '408 Request Timeout',
    code: 'VALIDATION_ERROR',
    error: 'The request took too long to arrive: send it again',
  },
};

/** Answers what is no valid HTTP, and so never reaches the application, in the shape of every other error. */
export function answerBrokenRequests(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const answer = BY_CODE[error.code ?? ''] ?? NOT_HTTP;
    const details = { fields: [{ field: 'request', message: answer.error }] };
    const body = JSON.stringify({ error: answer.error, code: answer.code, details });
    socket.end(
      `HTTP/1.1 ${answer.status}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
        `Connection: close\r\n\r\n${body}`,
    );
  });
}
