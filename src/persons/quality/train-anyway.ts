import { Injectable } from '@nestjs/common';
import { execute } from '../../database/sql.js';
import { DomainError } from '../../errors/domain-error.js';
import { Clock } from '../../time/clock.js';
import type { Face } from '../entities/face.entity.js';
import { FaceChanges } from '../face-changes.js';
import { FaceOwnership } from '../face-ownership.js';

/** Somebody knows better than the quality gate. */
@Injectable()
export class TrainAnyway {
  constructor(
    private readonly ownership: FaceOwnership,
    private readonly changes: FaceChanges,
    private readonly clock: Clock,
  ) {}

  /** The face is trained whatever its quality. Said twice is no error. Throws `NOT_FOUND`, or `INVALID_STATE` while nobody has looked at it. */
  async decide(faceId: number): Promise<Face> {
    return this.ownership.change(faceId, async (em, face) => {
      if (face.state !== 'ready') {
        const message = 'The photo was not looked at, or shows no usable face: there is nothing to train';
        throw new DomainError('INVALID_STATE', message, { face_id: faceId, state: face.state });
      }
      const at = face.trainAnywayAt ?? this.clock.now();
      const exclusion = face.exclusion === 'poor_quality' ? null : face.exclusion;
      await execute(em, 'UPDATE face SET train_anyway_at = ?, exclusion = ? WHERE id = ?', [at, exclusion, faceId]);
      if (exclusion !== face.exclusion && face.personId !== null) await this.changes.raiseGeneration(em, face.personId);
      return Object.assign(face, { trainAnywayAt: at, exclusion });
    });
  }

  /** The quality of the face counts again; an example that it has leaves at the next training. Throws `NOT_FOUND`. */
  async takeBack(faceId: number): Promise<Face> {
    return this.ownership.change(faceId, async (em, face) => {
      if (face.trainAnywayAt === null) return face;
      const refused = face.qualityRefusal !== null && face.personId !== null && face.exclusion === null;
      const exclusion = refused ? 'poor_quality' : face.exclusion;
      await execute(em, 'UPDATE face SET train_anyway_at = NULL, exclusion = ? WHERE id = ?', [exclusion, faceId]);
      if (refused && face.personId !== null) await this.changes.raiseGeneration(em, face.personId);
      return Object.assign(face, { trainAnywayAt: null, exclusion });
    });
  }
}
