import type { Worker } from 'node:worker_threads';
import { type Analysis, AnalysisTimeoutError, UnreadableImageError } from '../face-analyser.js';
import type { AnalyseReply, AnalyseRequest } from './thread-messages.js';

interface Run {
  readonly resolve: (analysis: Analysis) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * A place for one worker thread. The thread starts with the first request, is replaced with the next one after it
 * crashed or was stopped for taking too long, and keeps the process alive only while it works.
 */
export class AnalyserSlot {
  private worker: Worker | null = null;
  private run: Run | null = null;

  constructor(
    private readonly startThread: () => Worker,
    private readonly runLimitMs: number,
  ) {}

  get isIdle(): boolean {
    return this.run === null;
  }

  /**
   * Runs one request; the slot must be idle. Rejects with UnreadableImageError, AnalysisTimeoutError, or the error that
   * ended the thread.
   */
  analyse(request: AnalyseRequest): Promise<Analysis> {
    return new Promise<Analysis>((resolve, reject) => {
      const timer = setTimeout(() => {
        void this.stop(new AnalysisTimeoutError(`The image was not analysed within ${this.runLimitMs} ms`));
      }, this.runLimitMs);
      this.run = { resolve, reject, timer };
      try {
        this.send(request);
      } catch (error) {
        this.finish()?.reject(new Error('The recognition thread cannot be started', { cause: error }));
      }
    });
  }

  /** Ends the thread; a request under way is rejected with `reason`. */
  async stop(reason: Error): Promise<void> {
    const { worker } = this;
    this.worker = null;
    this.finish()?.reject(reason);
    await worker?.terminate();
  }

  private send({ image, options }: AnalyseRequest): void {
    const worker = (this.worker ??= this.start());
    worker.ref();
    // A copy of exactly these bytes, handed over: cloning would take along whatever else lies in the same memory.
    const bytes = new Uint8Array(image);
    worker.postMessage({ image: bytes, options }, [bytes.buffer]);
  }

  private start(): Worker {
    const worker = this.startThread();
    worker.on('message', (reply: AnalyseReply) => {
      if (this.worker === worker) this.settle(reply);
    });
    // A crash raises 'error' and then 'exit', a thread that ends itself only 'exit'; the second one finds nothing to do.
    worker.on('error', (error) => {
      this.lose(worker, new Error('The recognition thread crashed', { cause: error }));
    });
    worker.on('exit', (code) => {
      this.lose(worker, new Error(`The recognition thread ended with code ${code}`));
    });
    return worker;
  }

  private settle(reply: AnalyseReply): void {
    const run = this.finish();
    this.worker?.unref();
    if (reply.kind === 'analysed') run?.resolve(reply.analysis);
    else if (reply.kind === 'unreadable') run?.reject(new UnreadableImageError(reply.message));
    else run?.reject(new Error(`The recognition models failed: ${reply.message}`));
  }

  private lose(worker: Worker, reason: Error): void {
    if (this.worker !== worker) return;
    this.worker = null;
    this.finish()?.reject(reason);
  }

  private finish(): Run | null {
    const { run } = this;
    this.run = null;
    if (run !== null) clearTimeout(run.timer);
    return run;
  }
}
