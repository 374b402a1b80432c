import type { Answer, Silence } from '../observation.js';

export const HTML = '<html><head><title>404 Not Found</title></head></html>';

export function answer(status: number, body: unknown = '', more: Partial<Answer> = {}): Answer {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { kind: 'answer', status, body: Buffer.from(text), complete: true, retryAfterMs: null, ...more };
}

/** One of CompreFace's own error answers. */
export function code(status: number, number: number, message = 'whatever'): Answer {
  return answer(status, { message, code: number });
}

/** Code 41: what the API says when its core fails, which it knows from Feign, its HTTP client. */
export function coreFault(text: string): Answer {
  return code(500, 41, `Error during synchronization between servers: ${text}`);
}

export function network(errorCode: string, sent = true): Silence {
  return { kind: 'silence', cause: 'network', code: errorCode, sent };
}

/** An error before the connection was usable. */
export function unsent(errorCode: string): Silence {
  return network(errorCode, false);
}

export function silence(cause: Silence['cause'], sent = true): Silence {
  return { kind: 'silence', cause, code: '', sent };
}
