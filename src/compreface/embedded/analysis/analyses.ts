import {
  AnalyserBusyError,
  type Analysis,
  AnalysisTimeoutError,
  type AnalyseOptions,
  type FaceAnalyser,
  UnreadableImageError,
} from '../models/face-analyser.js';
import { untilAborted } from '../wire/call.js';
import type { EmbeddedLogger } from '../wire/error-answers.js';
import { coreBroke, coreTimeout, noFace } from '../wire/wire-error.js';

/** Lets a few requests at a time to the analyser; one whose client has gone while it waited never costs any work. */
export class Analyses {
  private free: number;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly analyser: FaceAnalyser,
    atOnce: number,
    private readonly logger: EmbeddedLogger,
  ) {
    this.free = atOnce;
  }

  /**
   * @throws WireError 28 when there is no face or no readable image, 41 when the analyser is at fault or too slow;
   * the signal's reason when aborted
   */
  async find(image: Buffer, options: AnalyseOptions, signal: AbortSignal): Promise<Analysis> {
    await this.turn(signal);
    const work = this.analyse(image, options).finally(() => {
      this.passOn();
    });
    const analysis = await untilAborted(work, signal);
    if (analysis.faces.length === 0) throw noFace();
    return analysis;
  }

  private async analyse(image: Buffer, options: AnalyseOptions): Promise<Analysis> {
    try {
      return await this.analyser.analyse(image, options);
    } catch (error) {
      if (error instanceof UnreadableImageError) throw noFace();
      if (error instanceof AnalysisTimeoutError || error instanceof AnalyserBusyError) throw coreTimeout();
      this.logger.error(`Face analyser: ${error instanceof Error ? `${error.name}: ${error.message}` : 'failed'}`);
      throw coreBroke();
    }
  }

  private async turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.free > 0) {
      this.free--;
      return;
    }
    let admit: () => void = () => undefined;
    const admitted = new Promise<void>((resolve) => {
      admit = resolve;
      this.waiting.push(admit);
    });
    try {
      await untilAborted(admitted, signal);
    } catch (error) {
      const place = this.waiting.indexOf(admit);
      if (place >= 0) this.waiting.splice(place, 1);
      else this.passOn();
      throw error;
    }
  }

  private passOn(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.free++;
  }
}
