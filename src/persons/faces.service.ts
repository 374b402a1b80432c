import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { execute, select } from '../database/sql.js';
import { DomainError } from '../errors/domain-error.js';
import { Face } from './entities/face.entity.js';
import type { Person } from './entities/person.entity.js';
import { FaceChanges } from './face-changes.js';
import { type Assignment, BY_HAND, FaceOwnership, unknownFace } from './face-ownership.js';
import type { WithdrawalReason } from './face-state.js';
import { PersonsService } from './persons.service.js';
import { PhotoStore } from './photos/photo-store.js';

/** Whether the collection still holds an example that is on its way out. */
export type WithdrawalProgress = 'done' | 'pending';

/** What became of one face of several. */
export interface AssignResult {
  readonly faceId: number;
  readonly success: boolean;
  /** Why not, in words, and its code. */
  readonly error?: string;
  readonly code?: string;
}

export interface AssignedFaces {
  readonly person: Person;
  readonly results: readonly AssignResult[];
}

/** Faces change hands: assigned, reassigned, unassigned, marked invalid, deleted. */
@Injectable()
export class FacesService {
  constructor(
    private readonly db: Database,
    private readonly persons: PersonsService,
    private readonly changes: FaceChanges,
    private readonly ownership: FaceOwnership,
    private readonly store: PhotoStore,
  ) {}

  /** Throws `NOT_FOUND`. */
  async get(id: number): Promise<Face> {
    const face = await this.db.reader.findOneBy(Face, { id });
    if (!face) throw unknownFace(id);
    return face;
  }

  async listOf(personId: number, limit: number, page: number): Promise<{ faces: Face[]; total: number }> {
    await this.persons.get(personId);
    const [faces, total] = await this.db.reader.findAndCount(Face, {
      where: { personId },
      order: { id: 'ASC' },
      take: limit,
      skip: (page - 1) * limit,
    });
    return { faces, total };
  }

  /** The crop's JPEG. Throws `NOT_FOUND` while the photo was not looked at. */
  async image(id: number): Promise<Buffer> {
    const face = await this.get(id);
    if (face.contentHash === null) throw new DomainError('NOT_FOUND', `Face ${id} has no image yet`, { face_id: id });
    return this.store.read('faces', face.contentHash);
  }

  /** Gives a face without a person to one; given again, that confirms it. Throws `NOT_FOUND`, `INVALID_STATE`, or `ALREADY_EXISTS`. */
  async assign(faceId: number, personId: number, by: Assignment = BY_HAND): Promise<Person> {
    const person = await this.persons.get(personId);
    await this.ownership.change(faceId, async (em, face) => {
      if (face.personId === personId) return this.ownership.confirm(em, face);
      if (face.personId !== null) {
        throw new DomainError('INVALID_STATE', 'The face belongs to another person: reassign it', {
          face_id: faceId,
          person_id: face.personId,
        });
      }
      await this.ownership.give(em, face, personId, by);
    });
    return person;
  }

  /** Gives several faces to a person, one by one: a face that cannot be given does not stop the others. Throws `NOT_FOUND`. */
  async assignEach(faceIds: readonly number[], personId: number, by: Assignment = BY_HAND): Promise<AssignedFaces> {
    const person = await this.persons.get(personId);
    const results: AssignResult[] = [];
    for (const faceId of faceIds) {
      try {
        await this.assign(faceId, personId, by);
        results.push({ faceId, success: true });
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        results.push({ faceId, success: false, error: error.message, code: error.code });
      }
    }
    return { person, results };
  }

  /** Takes a face from its person, who it is not, if it has one, and gives it to another. Throws as `assign` does. */
  async reassign(faceId: number, personId: number): Promise<Person> {
    const person = await this.persons.get(personId);
    await this.ownership.change(faceId, async (em, face) => {
      if (face.personId === personId) return this.ownership.confirm(em, face);
      await this.ownership.take(em, face, 'reassigned');
      await this.ownership.give(em, face, personId, BY_HAND);
    });
    return person;
  }

  /** The face stays, without its person, who is never suggested for it again. */
  async unassign(faceId: number): Promise<WithdrawalProgress> {
    return this.ownership.change(faceId, async (em, face) =>
      (await this.ownership.take(em, face, 'unassigned')) ? 'pending' : 'done',
    );
  }

  /** The face stays with its person, or without one, and is kept out of training and of suggestions. */
  async markInvalid(faceId: number): Promise<WithdrawalProgress> {
    return this.ownership.change(faceId, async (em, face) => {
      if (face.exclusion === 'marked_invalid') return 'done';
      await execute(em, "UPDATE face SET exclusion = 'marked_invalid', review = ? WHERE id = ?", [
        face.personId === null ? 'unknown' : null,
        faceId,
      ]);
      return (await this.changes.withdraw(em, face, 'marked_invalid')) ? 'pending' : 'done';
    });
  }

  /** The face is a stranger's: nothing is suggested any more. A person that it was given to or suggested for is never suggested again. */
  async markUnknown(faceId: number): Promise<WithdrawalProgress> {
    return this.ownership.change(faceId, async (em, face) => {
      const suggested = face.review === 'needs_review' ? await this.ownership.suggestedFor(em, faceId) : null;
      if (face.personId !== null)
        return (await this.ownership.take(em, face, 'unassigned', 'unknown')) ? 'pending' : 'done';
      await execute(em, "UPDATE face SET review = 'unknown' WHERE id = ?", [faceId]);
      await this.ownership.reject(em, faceId, suggested);
      return 'done';
    });
  }

  /** Removes the face, and its photo when it was the last face in it; a photo that was sent for itself stays. */
  async delete(faceId: number): Promise<WithdrawalProgress> {
    const { face, progress } = await this.ownership.change(faceId, async (em, found) => {
      const reason: WithdrawalReason = 'face_deleted';
      const pending = await this.changes.withdraw(em, found, reason);
      await execute(em, 'DELETE FROM face WHERE id = ?', [faceId]);
      return { face: found, progress: pending ? ('pending' as const) : ('done' as const) };
    });
    await this.removeFiles(face);
    return progress;
  }

  private async removeFiles(face: Face): Promise<void> {
    const { contentHash } = face;
    if (contentHash !== null) {
      await this.store.removeUnlessReferenced('faces', contentHash, () =>
        this.exists('SELECT 1 FROM face WHERE content_hash = ? LIMIT 1', contentHash),
      );
    }
    const [photo] = await select<{ content_hash: string }>(
      this.db.reader,
      'SELECT content_hash FROM photo WHERE id = ?',
      [face.photoId],
    );
    const deleted = await execute(
      this.db.reader,
      `DELETE FROM photo WHERE id = ? AND library_hash IS NULL
         AND NOT EXISTS (SELECT 1 FROM face WHERE face.photo_id = photo.id)`,
      [face.photoId],
    );
    if (!photo || deleted === 0) return;
    await this.store.removeUnlessReferenced('photos', photo.content_hash, () =>
      this.exists('SELECT 1 FROM photo WHERE content_hash = ? LIMIT 1', photo.content_hash),
    );
  }

  private async exists(sql: string, value: string): Promise<boolean> {
    return (await select(this.db.reader, sql, [value])).length > 0;
  }
}
