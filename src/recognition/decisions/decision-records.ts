import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { execute } from '../../database/sql.js';
import { FaceDecisions } from '../../persons/decisions/face-decisions.js';
import type { BatchKind } from '../../persons/decisions/recognition-batch.entity.js';
import { FaceChanges } from '../../persons/face-changes.js';
import type { RecognitionSettingsRecord } from '../dto/recognition-settings.dto.js';
import { AutomaticLearning } from './automatic-learning.js';
import type { Decision } from './decision.js';
import type { WaitingFace } from './photo-situation.js';

const CANDIDATES_KEPT = 10;
const TAKEN_BACK = 'taken_back';

/** What a decision is written with. */
export interface DecisionRecording {
  readonly settings: RecognitionSettingsRecord;
  readonly calculator: string;
  readonly matchedAt: Date;
  readonly batchId: number | null;
}

/** Writes decisions: the face's row, and the record of why. */
@Injectable()
export class DecisionRecords {
  constructor(
    private readonly decisions: FaceDecisions,
    private readonly changes: FaceChanges,
    private readonly learning: AutomaticLearning,
  ) {}

  openBatch(em: EntityManager, kind: BatchKind): Promise<number> {
    return this.decisions.openBatch(em, kind);
  }

  isOpen(em: EntityManager, batchId: number): Promise<boolean> {
    return this.decisions.isOpen(em, batchId);
  }

  /** The face is locked and belongs to nobody; the person whom it is assigned to is locked, too. */
  async write(em: EntityManager, face: WaitingFace, decision: Decision, recording: DecisionRecording): Promise<void> {
    const { settings, calculator, batchId, matchedAt } = recording;
    if (decision.outcome === 'assigned' && decision.personId !== null) {
      await this.assign(em, face, decision.personId, decision.candidates[0]?.similarity ?? 0, recording);
    } else {
      const review = decision.outcome === 'suggested' ? 'needs_review' : 'unidentified';
      await execute(em, 'UPDATE face SET review = ?, matched_at = ? WHERE id = ?', [review, matchedAt, face.id]);
    }
    await this.decisions.forgetUnanswered(em, face.id, TAKEN_BACK);
    await this.decisions.note(em, {
      faceId: face.id,
      batchId,
      outcome: decision.outcome,
      personId: decision.personId,
      reason: decision.reason,
      candidates: decision.candidates
        .slice(0, CANDIDATES_KEPT)
        .map(({ personId, similarity }) => ({ person_id: personId, similarity })),
      reviewThreshold: settings.reviewThreshold,
      autoAssignThreshold: settings.autoAssignThreshold,
      margin: settings.margin,
      calculator,
    });
  }

  private async assign(
    em: EntityManager,
    face: WaitingFace,
    personId: number,
    similarity: number,
    { settings, calculator, matchedAt }: DecisionRecording,
  ): Promise<void> {
    const learns = await this.learning.mayLearn(em, { face, personId, similarity, calculator }, settings);
    await execute(
      em,
      `UPDATE face SET person_id = ?, assignment_method = 'automatic', assignment_confidence = ?, review = NULL, exclusion = ?,
         matched_at = ? WHERE id = ?`,
      [personId, similarity, learns ? null : 'not_confirmed', matchedAt, face.id],
    );
    if (learns) await this.changes.raiseGeneration(em, personId);
  }
}
