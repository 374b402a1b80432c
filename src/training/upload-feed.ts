import type { ExampleState } from './entities/example.entity.js';
import type { HeldJob } from './held-job.js';
import type { JobFaces, OpenFace } from './job-faces.js';
import { NO_LONGER } from './job-faces.js';
import type { Ledger, LedgerRow } from './ledger.js';
import type { UploadRecorder } from './upload-recorder.js';

/** What a training is to reach. */
export interface TrainingPlan {
  readonly subject: string;
  readonly generation: number;
  /** Full: every face is sent anew. Otherwise only those without an example. */
  readonly full: boolean;
}

/**
 * Hands out the faces to be sent. At no time are more faces announced without a known outcome than one batch holds, so that a crash
 * leaves no more than that to be settled; the next ones are announced when half of them are through, so that nobody waits for the last.
 */
export class UploadFeed {
  private readonly ready: OpenFace[] = [];
  private readonly waiting: (() => void)[] = [];
  private cursor = 0;
  private unresolved = 0;
  private ended = false;
  private filling: Promise<void> | null = null;

  constructor(
    private readonly held: HeldJob,
    private readonly plan: TrainingPlan,
    private readonly faces: JobFaces,
    private readonly ledger: Ledger,
    private readonly recorder: UploadRecorder,
  ) {}

  /** The next face to send; null when there is none left. Each must be given back with `resolved`. */
  async next(): Promise<OpenFace | null> {
    for (;;) {
      const face = this.ready.shift();
      if (face) return face;
      if (this.ended) return null;
      if (this.unresolved <= this.held.claim.maxFacesPerBatch / 2) await this.fillOnce();
      else await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  /** A face that was handed out is through, one way or another. */
  resolved(): void {
    this.unresolved -= 1;
    this.wake();
  }

  /** Ends the feed; what was announced and not handed out is certain not to have been sent. */
  end(): OpenFace[] {
    this.ended = true;
    this.wake();
    return this.ready.splice(0);
  }

  private wake(): void {
    for (const go of this.waiting.splice(0)) go();
  }

  private fillOnce(): Promise<void> {
    this.filling ??= this.fill().finally(() => {
      this.filling = null;
      this.wake();
    });
    return this.filling;
  }

  private async fill(): Promise<void> {
    const { claim } = this.held;
    this.held.checkHeld();
    const batch = await this.faces.open(claim.id, this.cursor, claim.maxFacesPerBatch - this.unresolved);
    const last = batch.at(-1);
    if (!last) {
      this.ended = true;
      return;
    }
    this.cursor = last.faceId;
    const toSend = await this.withoutSettled(batch);
    if (toSend.length === 0) return;
    const { announced, ineligible } = await this.ledger.announce(claim, this.plan.generation, toSend);
    for (const face of toSend) {
      if (announced.has(face.faceId)) {
        this.unresolved += 1;
        this.ready.push(face);
      } else if (ineligible.has(face.faceId))
        this.recorder.settle(face, { outcome: 'failed', code: 'NO_LONGER_ELIGIBLE', message: NO_LONGER });
    }
  }

  /** Leaves out the faces whose outcome the ledger knows, and those whose upload is still unsettled. */
  private async withoutSettled(batch: readonly OpenFace[]): Promise<OpenFace[]> {
    const rows = await this.ledger.rowsFor(
      this.held.claim.personId,
      batch.map(({ contentHash }) => contentHash),
    );
    const toSend: OpenFace[] = [];
    for (const face of batch) {
      const own = rows.filter((row) => row.content_hash === face.contentHash && this.counts(row));
      if (own.length === 0) toSend.push(face);
      else this.settleByLedger(face, own);
    }
    return toSend;
  }

  private counts(row: LedgerRow): boolean {
    if (row.state === 'leaving') return false;
    return !this.plan.full || row.generation === this.plan.generation;
  }

  private settleByLedger(face: OpenFace, rows: readonly LedgerRow[]): void {
    const in_ = (state: ExampleState): LedgerRow | undefined => rows.find((row) => row.state === state);
    const present = in_('present');
    if (present) this.recorder.settle(face, { outcome: present.job_id === this.held.claim.id ? 'added' : 'unchanged' });
    // An announced one stays open until it is settled.
    if (present || in_('announced')) return;
    const rejected = in_('rejected');
    if (rejected) {
      this.recorder.settle(face, {
        outcome: 'rejected',
        code: rejected.reason_code ?? '',
        message: rejected.reason_message ?? '',
      });
    }
  }
}
