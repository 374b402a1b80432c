import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../database/database.js';
import { execute, select } from '../database/sql.js';
import { PersonCounters } from '../persons/person-counters.js';
import { Clock } from '../time/clock.js';
import { AuditPlan } from './audit-plan.js';
import type { EndedState } from './job-state.js';

/** What training writes on a person: whether a job runs, how many verified examples there are, how the last training went. */
@Injectable()
export class PersonTraining {
  constructor(
    private readonly db: Database,
    private readonly counters: PersonCounters,
    private readonly clock: Clock,
    private readonly audits: AuditPlan,
  ) {}

  async trainingStarted(em: EntityManager, personId: number): Promise<void> {
    await execute(em, 'UPDATE person SET is_training = 1 WHERE id = ?', [personId]);
  }

  async trainingPaused(em: EntityManager, personId: number): Promise<void> {
    await execute(em, 'UPDATE person SET is_training = 0 WHERE id = ?', [personId]);
    await this.countExamples(em, personId);
  }

  /** `completed` brings `trained_generation` to the snapshot's; `failed` notes for which faces; both follow what the ledger says. */
  async trainingEnded(em: EntityManager, personId: number, jobId: number, state: EndedState): Promise<void> {
    await this.trainingPaused(em, personId);
    if (state === 'completed') {
      const [job] = await select<{ snapshot_generation: number | null }>(
        em,
        'SELECT snapshot_generation FROM training_job WHERE id = ?',
        [jobId],
      );
      await execute(
        em,
        'UPDATE person SET trained_generation = ?, last_trained_at = ?, last_failed = 0, retries_spent = 0, failed_generation = NULL WHERE id = ?',
        [job?.snapshot_generation ?? 0, this.clock.now(), personId],
      );
    }
    if (state === 'failed') {
      // The faces that it failed with; what was changed meanwhile is worth another try.
      await execute(
        em,
        `UPDATE person SET last_failed = 1,
           failed_generation = COALESCE((SELECT snapshot_generation FROM training_job WHERE id = ?), desired_generation) WHERE id = ?`,
        [jobId, personId],
      );
    }
  }

  /**
   * The person counts as trained by what the ledger holds, whatever a job said. Counted under the lock of the person: whoever counts later
   * sees what was committed before, and an older count never overwrites a newer one.
   */
  async countExamples(em: EntityManager, personId: number): Promise<void> {
    const [person] = await select<{ example_count: number }>(
      em,
      `SELECT example_count FROM person WHERE id = ? ${this.db.forUpdate}`,
      [personId],
    );
    if (person) await this.recount(em, personId, person.example_count);
    await this.audits.changed(em, personId);
  }

  private async recount(em: EntityManager, personId: number, before: number): Promise<void> {
    const [row] = await select<{ n: number }>(
      em,
      "SELECT COUNT(DISTINCT content_hash) AS n FROM example WHERE person_id = ? AND state = 'present'",
      [personId],
    );
    const after = row?.n ?? 0;
    await execute(em, 'UPDATE person SET example_count = ? WHERE id = ?', [after, personId]);
    await this.counters.examplesCounted(em, before, after);
  }
}
