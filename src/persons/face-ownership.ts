import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../database/database.js';
import { execute, select } from '../database/sql.js';
import { isUniqueViolation } from '../database/write-errors.js';
import { DomainError } from '../errors/domain-error.js';
import { FaceDecisions } from './decisions/face-decisions.js';
import { Face } from './entities/face.entity.js';
import { FaceChanges } from './face-changes.js';
import { exclusionWhenConfirmed, type WithdrawalReason } from './face-state.js';

/** How somebody came to say whose a face is. */
export interface Assignment {
  readonly method: string;
  /** How sure they were, 0..1; null when nobody said so. */
  readonly confidence: number | null;
}

export const BY_HAND: Assignment = { method: 'manual', confidence: null };

/**
 * What people say of whose a face is, each with all that follows from it in one transaction: the face's row, the judgement on its newest
 * decision, who it is not, the withdrawal of its example and the generation of its person.
 */
@Injectable()
export class FaceOwnership {
  constructor(
    private readonly db: Database,
    private readonly changes: FaceChanges,
    private readonly decisions: FaceDecisions,
  ) {}

  /**
   * Runs a change on the locked row of a face. Throws `NOT_FOUND`; two crops with the same bytes cannot belong to one person:
   * `ALREADY_EXISTS`.
   */
  async change<T>(faceId: number, work: (em: EntityManager, face: Face) => Promise<T>): Promise<T> {
    try {
      return await this.db.write(async (em) => {
        await select(em, `SELECT id FROM face WHERE id = ? ${this.db.forUpdate}`, [faceId]);
        const face = await em.findOneBy(Face, { id: faceId });
        if (!face) throw unknownFace(faceId);
        return work(em, face);
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw new DomainError('ALREADY_EXISTS', 'The person has the very same face already: delete this one', {
        face_id: faceId,
      });
    }
  }

  /** The face, which belongs to nobody, becomes the person's. Throws `NOT_FOUND` for a person who is gone. */
  async give(em: EntityManager, face: Face, personId: number, { method, confidence }: Assignment): Promise<void> {
    const person = await select(em, `SELECT id FROM person WHERE id = ? ${this.db.forUpdate}`, [personId]);
    if (person.length === 0)
      throw new DomainError('NOT_FOUND', `There is no person ${personId}`, { person_id: personId });
    await execute(
      em,
      `UPDATE face SET person_id = ?, assignment_method = ?, assignment_confidence = ?, exclusion = ?, review = NULL WHERE id = ?`,
      [personId, method, confidence, exclusionWhenConfirmed(face), face.id],
    );
    await this.settle(em, face.id, personId);
    await this.changes.raiseGeneration(em, personId);
  }

  /** Somebody said that the face is rightly its person's: one that was assigned without asking is trained from here on. */
  async confirm(em: EntityManager, face: Face): Promise<void> {
    if (face.personId === null) throw new Error('only a face of somebody can be confirmed');
    await this.settle(em, face.id, face.personId);
    if (face.assignmentMethod !== 'automatic' && face.exclusion !== 'not_confirmed') return;
    const exclusion = face.exclusion === 'not_confirmed' ? exclusionWhenConfirmed(face) : face.exclusion;
    await execute(em, "UPDATE face SET assignment_method = 'confirmed', exclusion = ? WHERE id = ?", [
      exclusion,
      face.id,
    ]);
    await this.changes.raiseGeneration(em, face.personId);
  }

  /**
   * The face is not its person's, who is never suggested for it again. `review`: what it is from now on. Returns whether an example of it
   * may be in the collection still; does nothing to a face of nobody.
   */
  async take(
    em: EntityManager,
    face: Face,
    reason: WithdrawalReason,
    review: 'unidentified' | 'unknown' = 'unidentified',
  ): Promise<boolean> {
    if (face.personId === null) return false;
    const pending = await this.changes.withdraw(em, face, reason);
    await execute(
      em,
      `UPDATE face SET person_id = NULL, assignment_method = NULL, assignment_confidence = NULL, review = ?,
         exclusion = CASE WHEN exclusion = 'not_confirmed' THEN NULL ELSE exclusion END WHERE id = ?`,
      [review, face.id],
    );
    await this.reject(em, face.id, face.personId);
    return pending;
  }

  /** Nobody knows who the face is; and it is not this person, if one was suggested. */
  async reject(em: EntityManager, faceId: number, personId: number | null): Promise<void> {
    if (personId !== null) await this.decisions.noteNotThisPerson(em, faceId, personId);
    await this.decisions.judge(em, faceId, null);
  }

  /** Whom the newest decision suggests; null for nobody, or somebody who is gone or was ruled out since. */
  async suggestedFor(em: EntityManager, faceId: number): Promise<number | null> {
    const [newest] = await select<{ outcome: string; person_id: number | null }>(
      em,
      `SELECT d.outcome, p.id AS person_id FROM face_decision d LEFT JOIN person p ON p.id = d.person_id
       WHERE d.face_id = ? ORDER BY d.id DESC LIMIT 1`,
      [faceId],
    );
    if (newest?.outcome !== 'suggested' || newest.person_id === null) return null;
    const notThese = await this.decisions.notThese(em, faceId);
    return notThese.has(newest.person_id) ? null : newest.person_id;
  }

  private async settle(em: EntityManager, faceId: number, personId: number): Promise<void> {
    await this.decisions.judge(em, faceId, personId);
    await this.decisions.forgetNotThisPerson(em, faceId, personId);
  }
}

export function unknownFace(id: number): DomainError {
  return new DomainError('NOT_FOUND', `There is no face ${id}`, { face_id: id });
}
