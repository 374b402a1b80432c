import type { EngineFailure, RejectionCode } from '../face-engine.js';
import type { CallKind } from './observation.js';

type Unavailable = Extract<EngineFailure, { kind: 'unavailable' }>;
type Misconfigured = Extract<EngineFailure, { kind: 'misconfigured' }>;

/** What a call hears that was not sent because of an earlier failure. */
export type Refusal = Unavailable | Misconfigured;

/** How a failure counts for the breaker; `pause` opens it at once, `ignored` says nothing about the service. */
export type BreakerEffect = 'success' | 'failure' | 'connect_failure' | 'pause' | 'misconfigured' | 'ignored';

/** A failure, and what the breaker and the concurrency limit learn from it. */
export interface Verdict {
  readonly failure: EngineFailure;
  readonly breaker: BreakerEffect;
  /** Whether fewer calls at once may help. */
  readonly overload: boolean;
  /** What later calls hear when this opens the breaker; null when it never can. */
  readonly refusal: Refusal | null;
}

/** The photo is refused for good: the service is well. */
export function rejected(code: RejectionCode, message: string): Verdict {
  return { failure: { kind: 'rejected', code, message }, breaker: 'success', overload: false, refusal: null };
}

/** The service broke on this photo. It says nothing about the next one, so the breaker stays untouched. */
export function suspect(message: string): Verdict {
  return { failure: { kind: 'suspect', message }, breaker: 'ignored', overload: false, refusal: null };
}

export function misconfigured(message: string, suggestion: string): Verdict {
  const failure: Misconfigured = { kind: 'misconfigured', message, suggestion };
  return { failure, breaker: 'misconfigured', overload: false, refusal: failure };
}

export interface Unavailability {
  readonly breaker?: BreakerEffect;
  readonly overload?: boolean;
  readonly retryAfterMs?: number | null;
}

/** Certainly nothing was stored; later it will work. */
export function unavailable(reason: Unavailable['reason'], message: string, more: Unavailability = {}): Verdict {
  const retryAfterMs = more.retryAfterMs ?? null;
  const failure: Unavailable = { kind: 'unavailable', reason, message, retryAfterMs };
  const breaker = more.breaker ?? (retryAfterMs === null ? 'failure' : 'pause');
  return { failure, breaker, overload: more.overload ?? true, refusal: failure };
}

/** The request may have been carried out. Only an upload can leave something unknown behind; for others it is an outage. */
export function ambiguous(
  call: CallKind,
  reason: Unavailable['reason'],
  message: string,
  more: Unavailability = {},
): Verdict {
  const verdict = unavailable(reason, message, more);
  return call === 'add' ? { ...verdict, failure: { kind: 'unknown', message } } : verdict;
}
