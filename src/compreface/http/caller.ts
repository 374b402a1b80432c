import type { EngineFailure } from '../face-engine.js';
import { classify } from './classify.js';
import type { CompreFaceOptions } from './compreface-options.js';
import type { Answer, CallKind, Observation } from './observation.js';
import type { CompreFaceRequest } from './requests.js';
import type { Deadlines, Transport } from './transport.js';

/** One call: what is asked, and what counts as its answer. */
export interface Call<T> {
  readonly kind: CallKind;
  readonly request: CompreFaceRequest;
  /** The wanted value, or undefined for an answer that is a failure. */
  readonly decode: (answer: Answer) => T | undefined;
}

export type Outcome<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: EngineFailure };

/** Makes calls with all that protects both sides. Failures of the service are outcomes, not errors. */
export class Caller {
  private readonly deadlines: Deadlines;

  constructor(
    private readonly transport: Transport,
    options: CompreFaceOptions,
  ) {
    this.deadlines = { headersMs: options.headersTimeoutMs, totalMs: options.totalTimeoutMs };
  }

  async call<T>(call: Call<T>, signal?: AbortSignal): Promise<Outcome<T>> {
    const observation = await this.transport.exchange(call.request, this.deadlines, signal);
    return judge(call, observation);
  }

  async probe<T>(call: Call<T>, timeoutMs: number, signal?: AbortSignal): Promise<Outcome<T>> {
    const observation = await this.transport.exchange(
      call.request,
      { headersMs: timeoutMs, totalMs: timeoutMs },
      signal,
    );
    return judge(call, observation);
  }
}

function judge<T>(call: Call<T>, observation: Observation): Outcome<T> {
  const value = observation.kind === 'answer' ? call.decode(observation) : undefined;
  if (value !== undefined) return { ok: true, value };
  return { ok: false, failure: classify(observation, call.kind).failure };
}
