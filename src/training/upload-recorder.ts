import type { EntityManager } from 'typeorm';
import type { Database } from '../database/database.js';
import type { HeldJob } from './held-job.js';
import { LostJobError } from './held-job.js';
import type { JobFaces, OpenFace } from './job-faces.js';
import { guardJob } from './job-guard.js';
import type { FaceOutcome } from './job-state.js';
import type { Ledger } from './ledger.js';
import type { UploadVerdict } from './upload-verdict.js';

const FLUSH_SIZE = 16;
const FLUSH_MS = 200;

/** An outcome that needs no upload. */
interface Settled {
  readonly outcome: FaceOutcome;
  readonly code?: string;
  readonly message?: string;
}

type Entry = { readonly face: OpenFace } & ({ readonly verdict: UploadVerdict } | { readonly settled: Settled });

/** Writes outcomes down within 200 ms or every 16, guarded by the job's epoch: a crash forgets no more than that. */
export class UploadRecorder {
  private entries: Entry[] = [];
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();
  private failure: unknown = null;

  constructor(
    private readonly held: HeldJob,
    private readonly generation: number,
    private readonly parts: {
      readonly db: Database;
      readonly faces: JobFaces;
      readonly ledger: Ledger;
    },
  ) {}

  record(face: OpenFace, verdict: UploadVerdict): void {
    this.add({ face, verdict });
  }

  settle(face: OpenFace, settled: Settled): void {
    this.add({ face, settled });
  }

  /** Waits until everything is written. Throws what kept it from being written. */
  async flush(): Promise<void> {
    this.write();
    await this.writing;
    if (this.failure) throw this.failure as Error;
  }

  private add(entry: Entry): void {
    this.entries.push(entry);
    if (this.entries.length >= FLUSH_SIZE) this.write();
    else
      this.timer ??= setTimeout(() => {
        this.write();
      }, FLUSH_MS);
  }

  private write(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.entries.length === 0) return;
    const entries = this.entries;
    this.entries = [];
    this.writing = this.writing
      .then(() => (this.failure ? undefined : this.parts.db.write((em) => this.writeEntries(em, entries))))
      .catch((error: unknown) => {
        this.failure = error;
        this.held.loseOutcomes();
        this.held.stop(error instanceof LostJobError ? 'lost' : 'shutdown');
      });
  }

  private async writeEntries(em: EntityManager, entries: readonly Entry[]): Promise<void> {
    const of = (outcome: FaceOutcome): number => entries.filter((entry) => outcomeOf(entry) === outcome).length;
    // Progress proves that the job does not kill its process: the crashes are forgotten.
    const progress = of('added') + of('rejected') > 0 ? 'crashes = 0, outages = 0, ' : '';
    await guardJob(
      em,
      this.held.claim,
      `${progress}faces_added = faces_added + ?, faces_unchanged = faces_unchanged + ?, faces_failed = faces_failed + ?`,
      [of('added'), of('unchanged'), of('rejected') + of('failed')],
    );
    for (const entry of entries) {
      if ('settled' in entry) await this.writeSettled(em, entry.face, entry.settled);
      else await this.writeVerdict(em, entry.face, entry.verdict);
    }
  }

  private writeSettled(em: EntityManager, face: OpenFace, settled: Settled): Promise<void> {
    return this.parts.faces.settle(
      em,
      this.held.claim.id,
      face.faceId,
      settled.outcome,
      settled.code ?? null,
      settled.message ?? null,
    );
  }

  private async writeVerdict(em: EntityManager, face: OpenFace, verdict: UploadVerdict): Promise<void> {
    const { faces, ledger } = this.parts;
    const { id, personId } = this.held.claim;
    switch (verdict.kind) {
      case 'added':
        await ledger.stored(em, this.held.claim, this.generation, face, verdict.imageId);
        return faces.settle(em, id, face.faceId, 'added');
      case 'rejected':
        await ledger.rejected(em, personId, this.generation, face.contentHash, verdict.code, verdict.message);
        return faces.settle(em, id, face.faceId, 'rejected', verdict.code, verdict.message);
      case 'again':
        await faces.noteBreak(em, id, face.faceId);
        return ledger.notSent(em, personId, this.generation, [face.contentHash]);
      case 'unsent':
      case 'outage':
        return ledger.notSent(em, personId, this.generation, [face.contentHash]);
      case 'unknown':
        return ledger.unsettled(em, personId, this.generation, face.contentHash);
    }
  }
}

function outcomeOf(entry: Entry): FaceOutcome | null {
  if ('settled' in entry) return entry.settled.outcome;
  return entry.verdict.kind === 'added' || entry.verdict.kind === 'rejected' ? entry.verdict.kind : null;
}
