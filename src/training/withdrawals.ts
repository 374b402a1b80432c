import { Injectable, Logger } from '@nestjs/common';
import { FaceEngine } from '../compreface/face-engine.js';
import { FaceEngineError } from '../compreface/face-engine-error.js';
import { WorkerSettings } from '../config/settings.js';
import { Database } from '../database/database.js';
import { execute, select, type SqlValue } from '../database/sql.js';
import { ELIGIBLE_SQL } from '../persons/face-state.js';
import { Clock } from '../time/clock.js';
import { CollectionCheck } from './collection-check.js';
import { ConsistencyOfPerson } from './consistency-of-person.js';
import { JobControl } from './job-control.js';
import { idsOf, Ledger } from './ledger.js';
import { PersonTraining } from './person-training.js';
import { Settlement } from './settlement.js';

const BATCH = 50;
const CLAIM_MS = 60_000;
const LONGEST_WAIT_MS = 60_000;

interface DueWithdrawal {
  readonly id: number;
  readonly person_id: number;
  readonly subject: string;
  readonly content_hash: string | null;
  readonly run_at: number | string;
  readonly empty_since: number | string | null;
  readonly tries: number;
}

/** Takes withdrawn faces and deleted persons out of the collection, by image id, and looks whether they are gone. */
@Injectable()
export class Withdrawals {
  private readonly logger = new Logger('Withdrawals');

  constructor(
    private readonly engine: FaceEngine,
    private readonly db: Database,
    private readonly ledger: Ledger,
    private readonly settlement: Settlement,
    private readonly check: CollectionCheck,
    private readonly consistency: ConsistencyOfPerson,
    private readonly control: JobControl,
    private readonly persons: PersonTraining,
    private readonly settings: WorkerSettings,
    private readonly clock: Clock,
  ) {}

  /** Works on what is due, a batch at most. Returns how many were done for good. */
  async carryOutDue(signal?: AbortSignal): Promise<number> {
    const due = await select<DueWithdrawal>(
      this.db.reader,
      `SELECT id, person_id, subject, content_hash, run_at, empty_since, tries FROM withdrawal
       WHERE state = 'pending' AND run_at <= ${this.db.now} ORDER BY run_at, id LIMIT ${BATCH}`,
    );
    let done = 0;
    for (const withdrawal of due) {
      if (signal?.aborted) break;
      if (!(await this.claim(withdrawal))) continue;
      try {
        if (await this.carryOut(withdrawal)) done += 1;
      } catch (error) {
        if (!(error instanceof FaceEngineError)) throw error;
        const waitMs = Math.min(LONGEST_WAIT_MS, this.settings.backoffMs * 2 ** Math.min(withdrawal.tries, 10));
        await this.later(withdrawal, waitMs, 1);
        return done;
      }
    }
    return done;
  }

  private async claim(withdrawal: DueWithdrawal): Promise<boolean> {
    const matched = await execute(
      this.db.reader,
      `UPDATE withdrawal SET run_at = ${this.db.now} + ${CLAIM_MS} WHERE id = ? AND state = 'pending' AND run_at = ?`,
      [withdrawal.id, Number(withdrawal.run_at)],
    );
    return matched === 1;
  }

  private async carryOut(withdrawal: DueWithdrawal): Promise<boolean> {
    const done =
      withdrawal.content_hash === null
        ? await this.removePerson(withdrawal)
        : await this.removeFace(withdrawal, withdrawal.content_hash);
    if (done) await this.finish(withdrawal);
    return done;
  }

  private async removeFace(withdrawal: DueWithdrawal, contentHash: string): Promise<boolean> {
    const { person_id: personId } = withdrawal;
    const unsettled = await this.db.write(async (em) => {
      const eligible = await select(
        em,
        `SELECT f.id FROM face f WHERE f.person_id = ? AND f.content_hash = ? AND ${ELIGIBLE_SQL}`,
        [personId, contentHash],
      );
      // Given back to the person meanwhile: it may stay.
      if (eligible.length > 0) return false;
      const rows = await this.ledger.rowsFor(personId, [contentHash], em);
      await this.ledger.markLeaving(em, personId, idsOf(rows));
      await this.ledger.forget(idsOf(rows.filter(({ state }) => state === 'rejected')), em);
      await this.persons.countExamples(em, personId);
      return rows.some(({ state }) => state === 'announced');
    });
    await this.check.removeLeaving(personId);
    if (unsettled) await this.later(withdrawal, Math.max(this.settings.pollMs, this.engine.settleMs / 10), 0);
    return !unsettled;
  }

  /** Examples first, one by one; the subject when its list was empty twice, a settle time apart. */
  private async removePerson(withdrawal: DueWithdrawal): Promise<boolean> {
    const { person_id: personId, subject } = withdrawal;
    await this.control.cancelOfDeleted(personId);
    // Its uploads go on until it has seen the cancel: what they bring would be overlooked now.
    if (await this.hasActiveJob(personId)) {
      await this.later(withdrawal, this.settings.pollMs, 0);
      return false;
    }
    const { waitMs } = await this.settlement.settle(personId, subject);
    await this.db.write(async (em) => {
      for await (const rows of this.ledger.pagesOf(personId, 'present', em))
        await this.ledger.markLeaving(em, personId, idsOf(rows));
      await this.ledger.forgetRejected(em, personId);
    });
    await this.check.removeLeaving(personId);
    if (waitMs !== null) {
      await this.later(withdrawal, Math.max(this.settings.pollMs, waitMs), 0);
      return false;
    }
    return this.removeSubject(withdrawal);
  }

  private async removeSubject(withdrawal: DueWithdrawal): Promise<boolean> {
    const { person_id: personId, subject } = withdrawal;
    const { copies, strays, ...others } = await this.consistency.look(personId, subject);
    const late = [...copies, ...strays];
    if (late.length > 0) {
      await this.removeLate(withdrawal, late);
      return false;
    }
    const left = others.foreign.length + others.unsettled.length + others.unrecorded.length;
    if (left > 0) {
      this.logger.warn(
        `withdrawal ${withdrawal.id}: ${left} examples that are not ours are left under the subject; it stays`,
      );
      return true;
    }
    const now = await this.db.readNow();
    const since = withdrawal.empty_since === null ? null : Number(withdrawal.empty_since);
    if (this.engine.settleMs > 0 && (since === null || now - since < this.engine.settleMs)) {
      await this.update(
        withdrawal,
        `empty_since = COALESCE(empty_since, ${this.db.now}), run_at = ${this.db.now} + ?`,
        [this.engine.settleMs],
      );
      return false;
    }
    await this.engine.removeEmptySubject(subject);
    return true;
  }

  /** Uploads of ours that CompreFace stored longer than the settle time after they were sent: where one came late, others may. */
  private async removeLate(withdrawal: DueWithdrawal, imageIds: readonly string[]): Promise<void> {
    await this.engine.removeExamples(imageIds);
    await this.update(withdrawal, `empty_since = NULL, run_at = ${this.db.now} + ?`, [
      Math.max(this.settings.pollMs, this.engine.settleMs),
    ]);
  }

  private async hasActiveJob(personId: number): Promise<boolean> {
    return (
      (await select(this.db.reader, 'SELECT id FROM training_job WHERE active_person_id = ?', [personId])).length > 0
    );
  }

  private later(withdrawal: DueWithdrawal, waitMs: number, tries: number): Promise<void> {
    return this.update(withdrawal, `run_at = ${this.db.now} + ?, tries = tries + ?`, [Math.round(waitMs), tries]);
  }

  private finish(withdrawal: DueWithdrawal): Promise<void> {
    return this.update(withdrawal, "state = 'done', done_at = ?", [this.clock.now()]);
  }

  private async update(withdrawal: DueWithdrawal, assignments: string, values: readonly SqlValue[]): Promise<void> {
    await execute(this.db.reader, `UPDATE withdrawal SET ${assignments} WHERE id = ? AND state = 'pending'`, [
      ...values,
      withdrawal.id,
    ]);
  }
}
