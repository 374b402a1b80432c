import type { EntityManager } from 'typeorm';
import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { execute, select } from '../database/sql.js';
import { Clock } from '../time/clock.js';
import type { Face } from './entities/face.entity.js';
import type { WithdrawalReason } from './face-state.js';

/**
 * What every change of a person's faces has in common: the person's `desired_generation` rises, and a face that must not match any
 * more gets a withdrawal, all in the transaction of the change.
 */
@Injectable()
export class FaceChanges {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  async raiseGeneration(em: EntityManager, personId: number): Promise<void> {
    await execute(em, 'UPDATE person SET desired_generation = desired_generation + 1, updated_at = ? WHERE id = ?', [
      this.clock.now(),
      personId,
    ]);
  }

  /** The face stops being one of its person's. Returns whether an example may be in the collection. */
  async withdraw(
    em: EntityManager,
    face: Pick<Face, 'personId' | 'contentHash'>,
    reason: WithdrawalReason,
  ): Promise<boolean> {
    if (face.personId === null) return false;
    await this.raiseGeneration(em, face.personId);
    if (face.contentHash === null) return false;
    return this.request(em, face.personId, face.contentHash, reason);
  }

  /** All of a person leaves the collection, the subject included. */
  withdrawPerson(em: EntityManager, personId: number): Promise<boolean> {
    return this.request(em, personId, null, 'person_deleted');
  }

  private async request(
    em: EntityManager,
    personId: number,
    contentHash: string | null,
    reason: WithdrawalReason,
  ): Promise<boolean> {
    await execute(
      em,
      `INSERT INTO withdrawal (person_id, subject, content_hash, reason, state, run_at, tries, requested_at)
       SELECT id, subject, ?, ?, 'pending', ${this.db.now}, 0, ? FROM person WHERE id = ?`,
      [contentHash, reason, this.clock.now(), personId],
    );
    const [person] = await select<{ busy: number }>(
      em,
      'SELECT CASE WHEN example_count > 0 OR is_training <> 0 THEN 1 ELSE 0 END AS busy FROM person WHERE id = ?',
      [personId],
    );
    return Number(person?.busy) === 1;
  }
}
