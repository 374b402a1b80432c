import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { FaceEngine } from '../compreface/face-engine.js';
import { Database } from '../database/database.js';
import { select } from '../database/sql.js';
import { ELIGIBLE_SQL } from '../persons/face-state.js';
import { type HeldJob } from './held-job.js';
import { JobFaces } from './job-faces.js';
import { JobStore } from './job-store.js';
import { Ledger, type LedgerRow } from './ledger.js';
import { Settlement } from './settlement.js';
import type { TrainingPlan } from './upload-feed.js';

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
    private readonly settlement: Settlement,
    private readonly jobs: JobStore,
    private readonly faces: JobFaces,
  ) {}

  /** Both ways: missing ones are open again, second copies of ours leave, what is not ours stays. */
  async verify(held: HeldJob, plan: TrainingPlan): Promise<CheckResult> {
    const { claim, signal } = held;
    const listed = await this.engine.listExamples(plan.subject, signal);
    const ids = new Set(listed.map(({ imageId }) => imageId));
    const rows = await this.ledger.rowsOf(claim.personId);
    const missing = rows.filter((row) => row.state === 'present' && row.image_id !== null && !ids.has(row.image_id));
    if (missing.length > 0) await this.reopen(held, missing);
    const ours = new Set(rows.filter(({ state }) => state === 'present').map(({ content_hash }) => content_hash));
    const copies: string[] = [];
    const extra = await this.settlement.withoutKnown(listed);
    for (const imageId of extra) {
      const hash = await this.settlement.contentHash(imageId, signal);
      if (hash !== null && ours.has(hash)) copies.push(imageId);
    }
    held.checkHeld();
    if (copies.length > 0) await this.engine.removeExamples(copies, signal);
    return {
      missing: missing.map((row) => row.content_hash),
      duplicates: copies.length,
      foreign: extra.length - copies.length,
    };
  }

  /**
   * Removes what must not be there any more: examples of faces that are no longer eligible, and all but the newest of each content.
   * After a full training that is everything of the generations before.
   */
  async withdrawStale(held: HeldJob, plan: TrainingPlan): Promise<void> {
    const { claim } = held;
    await this.db.write(async (em) => {
      await this.jobs.guard(em, claim);
      const rows = (await this.ledger.rowsOf(claim.personId, em)).filter(({ state }) => state === 'present');
      const wanted = await this.wantedHashes(em, claim.personId);
      const newest = newestOf(rows);
      const stale = rows.filter((row) =>
        plan.full
          ? row.generation !== plan.generation
          : !wanted.has(row.content_hash) || newest.get(row.content_hash) !== row,
      );
      const gone = stale.filter((row) => !wanted.has(row.content_hash));
      for (const row of gone) await this.faces.addRemoved(em, claim.id, row.face_id, row.content_hash);
      await this.ledger.markLeaving(
        em,
        stale.map(({ id }) => id),
      );
      // A rejection by an older generation says nothing about the newest.
      const old = (await this.ledger.rowsOf(claim.personId, em)).filter(
        (row) => row.state === 'rejected' && row.generation < plan.generation,
      );
      await this.ledger.forget(
        old.map(({ id }) => id),
        em,
      );
    });
    held.checkHeld();
    await this.removeLeaving(claim.personId, held.signal);
  }

  /** Takes all leaving examples of a person out of CompreFace; removing one that is gone already is success. */
  async removeLeaving(personId: number, signal?: AbortSignal): Promise<number> {
    const leaving = (await this.ledger.rowsOf(personId)).filter(({ state }) => state === 'leaving');
    const ids = leaving.flatMap((row) => (row.image_id === null ? [] : [row.image_id]));
    if (ids.length > 0) await this.engine.removeExamples(ids, signal);
    await this.ledger.forget(leaving.map(({ id }) => id));
    return leaving.length;
  }

  private async reopen(held: HeldJob, missing: readonly LedgerRow[]): Promise<void> {
    await this.db.write(async (em) => {
      await this.jobs.guard(em, held.claim);
      await this.ledger.forget(
        missing.map(({ id }) => id),
        em,
      );
      await this.faces.reopen(
        em,
        held.claim.id,
        missing.map(({ content_hash }) => content_hash),
      );
    });
  }

  /** Contents of the person's eligible faces. */
  private async wantedHashes(em: EntityManager, personId: number): Promise<Set<string>> {
    const rows = await select<{ content_hash: string }>(
      em,
      `SELECT f.content_hash FROM face f WHERE f.person_id = ? AND ${ELIGIBLE_SQL}`,
      [personId],
    );
    return new Set(rows.map((row) => row.content_hash));
  }
}

function newestOf(rows: readonly LedgerRow[]): ReadonlyMap<string, LedgerRow> {
  const newest = new Map<string, LedgerRow>();
  for (const row of rows) {
    const known = newest.get(row.content_hash);
    if (!known || row.generation > known.generation) newest.set(row.content_hash, row);
  }
  return newest;
}
