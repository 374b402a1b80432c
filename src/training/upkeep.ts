import { Injectable } from '@nestjs/common';
import { PendingPhotos } from '../persons/photos/pending-photos.js';
import { Audit } from './audit.js';
import { Leftovers } from './leftovers.js';
import { Withdrawals } from './withdrawals.js';

/** The small works between jobs, one after the other. */
@Injectable()
export class Upkeep {
  private current: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly withdrawals: Withdrawals,
    private readonly leftovers: Leftovers,
    private readonly photos: PendingPhotos,
    private readonly audit: Audit,
  ) {}

  /** One round. Throws `FaceEngineError` when CompreFace is away: the next round tries again. */
  runOnce(): Promise<void> {
    const round = this.round();
    this.current = round.catch(() => undefined);
    return round;
  }

  /** Resolves when no round is under way. */
  async idle(): Promise<void> {
    await this.current;
  }

  private async round(): Promise<void> {
    await this.withdrawals.carryOutDue();
    await this.photos.examineDue();
    await this.leftovers.tidyUp();
    await this.audit.carryOutDue();
  }
}
