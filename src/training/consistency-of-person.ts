import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { FaceEngine } from '../compreface/face-engine.js';
import { Database } from '../database/database.js';
import { placeholders, select, unindexed } from '../database/sql.js';
import { DomainError } from '../errors/domain-error.js';
import { ELIGIBLE_SQL } from '../persons/face-state.js';
import { CollectionCheck } from './collection-check.js';
import { JobQueue } from './job-queue.js';
import { Ledger, type LedgerRow } from './ledger.js';
import { PersonTraining } from './person-training.js';
import { UnnamedExamples } from './unnamed-examples.js';

/** Examples under a person's subject that the ledger does not name, by what their bytes say. */
export interface UnknownExamples {
  /** Second copies of an example of ours. */
  readonly copies: readonly string[];
  /** Ours, and wanted by nobody any more: an upload that was given up arrived late. */
  readonly strays: readonly string[];
  /** Ours and wanted, but not in the ledger: sent anew by a training, which removes the copy. */
  readonly unrecorded: readonly string[];
  /** It may be an upload whose outcome is not settled yet. */
  readonly unsettled: readonly string[];
  /** Not ours. Never touched. */
  readonly foreign: readonly string[];
}

/** What differs between the ledger and CompreFace for one person. */
export interface PersonDifference extends UnknownExamples {
  readonly personId: number;
  readonly subject: string;
  /** CompreFace confirmed them, and does not list them under the subject any more. */
  readonly missing: readonly LedgerRow[];
}

/** What was done about the differences of a person. */
export interface Mending {
  readonly duplicatesRemoved: number;
  readonly leavingRemoved: number;
  /** The training that sends anew what is missing; null when none is needed or possible. */
  readonly jobId: number | null;
  /** Why something was left as it is; null when nothing was. */
  readonly leftAlone: 'in_training' | 'no_eligible_face' | 'queue_is_full' | null;
}

/** SQL for the rows (alias `e`) whose example must not be in CompreFace any more. */
export const MUST_LEAVE_SQL = `(${unindexed('e.state')} = 'leaving' OR (${unindexed('e.state')} = 'present' AND (
  NOT EXISTS (SELECT 1 FROM face f WHERE f.person_id = e.person_id AND f.content_hash = e.content_hash AND ${ELIGIBLE_SQL})
  OR EXISTS (SELECT 1 FROM example n WHERE n.person_id = e.person_id AND n.content_hash = e.content_hash
    AND n.generation > e.generation AND ${unindexed('n.state')} = 'present'))))`;

const NOT_QUEUED: Readonly<Record<string, Mending['leftAlone']>> = {
  ALREADY_EXISTS: 'in_training',
  INSUFFICIENT_DATA: 'no_eligible_face',
  NOT_FOUND: 'no_eligible_face',
  RATE_LIMITED: 'queue_is_full',
};

/** Compares one person's examples in CompreFace with the ledger, outside of a training, and mends what differs. */
@Injectable()
export class ConsistencyOfPerson {
  constructor(
    private readonly engine: FaceEngine,
    private readonly db: Database,
    private readonly ledger: Ledger,
    private readonly unnamed: UnnamedExamples,
    private readonly check: CollectionCheck,
    private readonly persons: PersonTraining,
    private readonly queue: JobQueue,
  ) {}

  /** Changes nothing. Also for a person that was deleted. Throws `FaceEngineError` when CompreFace cannot be asked. */
  async look(personId: number, subject: string): Promise<PersonDifference> {
    const before = await this.ledger.rowsOf(personId);
    const listed = await this.engine.listExamples(subject);
    const rows = await this.ledger.rowsOf(personId);
    const there = new Set(listed.map(({ imageId }) => imageId));
    // Whoever trains the person meanwhile may have removed the row and the example together.
    const still = new Set(rows.filter(({ state }) => state === 'present').map(({ id }) => id));
    const missing = before.filter((row) => still.has(row.id) && row.image_id !== null && !there.has(row.image_id));
    const known = new Set(before.map(({ image_id }) => image_id));
    const unknown = (await this.unnamed.among(listed)).filter((id) => !known.has(id));
    return { personId, subject, missing, ...(await this.sort(personId, unknown, missing)) };
  }

  /** Tells unknown examples under the person's subject apart by their bytes, one download each. `missing`: rows that CompreFace lacks. */
  async sort(
    personId: number,
    imageIds: readonly string[],
    missing: readonly { readonly id: number }[],
  ): Promise<UnknownExamples> {
    const sorted = { copies: [], strays: [], unrecorded: [], unsettled: [], foreign: [] } as Record<
      keyof UnknownExamples,
      string[]
    >;
    if (imageIds.length === 0) return sorted;
    // The only copy there is of a content is none to remove, whatever id the ledger has for it; a training makes the ledger follow.
    const gone = new Set(missing.map(({ id }) => id));
    const all = await this.ledger.rowsOf(personId);
    const rows = all.filter(({ id }) => !gone.has(id));
    // An upload whose answer came only after the list was read is named by now.
    const named = new Set(all.map(({ image_id }) => image_id));
    for (const imageId of imageIds.filter((id) => !named.has(id))) {
      const hash = await this.unnamed.contentHash(imageId);
      sorted[await this.kindOf(personId, hash, rows)].push(imageId);
    }
    return sorted;
  }

  /**
   * Removes second copies and what must leave, and begins an incremental training for what is missing. `misplaced`: examples of the person
   * that somebody moved to another subject. A person with an active job is left to it.
   */
  async mend(difference: PersonDifference, reason: string, misplaced: readonly string[] = []): Promise<Mending> {
    const { personId, copies, strays } = difference;
    const nothing = { duplicatesRemoved: 0, leavingRemoved: 0, jobId: null };
    if (await this.isInTraining(personId)) return { ...nothing, leftAlone: 'in_training' };
    // A training since the look may have come to name one of them: it is the only example of its content then. What was moved is named.
    const surplus = [...(await this.unnamed.amongIds([...copies, ...strays])), ...misplaced];
    if (surplus.length > 0) await this.engine.removeExamples(surplus);
    const leavingRemoved = await this.removeWhatMustLeave(personId);
    const removed = { duplicatesRemoved: surplus.length, leavingRemoved };
    const toSend = difference.missing.length + difference.unrecorded.length;
    if (toSend === 0) return { ...removed, jobId: null, leftAlone: null };
    return { ...removed, ...(await this.train(personId, reason)) };
  }

  async isInTraining(personId: number, em: EntityManager = this.db.reader): Promise<boolean> {
    return (await select(em, 'SELECT id FROM training_job WHERE active_person_id = ?', [personId])).length > 0;
  }

  private async kindOf(
    personId: number,
    hash: string | null,
    rows: readonly LedgerRow[],
  ): Promise<keyof UnknownExamples> {
    if (hash === null) return rows.some(({ state }) => state === 'announced') ? 'unsettled' : 'foreign';
    const states = rows.filter(({ content_hash }) => content_hash === hash).map(({ state }) => state);
    if (states.includes('announced')) return 'unsettled';
    if (states.includes('present')) return 'copies';
    const faces = await select<{ wanted: number }>(
      this.db.reader,
      `SELECT CASE WHEN f.person_id = ? AND ${ELIGIBLE_SQL} THEN 1 ELSE 0 END AS wanted FROM face f WHERE f.content_hash = ?`,
      [personId, hash],
    );
    if (faces.some(({ wanted }) => wanted === 1)) return 'unrecorded';
    const withdrawn = await select(
      this.db.reader,
      'SELECT id FROM withdrawal WHERE person_id = ? AND content_hash = ? LIMIT 1',
      [personId, hash],
    );
    return faces.length + withdrawn.length + states.length > 0 ? 'strays' : 'foreign';
  }

  /** Not while a job is active: it takes out by itself what it replaces. */
  private async removeWhatMustLeave(personId: number): Promise<number> {
    const leaving = await this.db.write(async (em) => {
      // The snapshot of a job takes this lock too.
      await select(em, `SELECT id FROM person WHERE id = ? ${this.db.forUpdate}`, [personId]);
      if (await this.isInTraining(personId, em)) return 0;
      const rows = await select<{ id: number }>(
        em,
        `SELECT e.id FROM example e WHERE e.person_id = ? AND ${MUST_LEAVE_SQL}`,
        [personId],
      );
      const ids = rows.map(({ id }) => id);
      await this.ledger.markLeaving(em, personId, ids);
      if (ids.length > 0) await this.persons.countExamples(em, personId);
      return ids.length;
    });
    if (leaving > 0) await this.check.removeLeaving(personId);
    return leaving;
  }

  private async train(personId: number, reason: string): Promise<Pick<Mending, 'jobId' | 'leftAlone'>> {
    try {
      const jobId = await this.queue.enqueue({
        personId,
        trainingType: 'incremental',
        minFacesThreshold: 1,
        maxFacesPerBatch: 50,
        reason,
        begun: true,
      });
      return { jobId, leftAlone: null };
    } catch (error) {
      const leftAlone = error instanceof DomainError ? NOT_QUEUED[error.code] : undefined;
      if (!leftAlone) throw error;
      return { jobId: null, leftAlone };
    }
  }

  /** For each subject of a person that was deleted for good, the person's id: nobody else can have made these names. */
  async ofDeletedPersons(subjects: readonly string[]): Promise<Map<string, number>> {
    const found = new Map<string, number>();
    for (let start = 0; start < subjects.length; start += 500) {
      const some = subjects.slice(start, start + 500);
      const rows = await select<{ subject: string; person_id: number }>(
        this.db.reader,
        `SELECT subject, person_id FROM withdrawal WHERE content_hash IS NULL AND state = 'done' AND subject IN (${placeholders(some)})`,
        some,
      );
      rows.forEach((row) => found.set(row.subject, row.person_id));
    }
    return found;
  }

  /** What arrived for a deleted person after all goes, and the subject with it when nothing else is in it. Returns what was removed. */
  async tidyUpDeleted(personId: number, subject: string): Promise<{ examples: number; subjectRemoved: boolean }> {
    const { copies, strays, foreign, unsettled } = await this.look(personId, subject);
    const ours = [...copies, ...strays];
    if (ours.length > 0) await this.engine.removeExamples(ours);
    const examples = ours.length + (await this.removeWhatMustLeave(personId));
    if (foreign.length + unsettled.length > 0) return { examples, subjectRemoved: false };
    await this.engine.removeEmptySubject(subject);
    return { examples, subjectRemoved: true };
  }
}
