import { Injectable } from '@nestjs/common';
import { FaceEngine } from '../compreface/face-engine.js';
import { Database } from '../database/database.js';
import { select } from '../database/sql.js';
import { CollectionCheck } from './collection-check.js';
import { PersonTraining } from './person-training.js';
import { Settlement } from './settlement.js';

const BATCH = 20;

/** What ended jobs left behind: uploads of unknown outcome, and examples that were about to be removed. */
@Injectable()
export class Leftovers {
  constructor(
    private readonly engine: FaceEngine,
    private readonly db: Database,
    private readonly settlement: Settlement,
    private readonly check: CollectionCheck,
    private readonly persons: PersonTraining,
  ) {}

  /** Throws `FaceEngineError` when CompreFace cannot be asked. Returns for how many persons something was tidied up. */
  async tidyUp(signal?: AbortSignal): Promise<number> {
    const due = await select<{ id: number; subject: string }>(
      this.db.reader,
      `SELECT DISTINCT p.id, p.subject FROM example e JOIN person p ON p.id = e.person_id
       WHERE (e.state = 'leaving' OR (e.state = 'announced' AND e.intent_at <= ${this.db.now} - ?))
         AND NOT EXISTS (SELECT 1 FROM training_job j WHERE j.active_person_id = p.id AND j.begun = 1)
       ORDER BY p.id LIMIT ${BATCH}`,
      [this.engine.settleMs],
    );
    // One person that cannot be tidied up holds up nobody else.
    const failures: unknown[] = [];
    for (const { id, subject } of due) {
      if (signal?.aborted) break;
      await this.tidyUpOne(id, subject).catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0] as Error;
    return due.length;
  }

  private async tidyUpOne(id: number, subject: string): Promise<void> {
    // A job may have begun since the list was read: what it has announced is under way.
    const begun = await select(this.db.reader, 'SELECT id FROM training_job WHERE active_person_id = ? AND begun = 1', [
      id,
    ]);
    if (begun.length > 0) return;
    await this.settlement.settle(id, subject);
    await this.check.removeLeaving(id);
    await this.db.write((em) => this.persons.countExamples(em, id));
  }
}
