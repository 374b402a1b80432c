import type { ChildProcess } from 'node:child_process';
import { type Analysis, AnalysisTimeoutError, UnreadableImageError } from '../face-analyser.js';
import type { AnalyseReply, AnalyseRequest } from './process-messages.js';

interface Run {
  readonly resolve: (analysis: Analysis) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * A place for one worker process. The process starts with the first request, is replaced with the next one after it
 * crashed or was killed for taking too long, and keeps this process alive only while it works.
 */
export class AnalyserSlot {
  private worker: ChildProcess | null = null;
  private run: Run | null = null;

  constructor(
    private readonly startProcess: () => ChildProcess,
    private readonly runLimitMs: number,
  ) {}

  get isIdle(): boolean {
    return this.run === null;
  }

  /**
   * Runs one request; the slot must be idle. Rejects with UnreadableImageError, AnalysisTimeoutError, or an error that
   * says how the process ended.
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
        this.finish()?.reject(new Error('The recognition process cannot be started', { cause: error }));
      }
    });
  }

  /** Kills the process, rejects a request under way with `reason`, and resolves when the process is gone. */
  async stop(reason: Error): Promise<void> {
    const { worker } = this;
    this.worker = null;
    this.finish()?.reject(reason);
    if (worker === null || worker.exitCode !== null || worker.signalCode !== null) return;
    const gone = new Promise((resolve) => worker.once('exit', resolve));
    // An idle process holds nobody up; its end must.
    worker.ref();
    // It holds nothing that needs putting in order, and must end whatever it is at.
    if (worker.kill('SIGKILL')) await gone;
  }

  private send(request: AnalyseRequest): void {
    const worker = (this.worker ??= this.start());
    worker.ref();
    worker.channel?.ref();
    worker.send(request, (error) => {
      if (error !== null) this.lose(worker, error.message);
    });
  }

  private start(): ChildProcess {
    const worker = this.startProcess();
    worker.on('message', (reply) => {
      if (this.worker === worker) this.settle(reply as AnalyseReply);
    });
    // A process that cannot be started raises 'error' alone, one that ends 'exit'.
    worker.on('error', (error) => {
      this.lose(worker, error.message);
    });
    worker.on('exit', (code, signal) => {
      this.lose(worker, `ended with ${signal ?? `code ${code ?? 'unknown'}`}`);
    });
    return worker;
  }

  private settle(reply: AnalyseReply): void {
    const run = this.finish();
    this.worker?.unref();
    this.worker?.channel?.unref();
    if (reply.kind === 'analysed') run?.resolve(reply.analysis);
    else if (reply.kind === 'unreadable') run?.reject(new UnreadableImageError(reply.message));
    else run?.reject(new Error(`The recognition models failed: ${reply.message}`));
  }

  private lose(worker: ChildProcess, reason: string): void {
    if (this.worker !== worker) return;
    this.worker = null;
    this.finish()?.reject(new Error(`The recognition process is lost: ${reason}`));
  }

  private finish(): Run | null {
    const { run } = this;
    this.run = null;
    if (run !== null) clearTimeout(run.timer);
    return run;
  }
}
