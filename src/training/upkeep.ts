import { setTimeout as wait } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { PendingPhotos } from '../persons/photos/pending-photos.js';
import { QualityUpkeep } from '../persons/quality/quality-upkeep.js';
import { Audit } from './audit.js';
import { Leftovers } from './leftovers.js';
import { Withdrawals } from './withdrawals.js';

/** What a stop waits for at most: each piece of this work can be broken off, the next process finds it again. */
const STOP_MS = 2_000;

/** The small works between jobs, one after the other. */
@Injectable()
export class Upkeep {
  private current: Promise<unknown> = Promise.resolve();
  private readonly stopping = new AbortController();

  constructor(
    private readonly withdrawals: Withdrawals,
    private readonly leftovers: Leftovers,
    private readonly photos: PendingPhotos,
    private readonly quality: QualityUpkeep,
    private readonly audit: Audit,
  ) {}

  /** One round. Throws what the first work that failed met, `FaceEngineError` when CompreFace is away: the next round tries again. */
  runOnce(): Promise<void> {
    const round = this.round();
    this.current = round.catch(() => undefined);
    return round;
  }

  /** Begins nothing more; resolves when no round is under way, or none that ends soon. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.race([this.current, wait(STOP_MS, undefined, { ref: false })]);
  }

  private async round(): Promise<void> {
    const { signal } = this.stopping;
    const works = [
      () => this.quality.measureDue(),
      () => this.withdrawals.carryOutDue(signal),
      () => this.photos.examineDue(signal),
      () => this.leftovers.tidyUp(signal),
      () => this.audit.carryOutDue(signal),
    ];
    // What one of them stumbles over holds up none of the others.
    const failures: unknown[] = [];
    for (const work of works) await work().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0] as Error;
  }
}
