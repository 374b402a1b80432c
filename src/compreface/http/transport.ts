import type { HttpService } from '@nestjs/axios';
import type { AxiosRequestConfig, AxiosResponse } from 'axios';
import type { Readable } from 'node:stream';
import type { Clock } from '../../time/clock.js';
import { API_PATH, type CompreFaceOptions } from './compreface-options.js';
import type { Answer, Observation, Silence, SilenceCause } from './observation.js';
import { patientAgents, type AgentPair } from './patient-agent.js';
import type { CompreFaceRequest } from './requests.js';
import { retryAfterMs } from './retry-after.js';

// Room beside the uploads for listings and probes.
const SPARE_SOCKETS = 16;

/** How long one exchange may take, in ms from its start. */
export interface Deadlines {
  readonly headersMs: number;
  readonly totalMs: number;
}

/** Makes one HTTP exchange with CompreFace. Never throws: whatever happens is an observation, and no secret is in it. */
export class Transport {
  private readonly agents: AgentPair;

  constructor(
    private readonly http: HttpService,
    private readonly options: CompreFaceOptions,
    private readonly clock: Clock,
  ) {
    this.agents = patientAgents(options.connectTimeoutMs, options.maxConcurrency + SPARE_SOCKETS);
  }

  async exchange(request: CompreFaceRequest, deadlines: Deadlines, signal?: AbortSignal): Promise<Observation> {
    if (signal?.aborted) return silence('aborted', '', false);
    const watch = new ExchangeWatch(deadlines, signal);
    try {
      const response = await this.http.axiosRef.request<Readable>({ ...this.config(request), signal: watch.signal });
      watch.headersCame();
      const { body, complete } = await readCapped(response.data, request.maxAnswerBytes);
      return this.answer(response, body, complete);
    } catch (error) {
      // Only the code leaves this place: an axios error carries the request's headers, hence the API key.
      return this.silenceOf(error, watch.cause);
    } finally {
      watch.stop();
    }
  }

  close(): void {
    this.agents.http.destroy();
    this.agents.https.destroy();
  }

  private config(request: CompreFaceRequest): AxiosRequestConfig {
    const body = request.method === 'POST' ? request.body : null;
    return {
      method: request.method,
      url: this.urlOf(request),
      headers: {
        ...(request.path !== '/core/status' && { 'x-api-key': this.options.apiKey }),
        accept: '*/*',
        'accept-encoding': 'identity',
        ...(body && { 'content-type': body.contentType }),
      },
      ...(body && { data: body.bytes }),
      responseType: 'stream',
      decompress: false,
      maxRedirects: 0,
      maxBodyLength: Infinity,
      // A proxy named in the environment would see the API key and the faces.
      proxy: false,
      httpAgent: this.agents.http,
      httpsAgent: this.agents.https,
      validateStatus: () => true,
    };
  }

  private urlOf(request: CompreFaceRequest): string {
    const { apiRoot } = this.options;
    const root = request.path === '/core/status' ? apiRoot.slice(0, -API_PATH.length) : apiRoot;
    const query = new URLSearchParams(request.query).toString();
    return root + request.path + (query === '' ? '' : `?${query}`);
  }

  private answer(response: AxiosResponse<Readable>, body: Buffer, complete: boolean): Answer {
    const header: unknown = response.headers['retry-after'];
    const pauseMs = typeof header === 'string' ? retryAfterMs(header, this.clock.now()) : null;
    return { kind: 'answer', status: response.status, body, complete, retryAfterMs: pauseMs };
  }

  private silenceOf(error: unknown, cause: SilenceCause): Silence {
    const connecting = [error, causeOf(error)].some((each) => isObject(each) && this.agents.failures.has(each));
    const code = codeOf(error);
    if (code === 'ECONNECTTIMEOUT') return silence('connect_timeout', code, false);
    return silence(cause, code, !connecting && code !== 'ERR_INVALID_CHAR');
  }
}

/** Ends an exchange at its deadlines or when the caller gives up, and remembers which it was. */
class ExchangeWatch {
  cause: SilenceCause = 'network';
  private readonly controller = new AbortController();
  private readonly headersTimer: NodeJS.Timeout;
  private readonly totalTimer: NodeJS.Timeout;
  private readonly onAbort = (): void => {
    this.end('aborted');
  };

  constructor(
    deadlines: Deadlines,
    private readonly caller: AbortSignal | undefined,
  ) {
    this.headersTimer = setTimeout(() => {
      this.end('headers_timeout');
    }, deadlines.headersMs);
    this.totalTimer = setTimeout(() => {
      this.end('total_timeout');
    }, deadlines.totalMs);
    caller?.addEventListener('abort', this.onAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  headersCame(): void {
    clearTimeout(this.headersTimer);
  }

  stop(): void {
    clearTimeout(this.headersTimer);
    clearTimeout(this.totalTimer);
    this.caller?.removeEventListener('abort', this.onAbort);
  }

  private end(cause: SilenceCause): void {
    if (this.controller.signal.aborted) return;
    this.cause = cause;
    this.controller.abort();
  }
}

async function readCapped(stream: Readable, maxBytes: number): Promise<{ body: Buffer; complete: boolean }> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Leaving the loop early destroys the stream and with it the connection.
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) return { body: Buffer.concat(chunks), complete: false };
    chunks.push(chunk);
  }
  return { body: Buffer.concat(chunks), complete: true };
}

function silence(cause: SilenceCause, code: string, sent: boolean): Silence {
  return { kind: 'silence', cause, code, sent };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function causeOf(error: unknown): unknown {
  return isObject(error) && 'cause' in error ? error.cause : null;
}

function codeOf(error: unknown): string {
  const code = isObject(error) && 'code' in error ? error.code : null;
  const message = isObject(error) && 'message' in error ? error.message : null;
  // Node 20 calls every TLS fault EPROTO; this one means https to a plain http port.
  if (typeof message === 'string' && message.includes('wrong version number')) return 'ERR_SSL_WRONG_VERSION_NUMBER';
  return typeof code === 'string' ? code : '';
}
