import { setTimeout as delay } from 'node:timers/promises';
import type { EngineFailure, UploadStart } from '../face-engine.js';
import { CircuitBreaker, type BreakerState, type Standing } from './circuit-breaker.js';
import { classify } from './classify.js';
import type { CompreFaceOptions } from './compreface-options.js';
import { InferenceGate, type Permit } from './inference-gate.js';
import type { Answer, CallKind, Observation } from './observation.js';
import type { CompreFaceRequest } from './requests.js';
import { RetryBudget } from './retry-budget.js';
import type { Deadlines, Transport } from './transport.js';
import type { Verdict } from './verdict.js';

const MAX_RETRIES = 2;
const RETRY_BASE_MS = 200;

/** One call: what is asked, and what counts as its answer. */
export interface Call<T> {
  readonly kind: CallKind;
  readonly request: CompreFaceRequest;
  /** Calls that cost inference wait for their turn; calls of different keys take turns. */
  readonly fairnessKey?: string;
  /** The wanted value, or undefined for an answer that is a failure. */
  readonly decode: (answer: Answer) => T | undefined;
}

export type Outcome<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: EngineFailure };

/** An outcome, and whether the same call may be made again at once. */
interface Attempt<T> {
  readonly outcome: Outcome<T>;
  readonly retryable: boolean;
}

/** Makes calls with all that protects both sides: breaker, concurrency limit, retries of reads. Failures of the service are outcomes. */
export class Caller {
  private readonly deadlines: Deadlines;
  private readonly probeDeadlines: Deadlines;
  private readonly breaker: CircuitBreaker;
  private readonly gate: InferenceGate;
  private readonly budget = new RetryBudget();

  constructor(
    private readonly transport: Transport,
    options: CompreFaceOptions,
    monotonicMs: () => number,
    private readonly probeCall: Call<unknown>,
  ) {
    this.deadlines = { headersMs: options.headersTimeoutMs, totalMs: options.totalTimeoutMs };
    this.probeDeadlines = { headersMs: options.probeTimeoutMs, totalMs: options.probeTimeoutMs };
    this.breaker = new CircuitBreaker(monotonicMs);
    this.gate = new InferenceGate(options.maxConcurrency, monotonicMs);
  }

  get breakerState(): BreakerState {
    return this.breaker.state;
  }

  /** Why calls are refused now, and until when; null while they pass. */
  get standing(): Standing | null {
    return this.breaker.standing;
  }

  get concurrencyLimit(): number {
    return this.gate.limit;
  }

  /** Reads are tried up to three times; whatever changes something is tried once. */
  async call<T>(call: Call<T>, signal?: AbortSignal, start?: UploadStart): Promise<Outcome<T>> {
    this.budget.earn();
    for (let retry = 0; ; retry++) {
      const { outcome, retryable } = await this.attempt(call, signal, start);
      if (!retryable || call.request.method !== 'GET' || retry === MAX_RETRIES || !this.budget.spend()) return outcome;
      const stopped = await delay(Math.random() * RETRY_BASE_MS * 2 ** retry, false, { signal }).catch(() => true);
      if (stopped) return outcome;
    }
  }

  /** Asks whether the service is there, even while the breaker is open; success closes it. */
  async probe<T>(call: Call<T>, signal?: AbortSignal): Promise<Outcome<T>> {
    const { outcome, verdict } = judge(call, await this.askNow(call, signal));
    if (this.breaker.probed(verdict)) this.gate.restart();
    return outcome;
  }

  /** As `askAside`, for somebody who looks on; it has no effect but that success ends a wrong setting that had shown before. */
  async look<T>(call: Call<T>): Promise<Outcome<T>> {
    const wasMisconfigured = this.breaker.state === 'misconfigured';
    const outcome = await this.askAside(call);
    if (outcome.ok && wasMisconfigured) this.breaker.mended();
    return outcome;
  }

  /** Asks something that nothing depends on: neither held back by the breaker nor noted by it. */
  async askAside<T>(call: Call<T>): Promise<Outcome<T>> {
    return judge(call, await this.askNow(call)).outcome;
  }

  private async askNow(call: Call<unknown>, signal?: AbortSignal): Promise<Observation> {
    const ask = (): Promise<Observation> => this.transport.exchange(call.request, this.probeDeadlines, signal);
    const first = await ask();
    // A kept connection may have died since its last use, which says nothing of how the service is now.
    return first.kind === 'silence' && first.cause === 'network' && first.sent ? ask() : first;
  }

  private async attempt<T>(call: Call<T>, signal?: AbortSignal, start?: UploadStart): Promise<Attempt<T>> {
    const refused = await this.passBreaker(signal);
    if (refused) return final(refused);
    if (call.fairnessKey === undefined) return this.send(call, signal);
    const permit = await this.gate.acquire(call.fairnessKey, start?.signal ?? signal);
    if (permit === null) return final(notSent());
    try {
      const refusedNow = await this.refusedWhileWaiting<T>(signal);
      if (refusedNow) return refusedNow;
      return start?.allowed() === false ? final(notSent()) : await this.send(call, signal, permit);
    } finally {
      permit.release('unjudged');
    }
  }

  private async refusedWhileWaiting<T>(signal?: AbortSignal): Promise<Attempt<T> | null> {
    const refused = await this.passBreaker(signal);
    return refused && final(refused);
  }

  private async passBreaker(signal?: AbortSignal): Promise<EngineFailure | null> {
    const admission = this.breaker.admit();
    if (admission === 'pass') return null;
    if (admission !== 'probe') return admission;
    const outcome = await this.probe(this.probeCall, signal);
    return outcome.ok ? null : outcome.failure;
  }

  private async send<T>(call: Call<T>, signal: AbortSignal | undefined, permit?: Permit): Promise<Attempt<T>> {
    const observation = await this.transport.exchange(call.request, this.deadlines, signal);
    const { outcome, verdict } = judge(call, observation);
    this.breaker.record(verdict, permit !== undefined);
    permit?.release(speedSign(verdict));
    return { outcome, retryable: verdict !== null && isPassing(verdict, observation) };
  }
}

function judge<T>(call: Call<T>, observation: Observation): { outcome: Outcome<T>; verdict: Verdict | null } {
  const value = observation.kind === 'answer' ? call.decode(observation) : undefined;
  if (value !== undefined) return { outcome: { ok: true, value }, verdict: null };
  const verdict = classify(observation, call.kind);
  return { outcome: { ok: false, failure: verdict.failure }, verdict };
}

function speedSign(verdict: Verdict | null): Parameters<Permit['release']>[0] {
  if (verdict === null || verdict.breaker === 'success') return 'done';
  return verdict.overload ? 'overloaded' : 'unjudged';
}

// A time-out has cost the caller its patience already, a server that names a time must not be asked before it, and an answer that
// makes no sense makes none the second time.
function isPassing({ failure }: Verdict, observation: Observation): boolean {
  if (failure.kind !== 'unavailable' || failure.retryAfterMs !== null) return false;
  return observation.kind === 'answer' ? observation.status >= 400 : observation.cause === 'network';
}

function notSent(): EngineFailure {
  return classify({ kind: 'silence', cause: 'aborted', code: '', sent: false }, 'other').failure;
}

function final<T>(failure: EngineFailure): Attempt<T> {
  return { outcome: { ok: false, failure }, retryable: false };
}
