import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../database/database.js';
import { execute, select } from '../database/sql.js';
import { isUniqueViolation } from '../database/write-errors.js';

const MINUTE_MS = 60_000;
/** After the last change of a person's examples; the last one repeats. */
const DELAYS_MS = [5 * MINUTE_MS, 60 * MINUTE_MS, 24 * 60 * MINUTE_MS] as const;
const CLAIM_MS = MINUTE_MS;

/** Over so many of the persons looked at last is judged whether too many differ. */
const WINDOW = 60;
/** Fewer persons say nothing: somebody may have tidied up by hand. */
const FEWEST_DIFFERING = 3;
const LARGEST_SHARE = 0.05;

/** A person whose examples are to be looked at. */
export interface DueAudit {
  readonly person_id: number;
  readonly stage: number;
  readonly due_at: number | string;
}

/** How the last looks came out. */
export interface AuditState {
  /** Too many differ: somebody wiped or restored CompreFace, and no look is taken until a repair. */
  readonly stopped: boolean;
  readonly audited: number;
  readonly differing: number;
}

/** When whose examples are looked at next: five minutes and an hour after each change, then daily. */
@Injectable()
export class AuditPlan {
  constructor(private readonly db: Database) {}

  /** The person's examples changed: an upload that was given up may still arrive in CompreFace. */
  async changed(em: EntityManager, personId: number): Promise<void> {
    if ((await this.reschedule(em, personId, 0)) > 0) return;
    try {
      await execute(
        em,
        `INSERT INTO collection_audit (person_id, stage, due_at, differed) VALUES (?, 0, ${this.db.now} + ?, 0)`,
        [personId, DELAYS_MS[0]],
      );
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
    }
  }

  due(limit: number): Promise<DueAudit[]> {
    return select<DueAudit>(
      this.db.reader,
      `SELECT person_id, stage, due_at FROM collection_audit WHERE due_at <= ${this.db.now} ORDER BY due_at, person_id LIMIT ?`,
      [limit],
    );
  }

  /** Puts the look off for a minute, so that no other process takes it meanwhile. False when one was faster. */
  async claim(audit: DueAudit): Promise<boolean> {
    const matched = await execute(
      this.db.reader,
      `UPDATE collection_audit SET due_at = ${this.db.now} + ${CLAIM_MS} WHERE person_id = ? AND due_at = ?`,
      [audit.person_id, Number(audit.due_at)],
    );
    return matched === 1;
  }

  /** Notes how a look came out. What was clean is looked at later and later. */
  async record(audit: DueAudit, { clean, differed }: { clean: boolean; differed: boolean }): Promise<void> {
    const stage = clean ? Math.min(audit.stage + 1, DELAYS_MS.length - 1) : 0;
    await this.reschedule(this.db.reader, audit.person_id, stage);
    await execute(
      this.db.reader,
      `UPDATE collection_audit SET audited_at = ${this.db.now}, differed = ? WHERE person_id = ?`,
      [differed, audit.person_id],
    );
  }

  /** A job works on the person; its end is a change that puts the person on the plan anew. */
  async leaveToJob(audit: DueAudit): Promise<void> {
    await this.reschedule(this.db.reader, audit.person_id, DELAYS_MS.length - 1);
  }

  async forget(personId: number): Promise<void> {
    await execute(this.db.reader, 'DELETE FROM collection_audit WHERE person_id = ?', [personId]);
  }

  /** Judges the persons looked at last. */
  async state(): Promise<AuditState> {
    const newest = await select<{ differed: number | boolean }>(
      this.db.reader,
      `SELECT differed FROM collection_audit WHERE audited_at IS NOT NULL ORDER BY audited_at DESC LIMIT ${WINDOW}`,
    );
    const audited = newest.length;
    const differing = newest.filter((row) => Boolean(row.differed)).length;
    return { stopped: differing >= FEWEST_DIFFERING && differing > audited * LARGEST_SHARE, audited, differing };
  }

  /** Somebody has looked at the differences: the looks go on. */
  async resume(): Promise<void> {
    await execute(this.db.reader, 'UPDATE collection_audit SET differed = 0 WHERE differed <> 0');
  }

  private reschedule(em: EntityManager, personId: number, stage: number): Promise<number> {
    return execute(em, `UPDATE collection_audit SET stage = ?, due_at = ${this.db.now} + ? WHERE person_id = ?`, [
      stage,
      DELAYS_MS[stage] ?? DELAYS_MS[2],
      personId,
    ]);
  }
}
