import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../database/database.js';
import { execute, select } from '../database/sql.js';
import { isUniqueViolation } from '../database/write-errors.js';
import { DomainError } from '../errors/domain-error.js';
import { Face } from './entities/face.entity.js';
import type { Person } from './entities/person.entity.js';
import { FaceChanges } from './face-changes.js';
import type { WithdrawalReason } from './face-state.js';
import { PersonsService } from './persons.service.js';
import { PhotoStore } from './photos/photo-store.js';

/** Whether the collection still holds an example that is on its way out. */
export type WithdrawalProgress = 'done' | 'pending';

/** Faces change hands: assigned, reassigned, unassigned, marked invalid, deleted. */
@Injectable()
export class FacesService {
  constructor(
    private readonly db: Database,
    private readonly persons: PersonsService,
    private readonly changes: FaceChanges,
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

  /** Gives a face without a person to one. Throws `NOT_FOUND`, `INVALID_STATE`, or `ALREADY_EXISTS`. */
  async assign(faceId: number, personId: number, method = 'manual'): Promise<Person> {
    const person = await this.persons.get(personId);
    await this.change(faceId, async (em, face) => {
      if (face.personId === personId) return;
      if (face.personId !== null) {
        throw new DomainError('INVALID_STATE', 'The face belongs to another person: reassign it', {
          face_id: faceId,
          person_id: face.personId,
        });
      }
      await this.give(em, face, personId, method);
    });
    return person;
  }

  /** Takes a face from its person, if it has one, and gives it to another. Throws as `assign` does. */
  async reassign(faceId: number, personId: number): Promise<Person> {
    const person = await this.persons.get(personId);
    await this.change(faceId, async (em, face) => {
      if (face.personId === personId) return;
      await this.changes.withdraw(em, face, 'reassigned');
      await this.give(em, face, personId, 'manual');
    });
    return person;
  }

  /** The face stays, without a person. */
  async unassign(faceId: number): Promise<WithdrawalProgress> {
    return this.change(faceId, async (em, face) => {
      const pending = await this.changes.withdraw(em, face, 'unassigned');
      await execute(
        em,
        'UPDATE face SET person_id = NULL, assignment_method = NULL, assignment_confidence = NULL WHERE id = ?',
        [faceId],
      );
      return pending ? 'pending' : 'done';
    });
  }

  /** The face stays with its person and is kept out of training. */
  async markInvalid(faceId: number): Promise<WithdrawalProgress> {
    return this.change(faceId, async (em, face) => {
      if (face.exclusion === 'marked_invalid') return 'done';
      await execute(em, "UPDATE face SET exclusion = 'marked_invalid' WHERE id = ?", [faceId]);
      return (await this.changes.withdraw(em, face, 'marked_invalid')) ? 'pending' : 'done';
    });
  }

  /** Removes the face, and its photo when it was the last face in it. */
  async delete(faceId: number): Promise<WithdrawalProgress> {
    const { face, progress } = await this.change(faceId, async (em, found) => {
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
      'DELETE FROM photo WHERE id = ? AND NOT EXISTS (SELECT 1 FROM face WHERE face.photo_id = photo.id)',
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

  private async give(em: EntityManager, face: Face, personId: number, method: string): Promise<void> {
    await execute(em, 'UPDATE face SET person_id = ?, assignment_method = ?, exclusion = NULL WHERE id = ?', [
      personId,
      method,
      face.id,
    ]);
    await this.changes.raiseGeneration(em, personId);
  }

  /** Runs a change on the locked row of a face. Two crops with the same bytes cannot belong to one person: `ALREADY_EXISTS`. */
  private async change<T>(faceId: number, work: (em: EntityManager, face: Face) => Promise<T>): Promise<T> {
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
}

function unknownFace(id: number): DomainError {
  return new DomainError('NOT_FOUND', `There is no face ${id}`, { face_id: id });
}
