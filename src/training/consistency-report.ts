import { Injectable } from '@nestjs/common';
import { FaceEngine, type ListedExample } from '../compreface/face-engine.js';
import { isOwnSubject } from '../compreface/subject.js';
import { Database } from '../database/database.js';
import { placeholders, select, unindexed } from '../database/sql.js';
import { ConsistencyOfPerson, MUST_LEAVE_SQL, type UnknownExamples } from './consistency-of-person.js';
import type { ExampleState } from './entities/example.entity.js';
import { UnnamedExamples } from './unnamed-examples.js';

const PAGE = 1_000;
/** Photos that are downloaded to tell whose they are. */
const MOST_LOOKED_AT = 1_000;
const SMALLEST_RESET = { examples: 20, persons: 2 };

/** An example of the ledger. */
export interface LedgerExample {
  readonly id: number;
  readonly person_id: number;
  readonly face_id: number;
  readonly image_id: string | null;
}

export interface UnknownExample {
  readonly personId: number;
  readonly imageId: string;
}

/** Everything in which ledger and collection differ. */
export interface CollectionDifference {
  readonly collection: { readonly examples: number; readonly subjects: number };
  readonly ledger: { readonly examples: number; readonly persons: number };
  readonly subjectOf: ReadonlyMap<number, string>;
  readonly missing: readonly LedgerExample[];
  /** Of the missing: those that are under another subject, by image id. */
  readonly misplaced: ReadonlySet<string>;
  readonly unknown: Readonly<Record<keyof UnknownExamples, readonly UnknownExample[]>>;
  readonly unsettled: readonly LedgerExample[];
  readonly leaving: readonly LedgerExample[];
  readonly foreignSubjects: { readonly subjects: number; readonly examples: number };
  readonly orphanedSubjects: readonly { readonly subject: string; readonly examples: number }[];
  readonly wasReset: boolean;
}

/** Compares the whole ledger with the whole collection, both ways, while work goes on. Changes nothing. */
@Injectable()
export class ConsistencyReport {
  constructor(
    private readonly engine: FaceEngine,
    private readonly db: Database,
    private readonly unnamed: UnnamedExamples,
    private readonly person: ConsistencyOfPerson,
  ) {}

  /** Throws `FaceEngineError` when CompreFace cannot be asked, or its list does not hold still. */
  async compare(): Promise<CollectionDifference> {
    const before = await this.rows(`${unindexed('e.state')} = 'present'`);
    const listed = await this.engine.listExamples();
    const names = new Set([...(await this.engine.listSubjects()), ...listed.map(({ subject }) => subject)]);
    const subjectOf = await this.subjects();
    const missing = await this.missing(before, listed, subjectOf);
    const there = new Map(listed.map(({ imageId, subject }) => [imageId, subject]));
    return {
      collection: { examples: listed.length, subjects: names.size },
      ledger: { examples: before.length, persons: new Set(before.map(({ person_id }) => person_id)).size },
      subjectOf,
      missing,
      misplaced: new Set(missing.flatMap(({ image_id }) => (image_id !== null && there.has(image_id) ? image_id : []))),
      unknown: await this.unknown(before, listed, subjectOf, missing),
      unsettled: await this.rows("e.state = 'announced'"),
      leaving: await this.rows(MUST_LEAVE_SQL),
      ...(await this.ofNobody(names, listed, subjectOf)),
      wasReset: looksReset(before, there),
    };
  }

  private async missing(
    before: readonly LedgerExample[],
    listed: readonly ListedExample[],
    subjectOf: ReadonlyMap<number, string>,
  ): Promise<LedgerExample[]> {
    const there = new Map(listed.map(({ imageId, subject }) => [imageId, subject]));
    const suspects = before.filter((row) => {
      const subject = subjectOf.get(row.person_id);
      return subject !== undefined && row.image_id !== null && there.get(row.image_id) !== subject;
    });
    // What was removed while the list was read is gone on both sides.
    const still = new Set<number>();
    for (let start = 0; start < suspects.length; start += PAGE) {
      const ids = suspects.slice(start, start + PAGE).map(({ id }) => id);
      // By id alone: told the state as well, SQLite goes through all examples of that state.
      const rows = await select<{ id: number; state: ExampleState }>(
        this.db.reader,
        `SELECT id, state FROM example WHERE id IN (${placeholders(ids)})`,
        ids,
      );
      for (const { id, state } of rows) if (state === 'present') still.add(id);
    }
    return suspects.filter(({ id }) => still.has(id));
  }

  private async unknown(
    before: readonly LedgerExample[],
    listed: readonly ListedExample[],
    subjectOf: ReadonlyMap<number, string>,
    missing: readonly LedgerExample[],
  ): Promise<CollectionDifference['unknown']> {
    const known = new Set(before.map(({ image_id }) => image_id));
    const personOf = new Map([...subjectOf].map(([id, subject]) => [subject, id]));
    const candidates = listed.filter(({ imageId, subject }) => !known.has(imageId) && personOf.has(subject));
    const stillUnknown = new Set(await this.unnamed.among(candidates));
    const ofPerson = new Map<number, string[]>();
    for (const { imageId, subject } of candidates) {
      const personId = personOf.get(subject);
      if (personId === undefined || !stillUnknown.has(imageId)) continue;
      ofPerson.set(personId, [...(ofPerson.get(personId) ?? []), imageId]);
    }
    return this.sort(ofPerson, missing);
  }

  private async sort(
    ofPerson: ReadonlyMap<number, readonly string[]>,
    missing: readonly LedgerExample[],
  ): Promise<CollectionDifference['unknown']> {
    const all: Record<keyof UnknownExamples, UnknownExample[]> = {
      copies: [],
      strays: [],
      unrecorded: [],
      unsettled: [],
      foreign: [],
    };
    let left = MOST_LOOKED_AT;
    for (const [personId, imageIds] of ofPerson) {
      const sorted = await this.person.sort(personId, imageIds.slice(0, left), missing);
      const unseen = imageIds.slice(left);
      left = Math.max(0, left - imageIds.length);
      for (const kind of Object.keys(all) as (keyof UnknownExamples)[])
        all[kind].push(...sorted[kind].map((imageId) => ({ personId, imageId })));
      all.foreign.push(...unseen.map((imageId) => ({ personId, imageId })));
    }
    return all;
  }

  private async ofNobody(
    names: ReadonlySet<string>,
    listed: readonly ListedExample[],
    subjectOf: ReadonlyMap<number, string>,
  ): Promise<Pick<CollectionDifference, 'foreignSubjects' | 'orphanedSubjects'>> {
    const counts = new Map([...names].map((subject) => [subject, 0]));
    for (const { subject } of listed) counts.set(subject, (counts.get(subject) ?? 0) + 1);
    for (const subject of subjectOf.values()) counts.delete(subject);
    const leaving = await select<{ subject: string }>(
      this.db.reader,
      "SELECT subject FROM withdrawal WHERE state = 'pending' AND content_hash IS NULL",
    );
    for (const { subject } of leaving) counts.delete(subject);
    const left = [...counts].map(([subject, examples]) => ({ subject, examples }));
    const foreign = left.filter(({ subject }) => !isOwnSubject(subject));
    return {
      foreignSubjects: {
        subjects: foreign.length,
        examples: foreign.reduce((sum, { examples }) => sum + examples, 0),
      },
      orphanedSubjects: left.filter(({ subject }) => isOwnSubject(subject)),
    };
  }

  private async subjects(): Promise<Map<number, string>> {
    const subjects = new Map<number, string>();
    for (let after = 0; ;) {
      const page = await select<{ id: number; subject: string }>(
        this.db.reader,
        'SELECT id, subject FROM person WHERE id > ? ORDER BY id LIMIT ?',
        [after, PAGE],
      );
      page.forEach(({ id, subject }) => subjects.set(id, subject));
      const last = page.at(-1);
      if (!last || page.length < PAGE) return subjects;
      after = last.id;
    }
  }

  /** By pages, so that no other work waits for the whole of it. */
  private async rows(condition: string): Promise<LedgerExample[]> {
    const rows: LedgerExample[] = [];
    for (let after = 0; ;) {
      const page = await select<LedgerExample>(
        this.db.reader,
        `SELECT e.id, e.person_id, e.face_id, e.image_id FROM example e WHERE e.id > ? AND ${condition} ORDER BY e.id LIMIT ?`,
        [after, PAGE],
      );
      rows.push(...page);
      const last = page.at(-1);
      if (!last || page.length < PAGE) return rows;
      after = last.id;
    }
  }
}

/** Not one of many is left: nobody removes them one by one. */
function looksReset(rows: readonly LedgerExample[], there: ReadonlyMap<string, string>): boolean {
  if (rows.length < SMALLEST_RESET.examples) return false;
  if (new Set(rows.map(({ person_id }) => person_id)).size < SMALLEST_RESET.persons) return false;
  return !rows.some(({ image_id }) => image_id !== null && there.has(image_id));
}
