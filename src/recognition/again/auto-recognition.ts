import { Injectable } from '@nestjs/common';
import { FaceEngineError } from '../../compreface/face-engine-error.js';
import { Database } from '../../database/database.js';
import { select } from '../../database/sql.js';
import { DomainError } from '../../errors/domain-error.js';
import { PersonsService } from '../../persons/persons.service.js';
import type { DecidedFace } from '../decisions/photo-decisions.js';
import { UNDECIDED_SQL } from '../decisions/photo-situation.js';
import type { AutoRecognizeAnswer, RecognizedFaceRecord } from '../dto/auto-recognize.dto.js';
import { RecognitionSettingsService } from '../settings/recognition-settings.service.js';
import { FaceLook, type FaceToLookAt, groupedByPhoto, type LookContext } from './face-look.js';

type Looked = DecidedFace & { readonly photoId: number };

/** Looks at waiting faces again, because somebody asks for it. */
@Injectable()
export class AutoRecognition {
  constructor(
    private readonly db: Database,
    private readonly look: FaceLook,
    private readonly persons: PersonsService,
    private readonly settings: RecognitionSettingsService,
  ) {}

  /**
   * Those that were looked at longest ago come first, and last those that could not be looked at a moment ago. `minConfidence` can only
   * make an assignment rarer. Throws `INSUFFICIENT_DATA` while nobody is trained, and `FaceEngineError` when CompreFace is away before
   * anything was decided.
   */
  async lookAgain(limit: number, minConfidence: number): Promise<AutoRecognizeAnswer> {
    const trainedPeople = await this.trainedPeople();
    const stored = await this.settings.get();
    const autoAssignThreshold = Math.max(stored.autoAssignThreshold, minConfidence);
    const looked = await this.lookAtAll(await this.waiting(limit), {
      settings: { ...stored, autoAssignThreshold },
      batch: { kind: 'auto_recognize', id: null },
    });
    return answer(looked, trainedPeople);
  }

  private async trainedPeople(): Promise<number> {
    const { trained_persons } = await this.persons.statistics();
    if (trained_persons > 0) return trained_persons;
    throw new DomainError('INSUFFICIENT_DATA', 'Nobody is trained yet: train a person first', {
      trained_people: 0,
      minimum_required: 1,
    });
  }

  private waiting(limit: number): Promise<FaceToLookAt[]> {
    return select<FaceToLookAt>(
      this.db.reader,
      `SELECT f.id, f.photo_id, f.content_hash, f.examine_tries FROM face f WHERE ${UNDECIDED_SQL}
       ORDER BY CASE WHEN f.examine_at > ${this.db.now} THEN 1 ELSE 0 END, f.matched_at, f.id LIMIT ?`,
      [limit],
    );
  }

  private async lookAtAll(faces: readonly FaceToLookAt[], context: LookContext): Promise<Looked[]> {
    const looked: Looked[] = [];
    for (const group of groupedByPhoto(faces)) {
      const photoId = group[0]?.photo_id ?? 0;
      try {
        const { decided } = await this.look.lookAt(group, context);
        looked.push(...decided.map((face) => ({ ...face, photoId })));
      } catch (error) {
        if (!(error instanceof FaceEngineError) || looked.length === 0) throw error;
        return looked;
      }
    }
    return looked;
  }
}

function answer(looked: readonly Looked[], trainedPeople: number): AutoRecognizeAnswer {
  const results = recordsOf(looked, 'assigned');
  const confirmationNeeded = recordsOf(looked, 'suggested');
  const [recognized, processed, needsConfirmation] = [results.length, looked.length, confirmationNeeded.length];
  const faces = processed === 1 ? 'face' : 'faces';
  const message = `Recognized ${recognized} of ${processed} ${faces}, ${needsConfirmation} need confirmation`;
  return {
    success: true,
    recognized,
    processed,
    needsConfirmation,
    trainedPeople,
    results,
    confirmationNeeded,
    message,
  };
}

function recordsOf(looked: readonly Looked[], wanted: DecidedFace['outcome']): RecognizedFaceRecord[] {
  return looked.flatMap(({ faceId, photoId, outcome, person, similarity }) =>
    outcome !== wanted || person === null
      ? []
      : [
          {
            face_id: faceId,
            photo_id: photoId,
            person_id: person.id,
            person_name: person.name,
            similarity: similarity ?? 0,
          },
        ],
  );
}
