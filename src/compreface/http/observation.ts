/** An answer of the server, read to its end or to the size cap. */
export interface Answer {
  readonly kind: 'answer';
  readonly status: number;
  readonly body: Buffer;
  /** False when the body was longer than the cap and was cut. */
  readonly complete: boolean;
  /** From the Retry-After header, already capped; null without one. */
  readonly retryAfterMs: number | null;
}

/** Why there is no answer. */
export type SilenceCause = 'network' | 'connect_timeout' | 'headers_timeout' | 'total_timeout' | 'aborted';

/** No answer, or one that broke off. */
export interface Silence {
  readonly kind: 'silence';
  readonly cause: SilenceCause;
  /** The system's or Node's error code, e.g. ECONNREFUSED; empty where there is none. */
  readonly code: string;
  /** Whether the server may have got a part of the request. False only when that is certain. */
  readonly sent: boolean;
}

/** All that we ever know about one exchange with the server. Carries no request, so no API key. */
export type Observation = Answer | Silence;

/** What a failure can mean depends on what was asked: only `add` can leave something behind that we do not know of. */
export type CallKind = 'add' | 'recognize' | 'other';
