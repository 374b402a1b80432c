import { Injectable, Logger } from '@nestjs/common';
import { Database } from '../database/database.js';
import { select } from '../database/sql.js';
import { AuditPlan, type DueAudit } from './audit-plan.js';
import { ConsistencyOfPerson } from './consistency-of-person.js';

/** Persons looked at in one round: the daily looks are to be no load. */
const BATCH = 5;
const LAST_STAGE_OF_DELETED = 1;

/**
 * Looks at persons again after their training: an upload that was given up may arrive late, and examples may vanish. When too many
 * differ, somebody wiped or restored CompreFace: then it stops and says so, instead of sending everything anew.
 */
@Injectable()
export class Audit {
  private readonly logger = new Logger('Audit');
  private alerted = false;

  constructor(
    private readonly db: Database,
    private readonly plan: AuditPlan,
    private readonly consistency: ConsistencyOfPerson,
  ) {}

  /** Looks at some of the persons that are due. Throws `FaceEngineError` when CompreFace cannot be asked. Returns how many it looked at. */
  async carryOutDue(signal?: AbortSignal): Promise<number> {
    let done = 0;
    for (const due of await this.plan.due(BATCH)) {
      if (signal?.aborted || (await this.isStopped())) return done;
      if (!(await this.plan.claim(due))) continue;
      await this.examine(due);
      done += 1;
    }
    return done;
  }

  private async isStopped(): Promise<boolean> {
    const { stopped, audited, differing } = await this.plan.state();
    if (stopped && !this.alerted) {
      this.logger.error(
        `${differing} of the ${audited} persons looked at last have lost examples in CompreFace: was it wiped or restored? ` +
          'Nothing is sent anew by itself. See GET /api/compreface/consistency, then POST /api/compreface/consistency/repair',
      );
    }
    this.alerted = stopped;
    return stopped;
  }

  private async examine(due: DueAudit): Promise<void> {
    const personId = due.person_id;
    const [person] = await select<{ subject: string }>(this.db.reader, 'SELECT subject FROM person WHERE id = ?', [
      personId,
    ]);
    if (!person) return this.examineDeleted(due);
    if (await this.consistency.isInTraining(personId)) return this.plan.leaveToJob(due);
    const difference = await this.consistency.look(personId, person.subject);
    const { missing, copies, strays, unrecorded, unsettled } = difference;
    const clean = missing.length + copies.length + strays.length + unrecorded.length + unsettled.length === 0;
    const differed = missing.length > 0;
    await this.plan.record(due, { clean, differed });
    if (clean || (await this.isStopped())) return;
    const lost = missing.length + unrecorded.length;
    await this.consistency.mend(
      difference,
      `Audit: CompreFace had lost ${lost} ${lost === 1 ? 'example' : 'examples'}`,
    );
  }

  private async examineDeleted(due: DueAudit): Promise<void> {
    const [withdrawal] = await select<{ subject: string; state: string }>(
      this.db.reader,
      'SELECT subject, state FROM withdrawal WHERE person_id = ? AND content_hash IS NULL ORDER BY id DESC LIMIT 1',
      [due.person_id],
    );
    if (withdrawal?.state === 'pending') return;
    if (withdrawal) await this.consistency.tidyUpDeleted(due.person_id, withdrawal.subject);
    if (!withdrawal || due.stage >= LAST_STAGE_OF_DELETED) await this.plan.forget(due.person_id);
    else await this.plan.record(due, { clean: true, differed: false });
  }
}
