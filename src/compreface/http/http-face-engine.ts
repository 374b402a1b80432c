import { HttpService } from '@nestjs/axios';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { DomainError } from '../../errors/domain-error.js';
import { Clock } from '../../time/clock.js';
import { FaceEngineError } from '../face-engine-error.js';
import {
  FaceEngine,
  type AddOutcome,
  type EngineFailure,
  type EngineStatus,
  type ListedExample,
  type Recognition,
  type RecognizeOptions,
  type UploadStart,
} from '../face-engine.js';
import { Caller, type Call, type Outcome } from './caller.js';
import * as calls from './calls.js';
import { CompreFaceOptions } from './compreface-options.js';
import { CoreStatusMemory, type CoreStatus } from './core-status.js';
import { readWholeList } from './example-listing.js';
import { ownSubject } from './requests.js';
import { Transport } from './transport.js';

// What CompreFace accepts as one file; it answers anything larger with an error that says nothing.
const MAX_JPEG_BYTES = 5 * 1024 * 1024;
const REMOVAL_BATCH = 100;
// CompreFace repeats the embeddings in its answer: some 10 KB each.
const COMPARED_AT_ONCE = 100;

// Cheap, without effect, and it needs a key of the right type; it also tells how many examples there are.
const PROBE = calls.listPage(undefined, 0, 1);

const TOO_LARGE: EngineFailure = {
  kind: 'rejected',
  code: 'image_too_large',
  message: 'The photo is larger than 5 MiB',
};

/** CompreFace, or the embedded engine, over HTTP. Every answer is checked; every failure is one `EngineFailure`. */
@Injectable()
export class HttpFaceEngine extends FaceEngine implements OnApplicationShutdown {
  readonly settleMs: number;
  private readonly transport: Transport;
  private readonly caller: Caller;
  private readonly coreStatus: CoreStatusMemory;
  /** As the last recognition named it. */
  private calculator: string | null;

  constructor(
    http: HttpService,
    private readonly options: CompreFaceOptions,
    private readonly clock: Clock,
  ) {
    super();
    this.settleMs = options.settleMs;
    this.transport = new Transport(http, options, clock);
    this.calculator = options.calculator;
    this.coreStatus = new CoreStatusMemory(() => clock.monotonicMs());
    this.caller = new Caller(this.transport, options, () => clock.monotonicMs(), PROBE);
  }

  async createSubject(subject: string, signal?: AbortSignal): Promise<void> {
    await this.ask(calls.createSubject(subject), signal);
  }

  async addExample(subject: string, jpeg: Buffer, signal?: AbortSignal, start?: UploadStart): Promise<AddOutcome> {
    if (jpeg.length > MAX_JPEG_BYTES) return TOO_LARGE;
    const outcome = await this.caller.call(calls.addExample(subject, jpeg), signal, start);
    return outcome.ok ? { kind: 'stored', imageId: outcome.value } : outcome.failure;
  }

  async listExamples(subject?: string, signal?: AbortSignal): Promise<ListedExample[]> {
    const list = await readWholeList((page) => this.caller.call(calls.listPage(subject, page), signal));
    return this.unwrap(list, signal);
  }

  async listSubjects(signal?: AbortSignal): Promise<string[]> {
    return this.ask(calls.listSubjects(), signal);
  }

  async downloadExample(imageId: string, signal?: AbortSignal): Promise<Buffer | null> {
    return this.ask(calls.downloadExample(imageId), signal);
  }

  async similaritiesTo(
    imageId: string,
    embeddings: readonly (readonly number[])[],
    signal?: AbortSignal,
  ): Promise<number[] | null> {
    const similarities: number[] = [];
    for (let start = 0; start < embeddings.length; start += COMPARED_AT_ONCE) {
      const some = await this.ask(calls.compare(imageId, embeddings.slice(start, start + COMPARED_AT_ONCE)), signal);
      if (some === 'unknown') return null;
      similarities.push(...some);
    }
    return similarities;
  }

  async removeExamples(imageIds: readonly string[], signal?: AbortSignal): Promise<void> {
    const batches: Call<true>[] = [];
    for (let start = 0; start < imageIds.length; start += REMOVAL_BATCH) {
      batches.push(calls.removeExamples(imageIds.slice(start, start + REMOVAL_BATCH)));
    }
    for (const batch of batches) await this.ask(batch, signal);
  }

  async removeEmptySubject(subject: string, signal?: AbortSignal): Promise<void> {
    const own = ownSubject(subject);
    // CompreFace deletes by a name whose case it ignores, but lists by the exact one: a twin of other case must not go along.
    const twins = (await this.listSubjects(signal)).filter((name) => name.toUpperCase() === own.toUpperCase());
    if (twins.length === 0) return;
    const left = twins.some((name) => name !== own) || (await this.listExamples(own, signal)).length > 0;
    if (left) throw new DomainError('INVALID_STATE', 'The subject still has examples in CompreFace and is not removed');
    await this.ask(calls.removeSubject(own), signal);
  }

  async recognize(jpeg: Buffer, options: RecognizeOptions = {}): Promise<Recognition> {
    if (jpeg.length > MAX_JPEG_BYTES) throw this.error(TOO_LARGE);
    const { candidateCount = 1, signal } = options;
    const recognition = await this.ask(calls.recognize(jpeg, candidateCount), signal);
    this.calculator = recognition?.calculator ?? this.calculator;
    return recognition ?? { faces: [], calculator: this.calculator ?? '' };
  }

  async probe(signal?: AbortSignal): Promise<void> {
    this.unwrap(await this.caller.probe(PROBE, signal), signal);
  }

  async status(): Promise<EngineStatus> {
    const startedMs = this.clock.monotonicMs();
    const outcome = await this.caller.look(PROBE);
    const latencyMs = Math.round(this.clock.monotonicMs() - startedMs);
    const core = outcome.ok && !this.options.embedded ? await this.readCoreStatus() : null;
    return {
      reachable: outcome.ok,
      url: this.options.shownUrl,
      embedded: this.options.embedded,
      version: this.options.version ?? core?.version ?? null,
      calculator: this.calculator ?? core?.calculator ?? null,
      latencyMs: outcome.ok ? latencyMs : null,
      concurrencyLimit: this.caller.concurrencyLimit,
      breaker: this.stateAfter(outcome),
      examples: outcome.ok ? outcome.value.totalExamples : null,
      problem: this.problemOf(outcome),
    };
  }

  onApplicationShutdown(): void {
    this.transport.close();
  }

  private readCoreStatus(): Promise<CoreStatus> {
    return this.coreStatus.read(() => this.caller.askAside(calls.coreStatus()));
  }

  private async ask<T>(call: Call<T>, signal?: AbortSignal): Promise<T> {
    return this.unwrap(await this.caller.call(call, signal), signal);
  }

  private unwrap<T>(outcome: Outcome<T>, signal?: AbortSignal): T {
    if (outcome.ok) return outcome.value;
    signal?.throwIfAborted();
    throw this.error(outcome.failure);
  }

  /** Whoever has just set it up hears of a wrong key at once, not only after the first work has met it. */
  private stateAfter(look: Outcome<unknown>): EngineStatus['breaker'] {
    return !look.ok && look.failure.kind === 'misconfigured' ? 'misconfigured' : this.caller.breakerState;
  }

  /** What the look met; if it met nothing, what work is refused for all the same. */
  private problemOf(look: Outcome<unknown>): EngineStatus['problem'] {
    const { standing } = this.caller;
    const failure = look.ok ? standing?.refusal : look.failure;
    if (!failure) return null;
    const { message, details } = this.error(failure);
    return { message, suggestion: String(details.suggestion), retryInMs: standing?.retryInMs ?? null };
  }

  private error(failure: EngineFailure): FaceEngineError {
    return new FaceEngineError(failure, this.options.shownUrl);
  }
}
