import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../../database/database.js';
import { execute, select } from '../../database/sql.js';
import { type DecidedCandidate, FaceDecisions } from '../../persons/decisions/face-decisions.js';
import { FaceDecision } from '../../persons/decisions/face-decision.entity.js';
import { Face } from '../../persons/entities/face.entity.js';
import { FaceChanges } from '../../persons/face-changes.js';

/** Takes back what was assigned without asking: the face waits for an answer, and is never assigned without asking again. */
@Injectable()
export class TakingBack {
  constructor(
    private readonly db: Database,
    private readonly decisions: FaceDecisions,
    private readonly changes: FaceChanges,
  ) {}

  /**
   * Whether an example of the face may be in the collection still; null for a face that is not as the batch left it: confirmed, given to
   * somebody else, or gone.
   */
  takeBack(faceId: number, batchId: number): Promise<'done' | 'pending' | null> {
    return this.db.write(async (em) => {
      await select(em, `SELECT id FROM face WHERE id = ? ${this.db.forUpdate}`, [faceId]);
      const face = await em.findOneBy(Face, { id: faceId });
      const decision = await this.newest(em, faceId);
      if (!face || decision?.batchId !== batchId || !isAsAssigned(face, decision)) return null;
      const isPending = await this.changes.withdraw(em, face, 'unassigned');
      await execute(
        em,
        `UPDATE face SET person_id = NULL, assignment_method = NULL, assignment_confidence = NULL, exclusion = NULL,
           review = 'needs_review' WHERE id = ?`,
        [faceId],
      );
      await this.decisions.note(em, {
        ...decision,
        outcome: 'suggested',
        reason: 'taken_back',
        candidates: JSON.parse(decision.candidates) as DecidedCandidate[],
      });
      return isPending ? 'pending' : 'done';
    });
  }

  private newest(em: EntityManager, faceId: number): Promise<FaceDecision | null> {
    return em.findOne(FaceDecision, { where: { faceId }, order: { id: 'DESC' } });
  }
}

/** Nobody said a word about it since. */
function isAsAssigned(face: Face, decision: FaceDecision): boolean {
  return (
    decision.outcome === 'assigned' &&
    decision.verdict === null &&
    face.personId !== null &&
    face.personId === decision.personId &&
    face.assignmentMethod === 'automatic' &&
    face.exclusion !== 'marked_invalid'
  );
}
