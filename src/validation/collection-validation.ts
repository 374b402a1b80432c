import { setTimeout as wait } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { coefficientsOf } from '../compreface/similarity.js';
import { EmbeddingBackfill } from '../persons/embeddings/embedding-backfill.js';
import { FormulaCheck } from './formula-check.js';
import { measureCollection } from './measuring.js';
import { Slices } from './slices.js';
import { StoredEmbeddings } from './stored-embeddings.js';
import { type KeptFailure, RunEndedError, ValidationRuns } from './validation-runs.js';
import { DEFAULT_TARGET_FMR } from './validation.service.js';

const INTERRUPTED = {
  code: 'INTERRUPTED',
  message: 'The process that measured was stopped: start another validation',
};
const PROGRESS_EVERY_MS = 1_000;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 10_000;

/** Nothing can be measured; the code and the message go to the run. */
class CannotMeasureError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

class StoppedError extends Error {}

/**
 * Measures everybody, one run at a time. A run lives in one process and has no heartbeat: it only reads, takes seconds, and can be started
 * again at any time. So every process that starts ends the runs that it finds, its own of before a crash or one that another replica is at:
 * that one sees it at its next word of progress, and stops. The worst that a restart costs is one measurement. A failure that the database does
 * not take is written again until it does: none stays "running" for ever.
 */
@Injectable()
export class CollectionValidation implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Validation');
  private readonly stopping = new AbortController();
  private current: Promise<void> = Promise.resolve();

  constructor(
    private readonly runs: ValidationRuns,
    private readonly embeddings: StoredEmbeddings,
    private readonly backfill: EmbeddingBackfill,
    private readonly formula: FormulaCheck,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.runs.fail(INTERRUPTED);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.current;
  }

  /** Begins a run and returns its id; throws `ALREADY_EXISTS` while one runs. `targetFmr`: per cent. */
  async start(targetFmr: number = DEFAULT_TARGET_FMR): Promise<number> {
    const id = await this.runs.start();
    this.current = this.run(id, targetFmr);
    return id;
  }

  /** Never rejects: whatever happens is written on the run, once the database takes it. */
  private async run(id: number, targetFmr: number): Promise<void> {
    try {
      await this.measure(id, targetFmr);
    } catch (error) {
      if (error instanceof RunEndedError) return;
      await this.writeFailure(id, this.failureOf(error));
    }
  }

  /**
   * Again and again until it is written: no other run can be started before. On the way out it is tried once more, and left to the next
   * start.
   */
  private async writeFailure(id: number, failure: KeptFailure['error']): Promise<void> {
    const { signal } = this.stopping;
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
      const isLast = signal.aborted;
      try {
        await this.runs.fail(failure, id);
        return;
      } catch {
        this.logger.warn(`The end of validation ${id} cannot be written yet`);
      }
      if (isLast) return;
      await wait(waitMs, undefined, { signal }).catch(() => undefined);
    }
  }

  private async measure(id: number, targetFmr: number): Promise<void> {
    const checkHeld = (): void => {
      if (this.stopping.signal.aborted) throw new StoppedError();
    };
    const calculator = (await this.backfill.currentCalculator()) ?? (await this.embeddings.mostUsedCalculator());
    if (calculator === null) throw new CannotMeasureError('NO_EMBEDDINGS', 'No eligible face has an embedding yet');
    const coefficients = coefficientsOf(calculator);
    if (!coefficients) {
      throw new CannotMeasureError(
        'UNKNOWN_CALCULATOR',
        `Nothing can be measured: the formula of the calculator ${calculator} is not known`,
      );
    }
    const missing = await this.backfill.count(calculator);
    const progress = new Progress(this.runs, { id, calculator, checkHeld });
    await progress.begin(missing);
    const backfill = await this.backfill.fill(calculator, { checkHeld: progress.check, tell: progress.tell });
    const formula = await this.formula.run(calculator, progress.check);
    const collection = await this.embeddings.load(calculator, progress.check);
    await progress.begin(missing + collection.size, missing);
    const thresholds = await this.embeddings.thresholds();
    const options = { coefficients, thresholds, targetFmr, slices: new Slices(progress.check) };
    const { summary, persons } = await measureCollection(collection, options, (done) => {
      progress.tell(missing + done);
    });
    await progress.settled();
    await this.runs.complete(id, { measured: summary, formula, backfill }, persons);
  }

  private failureOf(error: unknown): { code: string; message: string } {
    if (error instanceof StoppedError) return INTERRUPTED;
    if (error instanceof CannotMeasureError) return { code: error.code, message: error.message };
    this.logger.error(error instanceof Error ? (error.stack ?? error.message) : 'unknown error');
    return { code: 'INTERNAL_ERROR', message: 'Measuring broke down: the log says more; start another validation' };
  }
}

/** Writes down how far a run is, once in a while, and stops it when its row says that it is over. */
class Progress {
  private total = 0;
  private done = 0;
  private writtenAtMs = 0;
  private writing: Promise<void> = Promise.resolve();
  private failure: Error | null = null;

  constructor(
    private readonly runs: ValidationRuns,
    private readonly run: { readonly id: number; readonly calculator: string; readonly checkHeld: () => void },
  ) {}

  /** Throws when the work is to stop. */
  readonly check = (): void => {
    this.run.checkHeld();
    if (this.failure) throw this.failure;
    if (performance.now() - this.writtenAtMs < PROGRESS_EVERY_MS) return;
    this.writtenAtMs = performance.now();
    this.writing = this.write().catch((error: unknown) => {
      this.failure = error instanceof Error ? error : new Error('the progress cannot be written');
    });
  };

  readonly tell = (done: number): void => {
    this.done = done;
  };

  async begin(total: number, done = 0): Promise<void> {
    [this.total, this.done] = [total, done];
    await this.settled();
    await this.write();
  }

  /** Resolves when no word of progress is under way; throws what went wrong with the last. */
  async settled(): Promise<void> {
    await this.writing;
    if (this.failure) throw this.failure;
  }

  private write(): Promise<void> {
    return this.runs.progress(this.run.id, this.run.calculator, this.total, this.done);
  }
}
