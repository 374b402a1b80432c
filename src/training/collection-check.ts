import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { FaceEngine } from '../compreface/face-engine.js';
import { Database } from '../database/database.js';
import { placeholders, select } from '../database/sql.js';
import { ELIGIBLE_BY_CONTENT_SQL } from '../persons/face-state.js';
import { type HeldJob } from './held-job.js';
import { JobFaces } from './job-faces.js';
import { guardJob } from './job-guard.js';
import { idsOf, Ledger, type LedgerRow } from './ledger.js';
import type { TrainingPlan } from './upload-feed.js';
import { UnnamedExamples } from './unnamed-examples.js';

/** What a comparison of ledger and collection found, and mended. */
export interface CheckResult {
  /** Contents that CompreFace does not have although it confirmed them: to be sent again. */
  readonly missing: readonly string[];
  /** Second copies of our own, removed. */
  readonly duplicates: number;
  /** Examples under the subject that we did not add: left alone. */
  readonly foreign: number;
}

/** Compares one person's examples in CompreFace with the ledger, and takes out what is to leave. */
@Injectable()
export class CollectionCheck {
  constructor(
    private readonly engine: FaceEngine,
    private readonly db: Database,
    private readonly ledger: Ledger,
    private readonly unnamed: UnnamedExamples,
    private readonly faces: JobFaces,
  ) {}

  /** Both ways: missing ones are open again, second copies of ours leave, what is not ours stays. */
  async verify(held: HeldJob, plan: TrainingPlan): Promise<CheckResult> {
    const { claim, signal } = held;
    const listed = await this.imageIds(plan, signal);
    const ids = new Set(listed);
    const missing: LedgerRow[] = [];
    for await (const rows of this.ledger.pagesOf(claim.personId, 'present')) {
      missing.push(...rows.filter((row) => row.image_id !== null && !ids.has(row.image_id)));
    }
    held.checkHeld();
    const copies: string[] = [];
    let followed = 0;
    const extra = await this.unnamed.amongIds(listed);
    for (const imageId of extra) {
      const hash = await this.unnamed.contentHash(imageId, signal);
      if (hash === null) continue;
      // What is missing under one id and there under another is no second copy: CompreFace was restored from a backup.
      const moved = missing.find(({ content_hash }) => content_hash === hash);
      if (moved && (await this.ledger.follow(moved, imageId))) {
        missing.splice(missing.indexOf(moved), 1);
        followed += 1;
      } else if (await this.isPresent(claim.personId, hash)) copies.push(imageId);
    }
    if (missing.length > 0) await this.reopen(held, missing);
    held.checkHeld();
    if (copies.length > 0) await this.engine.removeExamples(copies, signal);
    return {
      missing: missing.map((row) => row.content_hash),
      duplicates: copies.length,
      foreign: extra.length - copies.length - followed,
    };
  }

  /**
   * Removes what must not be there any more: examples of faces that are no longer eligible, and all but the newest of each content. After
   * a full training that is everything of the generations before, but for what could not be sent anew: that is all there is of it.
   */
  async withdrawStale(held: HeldJob, plan: TrainingPlan): Promise<void> {
    const { claim } = held;
    await this.db.write(async (em) => {
      await guardJob(em, claim);
      for await (const rows of this.ledger.pagesOf(claim.personId, 'present', em)) {
        const wanted = await this.wantedOf(em, claim.personId, rows);
        const newest = await this.newestOf(em, claim.personId, rows);
        const gone = rows.filter((row) => !wanted.has(row.content_hash));
        const stale = rows.filter(
          (row) => !wanted.has(row.content_hash) || newest.get(row.content_hash) !== row.generation,
        );
        for (const row of gone) await this.faces.addRemoved(em, claim.id, row.face_id, row.content_hash);
        await this.ledger.markLeaving(em, claim.personId, idsOf(stale));
      }
      await this.ledger.forgetRejected(em, claim.personId, plan.generation);
    });
    held.checkHeld();
    await this.removeLeaving(claim.personId, held.signal);
  }

  /** Takes all leaving examples of a person out of CompreFace; removing one that is gone already is success. */
  async removeLeaving(personId: number, signal?: AbortSignal): Promise<number> {
    let removed = 0;
    for await (const leaving of this.ledger.pagesOf(personId, 'leaving')) {
      const ids = leaving.flatMap((row) => (row.image_id === null ? [] : [row.image_id]));
      if (ids.length > 0) await this.engine.removeExamples(ids, signal);
      await this.ledger.forget(idsOf(leaving));
      removed += leaving.length;
    }
    return removed;
  }

  private async reopen(held: HeldJob, missing: readonly LedgerRow[]): Promise<void> {
    await this.db.write(async (em) => {
      await guardJob(em, held.claim);
      await this.ledger.forget(idsOf(missing), em);
      await this.faces.reopen(
        em,
        held.claim.id,
        missing.map(({ content_hash }) => content_hash),
      );
    });
  }

  /** Only the ids are kept: of all that a training holds in memory, they alone grow with the number of faces. */
  private async imageIds({ subject }: TrainingPlan, signal: AbortSignal): Promise<string[]> {
    return (await this.engine.listExamples(subject, signal)).map(({ imageId }) => imageId);
  }

  private async isPresent(personId: number, hash: string): Promise<boolean> {
    return (await this.ledger.rowsFor(personId, [hash])).some(({ state }) => state === 'present');
  }

  /** Which contents of these rows are of eligible faces of the person. */
  private async wantedOf(em: EntityManager, personId: number, rows: readonly LedgerRow[]): Promise<Set<string>> {
    const hashes = rows.map((row) => row.content_hash);
    const faces = await select<{ content_hash: string }>(
      em,
      `SELECT f.content_hash FROM face f WHERE f.person_id = ? AND f.content_hash IN (${placeholders(hashes)}) AND ${ELIGIBLE_BY_CONTENT_SQL}`,
      [personId, ...hashes],
    );
    return new Set(faces.map((face) => face.content_hash));
  }

  /** The newest generation in which each content of these rows is present. */
  private async newestOf(
    em: EntityManager,
    personId: number,
    rows: readonly LedgerRow[],
  ): Promise<ReadonlyMap<string, number>> {
    const hashes = rows.map((row) => row.content_hash);
    const newest = new Map<string, number>();
    for (const { state, content_hash: hash, generation } of await this.ledger.rowsFor(personId, hashes, em)) {
      if (state === 'present') newest.set(hash, Math.max(generation, newest.get(hash) ?? 0));
    }
    return newest;
  }
}
