import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { WorkerSettings } from '../config/settings.js';
import { Database } from '../database/database.js';
import { Installation } from '../database/installation.js';
import { execute } from '../database/sql.js';
import { isUniqueViolation } from '../database/write-errors.js';
import { Clock } from '../time/clock.js';
import { AutoTrain } from './auto-train.js';
import { QueueProcessing } from './queue-processing.js';
import { latestSlot } from './schedule-slot.js';
import { TrainingSettingsService } from './training-settings.service.js';

const TASK = 'auto-train';
const TICK_MS = 10_000;
/** Whoever has just installed the service gets time to look around before it trains by itself. */
const QUIET_START_MS = 10 * 60_000;
/** More than queueing 50,000 jobs takes. Whoever queues a second time finds the persons in the queue already. */
const SLOT_LEASE_MS = 5 * 60_000;

/** Trains by itself by the stored settings: queues, then processes, once for each slot, however many replicas run. */
@Injectable()
export class TrainingSchedule {
  private readonly logger = new Logger('Schedule');
  private busy = false;

  constructor(
    private readonly db: Database,
    private readonly installation: Installation,
    private readonly settings: TrainingSettingsService,
    private readonly autoTrain: AutoTrain,
    private readonly processing: QueueProcessing,
    private readonly worker: WorkerSettings,
    private readonly clock: Clock,
  ) {}

  /** Looks whether a slot has come. */
  @Interval(TICK_MS)
  async tick(): Promise<void> {
    if (!this.worker.scheduleEnabled || this.busy) return;
    this.busy = true;
    try {
      await this.runOnce();
    } catch (error) {
      // The database or CompreFace is away: the slot is tried again when its lease is over.
      this.logger.warn(`the slot was not worked through: ${error instanceof Error ? error.name : 'unknown error'}`);
    } finally {
      this.busy = false;
    }
  }

  /** Works the latest slot through, if nobody has. Returns whether this process did. */
  async runOnce(): Promise<boolean> {
    const { enabled, schedule, timezone } = await this.settings.get();
    if (!enabled) return false;
    const slot = latestSlot(schedule, timezone, await this.db.readNow());
    if (slot === null || slot < this.installation.firstStartedAt + QUIET_START_MS) return false;
    if (!(await this.take(slot))) return false;
    const { total } = await this.autoTrain.queueEligible({ skipUnchanged: (await this.settings.get()).skipUnchanged });
    this.logger.log(`slot taken: ${total} queued`);
    await this.processing.processQueue({}, () => this.workedThrough(slot));
    return true;
  }

  /**
   * The slot's row has one inserter; to come second is no error. A slot whose taker died, or found CompreFace away, is taken again when its
   * lease is over.
   */
  private async take(slot: number): Promise<boolean> {
    try {
      await execute(
        this.db.reader,
        `INSERT INTO cron_slot (task, slot_ms, fired_at, lease_until) VALUES (?, ?, ?, ${this.db.now} + ?)`,
        [TASK, slot, this.clock.now(), SLOT_LEASE_MS],
      );
      return true;
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      const again = await execute(
        this.db.reader,
        `UPDATE cron_slot SET fired_at = ?, lease_until = ${this.db.now} + ? WHERE task = ? AND slot_ms = ? AND lease_until < ${this.db.now}`,
        [this.clock.now(), SLOT_LEASE_MS, TASK, slot],
      );
      return again === 1;
    }
  }

  private async workedThrough(slot: number): Promise<void> {
    await execute(this.db.reader, 'UPDATE cron_slot SET lease_until = NULL WHERE task = ? AND slot_ms = ?', [
      TASK,
      slot,
    ]);
  }
}
