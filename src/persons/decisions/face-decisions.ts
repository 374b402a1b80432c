import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../../database/database.js';
import { execute, insertRow, select } from '../../database/sql.js';
import { Clock } from '../../time/clock.js';
import type { DecisionOutcome, DecisionVerdict } from './face-decision.entity.js';
import type { BatchKind } from './recognition-batch.entity.js';

/** A person that a face looks like, with the similarity (0..1) of their nearest example. */
export interface DecidedCandidate {
  readonly person_id: number;
  readonly similarity: number;
}

/** A decision as it is made. */
export interface NewDecision {
  readonly faceId: number;
  readonly batchId: number | null;
  readonly outcome: DecisionOutcome;
  readonly personId: number | null;
  readonly reason: string;
  /** Best first, one for each person. */
  readonly candidates: readonly DecidedCandidate[];
  readonly reviewThreshold: number;
  readonly autoAssignThreshold: number;
  readonly margin: number;
  readonly calculator: string;
}

/** The record of what was decided on faces and what people said of it: all writes to it, each inside the transaction of its cause. */
@Injectable()
export class FaceDecisions {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  openBatch(em: EntityManager, kind: BatchKind): Promise<number> {
    return insertRow(em, 'INSERT INTO recognition_batch (kind, assigned, created_at) VALUES (?, 0, ?)', [
      kind,
      this.clock.now(),
    ]);
  }

  /** Whether the batch was not taken back; it cannot be until the transaction ends. */
  async isOpen(em: EntityManager, batchId: number): Promise<boolean> {
    const [batch] = await select<{ undone_at: Date | string | null }>(
      em,
      `SELECT undone_at FROM recognition_batch WHERE id = ? ${this.db.forUpdate}`,
      [batchId],
    );
    return batch?.undone_at === null;
  }

  /** Notes a decision; an `assigned` one counts for its batch. Returns its id. */
  async note(em: EntityManager, decision: NewDecision): Promise<number> {
    const { batchId } = decision;
    if (batchId !== null && decision.outcome === 'assigned') {
      await execute(em, 'UPDATE recognition_batch SET assigned = assigned + 1 WHERE id = ?', [batchId]);
    }
    return insertRow(
      em,
      `INSERT INTO face_decision (face_id, batch_id, outcome, person_id, similarity, reason, candidates, review_threshold,
         auto_assign_threshold, margin, calculator, decided_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        decision.faceId,
        batchId,
        decision.outcome,
        decision.personId,
        decision.candidates[0]?.similarity ?? null,
        decision.reason,
        JSON.stringify(decision.candidates),
        decision.reviewThreshold,
        decision.autoAssignThreshold,
        decision.margin,
        decision.calculator.slice(0, 100),
        this.clock.now(),
      ],
    );
  }

  /**
   * Decisions that assigned nothing and that nobody answered: the next one takes their place, so that a face that is looked at after each
   * training keeps one. Those with the reason `kept` stay.
   */
  async forgetUnanswered(em: EntityManager, faceId: number, kept: string): Promise<void> {
    await execute(
      em,
      "DELETE FROM face_decision WHERE face_id = ? AND verdict IS NULL AND outcome <> 'assigned' AND reason <> ?",
      [faceId, kept],
    );
  }

  /**
   * Somebody said who the face is, or with null that nobody knows: the face's newest decision is judged by it, and so is an assignment that
   * was taken back, since it was made without asking. Said twice, the last word counts. Does nothing for a face that was never decided on.
   */
  async judge(em: EntityManager, faceId: number, personId: number | null): Promise<void> {
    const judged = await select<{ id: number; person_id: number | null }>(
      em,
      `SELECT d.id, d.person_id FROM face_decision d WHERE d.face_id = ? AND (
         d.id = (SELECT MAX(newest.id) FROM face_decision newest WHERE newest.face_id = d.face_id)
         OR (d.outcome = 'assigned' AND EXISTS (SELECT 1 FROM face_decision back
           WHERE back.face_id = d.face_id AND back.batch_id = d.batch_id AND back.reason = 'taken_back')))`,
      [faceId],
    );
    for (const decision of judged) {
      await execute(em, 'UPDATE face_decision SET verdict = ?, verdict_person_id = ?, judged_at = ? WHERE id = ?', [
        verdictOn(decision.person_id, personId),
        personId,
        this.clock.now(),
        decision.id,
      ]);
    }
  }

  /** Somebody said that the face is not this person; said before is no error. */
  async noteNotThisPerson(em: EntityManager, faceId: number, personId: number): Promise<void> {
    await execute(em, 'DELETE FROM not_this_person WHERE face_id = ? AND person_id = ?', [faceId, personId]);
    await execute(em, 'INSERT INTO not_this_person (face_id, person_id, created_at) VALUES (?, ?, ?)', [
      faceId,
      personId,
      this.clock.now(),
    ]);
  }

  /** Somebody gave the face to this person after all. */
  async forgetNotThisPerson(em: EntityManager, faceId: number, personId: number): Promise<void> {
    await execute(em, 'DELETE FROM not_this_person WHERE face_id = ? AND person_id = ?', [faceId, personId]);
  }

  /** The persons that the face is not. */
  async notThese(em: EntityManager, faceId: number): Promise<ReadonlySet<number>> {
    const rows = await select<{ person_id: number }>(em, 'SELECT person_id FROM not_this_person WHERE face_id = ?', [
      faceId,
    ]);
    return new Set(rows.map((row) => row.person_id));
  }
}

function verdictOn(decidedFor: number | null, personId: number | null): DecisionVerdict {
  if (decidedFor === personId) return 'confirmed';
  return personId === null ? 'rejected' : 'corrected';
}
