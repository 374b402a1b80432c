import { Injectable } from '@nestjs/common';
import { FaceEngine } from '../compreface/face-engine.js';
import { FaceEngineError } from '../compreface/face-engine-error.js';
import { CompreFaceOptions } from '../compreface/http/compreface-options.js';
import { Database } from '../database/database.js';
import { MissingFileError } from '../persons/photos/photo-store.js';
import { CollectionCheck } from './collection-check.js';
import { ExampleUploads, isHopeless, type PassSummary } from './example-uploads.js';
import type { HeldJob } from './held-job.js';
import { JobEvents } from './job-events.js';
import { JobFaces } from './job-faces.js';
import { guardJob } from './job-guard.js';
import { Settlement } from './settlement.js';
import type { TrainingPlan } from './upload-feed.js';

const MAX_ROUNDS = 8;

export type BroughtIn = { readonly kind: 'in' } | { readonly kind: 'settling'; readonly waitMs: number };

/** Brings the open faces of a job in: sends, settles what is unknown, verifies, and begins again with what is missing. */
@Injectable()
export class Convergence {
  constructor(
    private readonly engine: FaceEngine,
    private readonly options: CompreFaceOptions,
    private readonly uploads: ExampleUploads,
    private readonly settlement: Settlement,
    private readonly check: CollectionCheck,
    private readonly faces: JobFaces,
    private readonly events: JobEvents,
    private readonly db: Database,
  ) {}

  /** Throws `FaceEngineError` when CompreFace is away, `MissingFileError` when a stored crop is gone, `StoppedError`. */
  async bringIn(held: HeldJob, plan: TrainingPlan): Promise<BroughtIn> {
    const { claim } = held;
    for (let round = 1; round <= MAX_ROUNDS; round += 1) {
      const before = await this.settlement.settle(claim.personId, plan.subject, held.signal);
      const pass = await this.uploads.pass(held, plan);
      await this.countUnknown(held, pass);
      if (pass.outage) throw new FaceEngineError(pass.outage, this.options.shownUrl);
      const after =
        pass.unknown.length > 0 ? await this.settlement.settle(claim.personId, plan.subject, held.signal) : before;
      if (after.waitMs !== null) return { kind: 'settling', waitMs: after.waitMs };
      const { open } = await this.faces.count(claim.id);
      if (pass.missingFiles > 0 && open > 0 && pass.again === 0 && pass.stored === 0) throw new MissingFileError();
      if (open > 0) continue;
      if (await this.isVerified(held, plan)) return { kind: 'in' };
    }
    return { kind: 'settling', waitMs: this.engine.settleMs };
  }

  private async isVerified(held: HeldJob, plan: TrainingPlan): Promise<boolean> {
    const { missing, duplicates, foreign } = await this.check.verify(held, plan);
    const { claim } = held;
    await this.db.write(async (em) => {
      await guardJob(em, claim);
      const detail = `${missing.length} missing, ${duplicates} copies removed, ${foreign} not ours`;
      await this.events.add(em, claim.id, claim.epoch, 'verified', detail);
    });
    return missing.length === 0 && duplicates === 0;
  }

  /** A face whose upload stays unknown again and again while others go through is given up, so that it cannot hold the job for ever. */
  private async countUnknown(held: HeldJob, pass: PassSummary): Promise<void> {
    if (pass.stored === 0) return;
    await this.db.write(async (em) => {
      await guardJob(em, held.claim);
      for (const face of pass.unknown) {
        await this.faces.countUnknown(em, held.claim.id, face.faceId);
        if (isHopeless(face, pass.stored)) {
          await this.faces.settle(
            em,
            held.claim.id,
            face.faceId,
            'rejected',
            'SERVICE_REFUSED',
            'CompreFace gives no clear answer for this image: use another photo',
          );
        }
      }
    });
  }
}
