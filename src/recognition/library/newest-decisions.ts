import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { FaceDecision } from '../../persons/decisions/face-decision.entity.js';
import { reasonText } from '../decisions/reason-texts.js';
import type { PhotoFaceDecision } from '../dto/photo.dto.js';

/** Reads what was decided last on faces. */
@Injectable()
export class NewestDecisions {
  constructor(private readonly db: Database) {}

  /** By the face's id; a face that was never recognised has none. */
  async of(faceIds: readonly number[]): Promise<ReadonlyMap<number, PhotoFaceDecision>> {
    if (faceIds.length === 0) return new Map();
    const newest = await this.db.reader
      .createQueryBuilder(FaceDecision, 'd')
      .where('d.id IN (SELECT MAX(n.id) FROM face_decision n WHERE n.face_id IN (:...faceIds) GROUP BY n.face_id)', {
        faceIds,
      })
      .getMany();
    return new Map(newest.map((decision) => [decision.faceId, toRecord(decision)]));
  }
}

function toRecord({ outcome, reason, personId, similarity, decidedAt }: FaceDecision): PhotoFaceDecision {
  return { outcome, reason, message: reasonText(reason), person_id: personId, similarity, decided_at: decidedAt };
}
