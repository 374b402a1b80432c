import type { ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import {
  type AnalyseOptions,
  AnalyserBusyError,
  type Analysis,
  AnalysisTimeoutError,
  FaceAnalyser,
} from './face-analyser.js';
import { AnalyserSlot } from './pool/analyser-slot.js';
import type { AnalyseRequest } from './pool/process-messages.js';
import { startAnalyserProcess } from './pool/start-process.js';

export interface WorkerPoolOptions {
  /** Processes at most. Default: one less than the machine has cores, at least one: the application needs the other. */
  readonly workers?: number;
  /** How long a request may run before its process is killed. Default 20 s; the first one includes loading the models. */
  readonly runLimitMs?: number;
  /** How long a request may wait for a process. Default 45 s: with the run, below the 75 s our client waits. */
  readonly waitLimitMs?: number;
  /** Requests that may wait, each with its image in memory. Default 64. */
  readonly maxWaiting?: number;
  /** For tests: what to start instead of the process with the models. */
  readonly startProcess?: () => ChildProcess;
}

interface Waiting {
  readonly request: AnalyseRequest;
  readonly resolve: (analysis: Promise<Analysis>) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * Analyses images in worker processes, first come first served, so that the event loop stays free and neither a hostile
 * image nor a fault in native code ends the application. Not worker threads: onnxruntime-node 1.16 brings the whole
 * process down when a thread that used it ends and another one loads it (docs/decisions/0003).
 */
export class WorkerFaceAnalyser extends FaceAnalyser {
  private readonly slots: readonly AnalyserSlot[];
  private readonly waiting: Waiting[] = [];
  private readonly waitLimitMs: number;
  private readonly maxWaiting: number;
  private closed = false;

  constructor(options: WorkerPoolOptions = {}) {
    super();
    const { workers = Math.max(1, availableParallelism() - 1), runLimitMs = 20_000 } = options;
    this.waitLimitMs = options.waitLimitMs ?? 45_000;
    this.maxWaiting = options.maxWaiting ?? 64;
    const start = options.startProcess ?? startAnalyserProcess;
    this.slots = Array.from({ length: workers }, () => new AnalyserSlot(start, runLimitMs));
  }

  /**
   * Reads the image when a process is free for it: do not change the bytes before the answer.
   * @throws UnreadableImageError, AnalysisTimeoutError, AnalyserBusyError, or Error when the process crashed or the pool
   * is closed
   */
  analyse(image: Buffer, options: AnalyseOptions): Promise<Analysis> {
    if (this.closed) return Promise.reject(closedError());
    if (this.isFull()) return Promise.reject(new AnalyserBusyError('Too many images wait'));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.splice(this.waiting.indexOf(entry), 1);
        reject(new AnalysisTimeoutError(`No process was free within ${this.waitLimitMs} ms`));
      }, this.waitLimitMs);
      const entry = { request: { image, options }, resolve, reject, timer };
      this.waiting.push(entry);
      this.dispatch();
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const { reject, timer } of this.waiting.splice(0)) {
      clearTimeout(timer);
      reject(closedError());
    }
    await Promise.all(this.slots.map((slot) => slot.stop(closedError())));
  }

  private isFull(): boolean {
    return this.waiting.length >= this.maxWaiting && !this.slots.some(({ isIdle }) => isIdle);
  }

  private dispatch(): void {
    const slot = this.slots.find(({ isIdle }) => isIdle);
    const next = slot === undefined ? undefined : this.waiting.shift();
    if (slot === undefined || next === undefined) return;
    clearTimeout(next.timer);
    const analysis = slot.analyse(next.request);
    next.resolve(analysis);
    const goOn = () => {
      this.dispatch();
    };
    analysis.then(goOn, goOn);
  }
}

function closedError(): Error {
  return new Error('The face analyser is closed');
}
