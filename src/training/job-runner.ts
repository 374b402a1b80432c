import { Injectable } from '@nestjs/common';
import { FaceEngine } from '../compreface/face-engine.js';
import { Database } from '../database/database.js';
import { execute } from '../database/sql.js';
import { Person } from '../persons/entities/person.entity.js';
import { ValidationService } from '../validation/validation.service.js';
import { CollectionCheck } from './collection-check.js';
import { Convergence } from './convergence.js';
import type { HeldJob } from './held-job.js';
import { JobEvents } from './job-events.js';
import { type FaceCounts, JobFaces } from './job-faces.js';
import { type Ending, type JobError, successRate } from './job-endings.js';
import { guardJob } from './job-guard.js';

/** How one attempt on a job came out, when nothing went wrong that ends it early. */
export type AttemptResult =
  | { readonly kind: 'ended'; readonly ending: Omit<Ending, 'activeMs'>; readonly report?: string }
  /** Uploads of unknown outcome have to settle first. */
  | { readonly kind: 'settling'; readonly waitMs: number };

/** Does what a claimed job is there for. Errors and stops are thrown; `job-execution.ts` says what follows from them. */
@Injectable()
export class JobRunner {
  constructor(
    private readonly engine: FaceEngine,
    private readonly db: Database,
    private readonly faces: JobFaces,
    private readonly convergence: Convergence,
    private readonly check: CollectionCheck,
  ) {}

  /** Brings the person's examples in line with the eligible faces. */
  async train(held: HeldJob): Promise<AttemptResult> {
    const { claim } = held;
    // 1. Who is it? A person that is gone is not trained.
    const person = await this.db.reader.findOneBy(Person, { id: claim.personId });
    if (!person) return { kind: 'ended', ending: { state: 'cancelled', error: PERSON_GONE, successRate: 0 } };
    // 2. What is to be reached: the eligible faces as they are now, or as the first attempt found them.
    const { generation } = await this.faces.takeSnapshot(claim);
    const plan = { subject: person.subject, generation, full: claim.trainingType === 'full' };
    // 3. Somewhere to put them, made before any upload: two first uploads at once would race to make the subject.
    await this.engine.createSubject(plan.subject, held.signal);
    // 4. What a former attempt was about to take out goes first.
    await this.check.removeLeaving(claim.personId, held.signal);
    // 5. Send, settle and verify until CompreFace has every face that it can have.
    const reached = await this.convergence.bringIn(held, plan);
    if (reached.kind === 'settling') return reached;
    // 6. Only now, with the new examples in, take the old ones out, and look once more.
    const counts = await this.faces.count(claim.id);
    if (trainedOf(counts) > 0 || counts.planned === 0) {
      await this.check.withdrawStale(held, plan);
      const last = await this.check.verify(held, plan);
      if (last.missing.length > 0) return { kind: 'settling', waitMs: 0 };
    }
    // 7. Say how it went.
    return { kind: 'ended', ending: endingFor(await this.faces.count(claim.id)) };
  }
}

/** Measures, and writes nothing to the collection. */
@Injectable()
export class ValidationRunner {
  constructor(
    private readonly validation: ValidationService,
    private readonly faces: JobFaces,
    private readonly events: JobEvents,
    private readonly db: Database,
  ) {}

  async validate(held: HeldJob): Promise<AttemptResult> {
    const { claim } = held;
    await this.faces.takeSnapshot(claim);
    const report = await this.validation.measure(claim.personId, () => {
      held.checkHeld();
    });
    await this.db.write(async (em) => {
      await guardJob(em, claim);
      await execute(em, "UPDATE job_face SET outcome = 'unchanged' WHERE job_id = ? AND outcome IS NULL", [claim.id]);
      await this.events.add(
        em,
        claim.id,
        claim.epoch,
        'verified',
        `${report.genuine_trials} genuine and ${report.impostor_trials} impostor trials`,
      );
    });
    return {
      kind: 'ended',
      ending: { state: 'completed', error: null, successRate: report.rank1_rate ?? 0 },
      report: JSON.stringify(report),
    };
  }
}

const PERSON_GONE: JobError = { code: 'NOT_FOUND', message: 'The person was deleted' };

function trainedOf(counts: FaceCounts): number {
  return counts.added + counts.unchanged;
}

/** Failed only when not one face could be trained; a rejected face does not fail a job. */
function endingFor(counts: FaceCounts): Omit<Ending, 'activeMs'> {
  const trained = trainedOf(counts);
  const rate = successRate(trained, counts.planned);
  if (trained > 0) return { state: 'completed', error: null, successRate: rate };
  const error =
    counts.planned === 0
      ? {
          code: 'INSUFFICIENT_DATA',
          message: 'The person has no eligible face any more: assign faces, then train again',
        }
      : {
          code: 'NO_FACE_TRAINED',
          message: `None of the ${counts.planned} faces could be trained: the job's faces say why`,
        };
  return { state: 'failed', error, successRate: 0 };
}
