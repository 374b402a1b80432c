import { Injectable } from '@nestjs/common';
import { type EngineFailure, FaceEngine } from '../compreface/face-engine.js';
import { Database } from '../database/database.js';
import { MissingFileError, PhotoStore } from '../persons/photos/photo-store.js';
import { Clock } from '../time/clock.js';
import { ExampleCanary } from './example-canary.js';
import { type HeldJob, StoppedError } from './held-job.js';
import { JobFaces, type OpenFace } from './job-faces.js';
import { MAX_ATTEMPTS } from './job-state.js';
import { Ledger } from './ledger.js';
import { type TrainingPlan, UploadFeed } from './upload-feed.js';
import { UploadRecorder } from './upload-recorder.js';
import { type FaceReasonCode, judgeUpload, type UploadVerdict } from './upload-verdict.js';

/** Uploads of one job under way at once; the engine's own adaptive limit is below it. */
const LANES = 64;
const MAX_UNKNOWN_TRIES = 5;
/** Verdicts on a photo that may be a fault of CompreFace after all. */
const DOUBTED: ReadonlySet<FaceReasonCode> = new Set(['NO_FACE', 'SERVICE_REFUSED']);

/** How a pass over the open faces went. */
export interface PassSummary {
  readonly stored: number;
  /** Why the pass stopped early; null when it came to its end. */
  readonly outage: EngineFailure | null;
  /** Faces of unknown outcome, and those to be tried once more. */
  readonly unknown: readonly OpenFace[];
  readonly again: number;
  readonly missingFiles: number;
}

/** Sends a job's open faces to CompreFace: announced first, in parallel, each outcome written down. */
@Injectable()
export class ExampleUploads {
  constructor(
    private readonly engine: FaceEngine,
    private readonly store: PhotoStore,
    private readonly db: Database,
    private readonly faces: JobFaces,
    private readonly ledger: Ledger,
    private readonly canary: ExampleCanary,
    private readonly clock: Clock,
  ) {}

  /** One pass over the open faces. Throws `StoppedError` when the work is to stop; what was confirmed by then is written down. */
  async pass(held: HeldJob, plan: TrainingPlan): Promise<PassSummary> {
    const recorder = this.recorderFor(held, plan);
    const feed = new UploadFeed(held, plan, this.faces, this.ledger, recorder);
    const pass = new Pass();
    const lanes = await Promise.allSettled(
      Array.from({ length: LANES }, () => this.lane(held, plan, feed, recorder, pass)),
    );
    // Also when the lease may be out: what is written is guarded, and says what CompreFace confirmed.
    await recorder.flush();
    const broken = lanes.find((lane) => lane.status === 'rejected');
    if (held.signal.aborted) throw new StoppedError(held.stopReason ?? 'lost');
    if (broken) throw broken.reason as Error;
    return pass;
  }

  private async lane(
    held: HeldJob,
    plan: TrainingPlan,
    feed: UploadFeed,
    recorder: UploadRecorder,
    pass: Pass,
  ): Promise<void> {
    try {
      for (;;) {
        held.checkHeld();
        const face = pass.outage ? null : await feed.next();
        if (!face) return;
        const jpeg = await this.prepare(held, face, recorder, pass);
        if (jpeg) {
          const verdict = await this.send(held, plan, face, jpeg);
          recorder.record(face, verdict);
          pass.note(face, verdict);
        }
        feed.resolved();
      }
    } finally {
      // Whoever leaves because of an outage, a stop or an error ends it for the others; at the end there is nothing left to end.
      for (const unsent of feed.end()) recorder.record(unsent, { kind: 'unsent' });
    }
  }

  private async send(held: HeldJob, plan: TrainingPlan, face: OpenFace, jpeg: Buffer): Promise<UploadVerdict> {
    // Before a photo gets its last try the core must be well: two tries within one failure of the core are one.
    const unwell = face.brokeOnce ? await this.canary.doubt(this.clock.monotonicMs()) : null;
    if (unwell) return { kind: 'outage', failure: unwell };
    let sentAtMs = this.clock.monotonicMs();
    const outcome = await this.engine.addExample(plan.subject, jpeg, held.uploadSignal, {
      signal: held.signal,
      allowed: () => {
        sentAtMs = this.clock.monotonicMs();
        return held.isHeld();
      },
    });
    const verdict = judgeUpload(outcome, face.brokeOnce);
    if (verdict.kind === 'added') this.canary.sawFace(sentAtMs);
    if (verdict.kind !== 'rejected' || !DOUBTED.has(verdict.code)) return verdict;
    const failure = await this.canary.doubt(sentAtMs, verdict.code === 'SERVICE_REFUSED');
    return failure ? { kind: 'outage', failure } : verdict;
  }

  /** The crop to send; null when its file is missing. Whatever goes wrong here, nothing was sent. */
  private async prepare(held: HeldJob, face: OpenFace, recorder: UploadRecorder, pass: Pass): Promise<Buffer | null> {
    try {
      const jpeg = await this.readCrop(face);
      // The process may have stood still since the face was handed out.
      held.checkHeld();
      if (jpeg) return jpeg;
    } catch (error) {
      recorder.record(face, { kind: 'unsent' });
      throw error;
    }
    pass.missingFiles += 1;
    recorder.record(face, { kind: 'unsent' });
    // A missing file is a fault of the installation: tried again while attempts are left, and never a verdict on the photo.
    if (held.claim.attempt >= MAX_ATTEMPTS) {
      recorder.settle(face, { outcome: 'failed', code: 'FILE_MISSING', message: new MissingFileError().message });
    }
    return null;
  }

  private readCrop(face: OpenFace): Promise<Buffer | null> {
    return this.store.read('faces', face.contentHash).catch((error: unknown) => {
      if (error instanceof MissingFileError) return null;
      throw error;
    });
  }

  private recorderFor(held: HeldJob, plan: TrainingPlan): UploadRecorder {
    const { db, faces, ledger } = this;
    return new UploadRecorder(held, plan.generation, { db, faces, ledger });
  }
}

/** Whether a face whose upload stayed unknown so often, while others went through, is to be given up. */
export function isHopeless(face: OpenFace, othersStored: number): boolean {
  return othersStored > 0 && face.unknownTries + 1 >= MAX_UNKNOWN_TRIES;
}

class Pass implements PassSummary {
  stored = 0;
  outage: EngineFailure | null = null;
  readonly unknown: OpenFace[] = [];
  again = 0;
  missingFiles = 0;

  note(face: OpenFace, verdict: ReturnType<typeof judgeUpload>): void {
    if (verdict.kind === 'added') this.stored += 1;
    if (verdict.kind === 'again') this.again += 1;
    if (verdict.kind === 'outage') this.outage ??= verdict.failure;
    if (verdict.kind === 'unknown') this.unknown.push(face);
  }
}
