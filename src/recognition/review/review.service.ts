import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { execute, select } from '../../database/sql.js';
import { DomainError } from '../../errors/domain-error.js';
import { fieldError } from '../../errors/validation.js';
import type { Face } from '../../persons/entities/face.entity.js';
import { toFaceRecord } from '../../persons/face-record.js';
import { BY_HAND, FaceOwnership } from '../../persons/face-ownership.js';
import { FacesService, type WithdrawalProgress } from '../../persons/faces.service.js';
import { PersonRecords } from '../../persons/person-records.js';
import { PersonsService } from '../../persons/persons.service.js';
import type { FaceReviewedAnswer, ReviewFaceBody } from './dto/review.dto.js';

/** People answer what the recognition suggested, or did without asking. */
@Injectable()
export class ReviewService {
  constructor(
    private readonly ownership: FaceOwnership,
    private readonly faces: FacesService,
    private readonly persons: PersonsService,
    private readonly records: PersonRecords,
  ) {}

  /**
   * Throws `NOT_FOUND`, `ALREADY_EXISTS` for a very same face of the person, `INVALID_STATE` when there is nothing to answer, and
   * `VALIDATION_ERROR` for a rejection that names a person.
   */
  async review(faceId: number, { approved, personId }: ReviewFaceBody): Promise<FaceReviewedAnswer> {
    if (!approved && personId != null) {
      throw fieldError('personId', 'goes with approved: true only, and says who it is', personId);
    }
    const withdrawal = approved
      ? await this.approve(faceId, personId ?? null)
      : await this.ownership.change(faceId, (em, face) => this.reject(em, face));
    const face = await this.faces.get(faceId);
    const person = face.personId === null ? null : await this.persons.get(face.personId);
    return {
      success: true,
      message: approved ? 'Face confirmed' : 'Suggestion rejected',
      face: toFaceRecord(face),
      person: person && (await this.records.showOne(person)),
      withdrawal,
    };
  }

  private async approve(faceId: number, personId: number | null): Promise<WithdrawalProgress> {
    if (personId !== null) await this.persons.get(personId);
    return this.ownership.change(faceId, async (em, face) => {
      const suggested = await this.inQuestion(em, face);
      const right = personId ?? suggested;
      if (right === null) throw nothingToAnswer(faceId, 'say who it is with personId');
      if (face.personId === right) {
        await this.ownership.confirm(em, face);
        return 'done';
      }
      const pending = await this.ownership.take(em, face, 'reassigned');
      if (face.personId === null && suggested !== null && suggested !== right) {
        await this.ownership.reject(em, faceId, suggested);
      }
      await this.ownership.give(em, face, right, suggested === right ? await confirmed(em, faceId) : BY_HAND);
      return pending ? 'pending' : 'done';
    });
  }

  private async reject(em: EntityManager, face: Face): Promise<WithdrawalProgress> {
    const wrong = await this.inQuestion(em, face);
    if (wrong === null) throw nothingToAnswer(face.id, 'there is nothing to reject');
    if (face.personId !== null) return (await this.ownership.take(em, face, 'unassigned')) ? 'pending' : 'done';
    await execute(em, "UPDATE face SET review = 'unidentified' WHERE id = ?", [face.id]);
    await this.ownership.reject(em, face.id, wrong);
    return 'done';
  }

  /** Whom the face is assigned to or suggested for. */
  private async inQuestion(em: EntityManager, face: Face): Promise<number | null> {
    if (face.personId !== null) return face.personId;
    return face.review === 'needs_review' ? this.ownership.suggestedFor(em, face.id) : null;
  }
}

/** A suggestion that somebody confirmed is as sure as it was similar. */
async function confirmed(em: EntityManager, faceId: number): Promise<{ method: string; confidence: number | null }> {
  const [newest] = await select<{ similarity: number | null }>(
    em,
    'SELECT similarity FROM face_decision WHERE face_id = ? ORDER BY id DESC LIMIT 1',
    [faceId],
  );
  return { method: 'confirmed', confidence: newest?.similarity ?? null };
}

function nothingToAnswer(faceId: number, advice: string): DomainError {
  return new DomainError('INVALID_STATE', `Nobody is suggested for the face: ${advice}`, { face_id: faceId });
}
