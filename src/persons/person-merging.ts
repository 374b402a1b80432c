import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../database/database.js';
import { execute, select } from '../database/sql.js';
import { DomainError } from '../errors/domain-error.js';
import { fieldError } from '../errors/validation.js';
import { FaceChanges } from './face-changes.js';
import { PersonCounters } from './person-counters.js';
import { dropSuggestions, moveDecisions } from './former-person.js';

/** What a merge did. */
export interface Merged {
  readonly facesMoved: number;
  /** Faces that the other person has already, with the very same bytes: they are left without a person, and marked invalid. */
  readonly facesLeft: number;
  readonly withdrawal: 'done' | 'pending';
}

/** Two persons turn out to be one. */
@Injectable()
export class PersonMerging {
  constructor(
    private readonly db: Database,
    private readonly changes: FaceChanges,
    private readonly counters: PersonCounters,
  ) {}

  /**
   * All faces of the person become `into`'s, whose name and subject stay; the person is gone, and its examples leave the collection by
   * themselves. Throws `NOT_FOUND`, and `VALIDATION_ERROR` for one and the same person.
   */
  merge(id: number, into: number): Promise<Merged> {
    if (id === into) throw fieldError('into', 'must be another person', into);
    return this.db.write(async (em) => {
      const examples = await this.lockBoth(em, id, into);
      const pending = await this.changes.withdrawPerson(em, id);
      const facesLeft = await this.leaveTwins(em, id, into);
      const facesMoved = await execute(em, 'UPDATE face SET person_id = ? WHERE person_id = ?', [into, id]);
      await this.moveRejections(em, id, into);
      await moveDecisions(em, id, into);
      await dropSuggestions(em, into, 'ruledOut');
      await this.changes.raiseGeneration(em, into);
      await execute(em, 'DELETE FROM person WHERE id = ?', [id]);
      await this.counters.removed(em, examples);
      return { facesMoved, facesLeft, withdrawal: pending ? 'pending' : 'done' };
    });
  }

  /** In the order of their ids, so that two merges at once cannot wait for each other. How many examples the first one has. */
  private async lockBoth(em: EntityManager, id: number, into: number): Promise<number> {
    const rows = await select<{ id: number; example_count: number }>(
      em,
      `SELECT id, example_count FROM person WHERE id IN (?, ?) ORDER BY id ${this.db.forUpdate}`,
      [id, into],
    );
    for (const wanted of [id, into]) {
      if (!rows.some((row) => row.id === wanted))
        throw new DomainError('NOT_FOUND', `There is no person ${wanted}`, { person_id: wanted });
    }
    return rows.find((row) => row.id === id)?.example_count ?? 0;
  }

  /** Marked invalid: they look exactly like the person, and must never count as a stranger's or be suggested again. */
  private async leaveTwins(em: EntityManager, id: number, into: number): Promise<number> {
    const twins = await select<{ id: number }>(
      em,
      `SELECT a.id FROM face a JOIN face b ON b.person_id = ? AND b.content_hash = a.content_hash WHERE a.person_id = ?`,
      [into, id],
    );
    for (const twin of twins) {
      await execute(
        em,
        `UPDATE face SET person_id = NULL, assignment_method = NULL, assignment_confidence = NULL, review = 'unknown',
           exclusion = 'marked_invalid' WHERE id = ?`,
        [twin.id],
      );
    }
    return twins.length;
  }

  /** Who is not the one is not the other either; but a face that belongs to the other now is theirs after all. */
  private async moveRejections(em: EntityManager, id: number, into: number): Promise<void> {
    await execute(
      em,
      'DELETE FROM not_this_person WHERE person_id = ? AND face_id IN (SELECT id FROM face WHERE person_id = ?)',
      [into, into],
    );
    await execute(
      em,
      `INSERT INTO not_this_person (face_id, person_id, created_at)
       SELECT n.face_id, ?, n.created_at FROM not_this_person n JOIN face f ON f.id = n.face_id
       WHERE n.person_id = ? AND (f.person_id IS NULL OR f.person_id <> ?)
         AND n.face_id NOT IN (SELECT k.face_id FROM (SELECT face_id FROM not_this_person WHERE person_id = ?) k)`,
      [into, id, into, into],
    );
  }
}
