import { setImmediate } from 'node:timers/promises';
import type Database from 'better-sqlite3';
import { openDatabaseFile } from './database-file.js';
import { LogSync } from './log-sync.js';

/** A stored subject; `name` is in the spelling of whoever came first. */
export interface SubjectRow {
  readonly id: number;
  readonly name: string;
}

export interface ExampleRow {
  readonly id: string;
  readonly subject: string;
}

/** A page of examples; `order` is the order of insertion unless the caller names another. */
export interface PageQuery {
  readonly subject: string | null;
  readonly offset: number;
  readonly limit: number;
  readonly order: readonly { readonly property: SortProperty; readonly descending: boolean }[];
}

export type SortProperty = 'id' | 'calculator' | 'subject.subjectName';

const COLUMNS: Record<SortProperty, string> = {
  id: 'id',
  calculator: 'model',
  'subject.subjectName': 'subject',
};

/** Names are one subject when they differ in case only. */
const folded = (name: string): string => name.toUpperCase();

/** Rows that are removed in a few ms. */
const REMOVED_AT_ONCE = 1_000;

/**
 * Subjects and embeddings in SQLite. Every change is a transaction that is on the disk when the method returns or its promise
 * resolves (WAL, synchronous FULL); removed embeddings are overwritten, in the log too.
 */
export class CollectionDatabase {
  private readonly statements = new Map<string, Database.Statement>();

  private constructor(
    private readonly db: Database.Database,
    private readonly log: LogSync,
  ) {}

  /** @throws DomainError INVALID_STATE when another process has the file open, or a newer release made it */
  static open(path: string): CollectionDatabase {
    return new CollectionDatabase(openDatabaseFile(path), new LogSync(path));
  }

  close(): void {
    this.log.close();
    this.db.close();
  }

  subjectNames(): string[] {
    return this.statement('SELECT name FROM subject ORDER BY id').pluck().all() as string[];
  }

  findSubject(name: string): SubjectRow | null {
    const row = this.statement('SELECT id, name FROM subject WHERE folded = ?').get(folded(name));
    return (row as SubjectRow | undefined) ?? null;
  }

  insertSubject(name: string): SubjectRow {
    const insert = this.statement('INSERT INTO subject (name, folded) VALUES (?, ?)');
    return { id: Number(insert.run(name, folded(name)).lastInsertRowid), name };
  }

  renameSubject(id: number, name: string): void {
    this.statement('UPDATE subject SET name = ?, folded = ? WHERE id = ?').run(name, folded(name), id);
  }

  /** Moves all examples of one subject to another and removes the first. */
  mergeSubject(from: number, into: number): void {
    this.db.transaction(() => {
      this.statement('UPDATE example SET subject_id = ? WHERE subject_id = ?').run(into, from);
      this.statement('DELETE FROM subject WHERE id = ?').run(from);
    })();
  }

  /**
   * Removes the subject with its examples; answers how many, and `forget` gets the ids as they go. Many are removed in several
   * transactions, the subject with the last: what is killed half-way has removed a part.
   */
  async deleteSubject(id: number, forget: (ids: readonly string[]) => void): Promise<number> {
    const some = 'DELETE FROM example WHERE seq IN (SELECT seq FROM example WHERE subject_id = ? LIMIT ?) RETURNING id';
    return this.removeInParts(forget, {
      part: (limit) => this.statement(some).pluck().all(id, limit) as string[],
      last: () => this.statement('DELETE FROM subject WHERE id = ?').run(id),
    });
  }

  /** Removes everything, as `deleteSubject` does; answers how many subjects there were at the end. */
  async deleteAll(forget: (ids: readonly string[]) => void): Promise<number> {
    const some = 'DELETE FROM example WHERE seq IN (SELECT seq FROM example LIMIT ?) RETURNING id';
    let subjects = 0;
    await this.removeInParts(forget, {
      part: (limit) => this.statement(some).pluck().all(limit) as string[],
      last: () => (subjects = this.statement('DELETE FROM subject').run().changes),
    });
    return subjects;
  }

  /**
   * Adds an example and, in the same transaction, its subject when nobody has that name yet. It is in the collection at once,
   * and on the disk after `synced`: waiting for a slow disk here would hold up everybody.
   */
  insertExample(id: string, subject: string, model: string, embedding: Float32Array): void {
    const insert = this.db.transaction(() => {
      const { id: subjectId } = this.findSubject(subject) ?? this.insertSubject(subject);
      this.statement('INSERT INTO example (id, subject_id, model, embedding) VALUES (?, ?, ?, ?)').run(
        id,
        subjectId,
        model,
        Buffer.from(embedding.buffer, embedding.byteOffset, embedding.byteLength),
      );
    });
    this.db.pragma('synchronous = NORMAL');
    try {
      insert();
    } finally {
      this.db.pragma('synchronous = FULL');
    }
  }

  /** Resolves when everything written before is on the disk. */
  synced(): Promise<void> {
    return this.log.sync();
  }

  /** Removes those of the examples that are there; answers them with their subjects. */
  deleteExamples(ids: readonly string[]): ExampleRow[] {
    const removed = this.db.transaction(() => {
      const rows = ids.map((id) => {
        const row = this.findExample(id);
        if (row) this.statement('DELETE FROM example WHERE id = ?').run(row.id);
        return row;
      });
      return rows.filter((row) => row !== null);
    })();
    if (removed.length > 0) this.clearLog();
    return removed;
  }

  findExample(id: string): ExampleRow | null {
    const sql = 'SELECT e.id, s.name AS subject FROM example e JOIN subject s ON s.id = e.subject_id WHERE e.id = ?';
    return (this.statement(sql).get(id.toLowerCase()) as ExampleRow | undefined) ?? null;
  }

  countExamples(subject: string | null): number {
    const all = 'SELECT count(*) FROM example';
    const some = `${all} WHERE subject_id = (SELECT id FROM subject WHERE name = ?)`;
    const count = subject === null ? this.statement(all).pluck().get() : this.statement(some).pluck().get(subject);
    return count as number;
  }

  /** Unlike every other look-up of a subject, the filter minds the case, as CompreFace's does. */
  listExamples({ subject, offset, limit, order }: PageQuery): ExampleRow[] {
    const filter = subject === null ? '' : 'WHERE subject_id = (SELECT id FROM subject WHERE name = @subject)';
    const terms = order.map(({ property, descending }) => `${COLUMNS[property]}${descending ? ' DESC' : ''}`);
    // The subject's name is looked up for the rows of the page only; a join looks it up for all that are skipped, too.
    const sql = `SELECT id, (SELECT name FROM subject WHERE subject.id = subject_id) AS subject FROM example ${filter}
      ORDER BY ${[...terms, 'seq'].join(', ')} LIMIT @limit OFFSET @offset`;
    return this.statement(sql).all({ ...(subject !== null && { subject }), limit, offset }) as ExampleRow[];
  }

  /** Every embedding of one model, in the order of insertion. */
  *embeddings(model: string): Generator<{ id: string; embedding: Float32Array }> {
    const rows = this.db.prepare('SELECT id, embedding FROM example WHERE model = ? ORDER BY seq').raw().iterate(model);
    for (const [id, bytes] of rows as IterableIterator<[string, Buffer]>)
      yield { id, embedding: new Float32Array(new Uint8Array(bytes).buffer) };
  }

  exampleIds(): Set<string> {
    return new Set(this.statement('SELECT id FROM example').pluck().all() as string[]);
  }

  hasOtherModelThan(model: string): boolean {
    return this.statement('SELECT 1 FROM example WHERE model <> ? LIMIT 1').get(model) !== undefined;
  }

  /** `last` runs in the transaction that found the last part: nothing can be added in between. */
  private async removeInParts(
    forget: (ids: readonly string[]) => void,
    { part, last }: { part: (limit: number) => string[]; last: () => unknown },
  ): Promise<number> {
    const step = this.db.transaction(() => {
      const ids = part(REMOVED_AT_ONCE);
      if (ids.length < REMOVED_AT_ONCE) last();
      return ids;
    });
    for (let removed = 0; ;) {
      const ids = step();
      forget(ids);
      removed += ids.length;
      if (ids.length < REMOVED_AT_ONCE) {
        this.clearLog();
        return removed;
      }
      await setImmediate();
    }
  }

  private clearLog(): void {
    this.db.pragma('wal_checkpoint(TRUNCATE)');
  }

  private statement(sql: string): Database.Statement {
    const known = this.statements.get(sql);
    if (known) return known;
    const made = this.db.prepare(sql);
    this.statements.set(sql, made);
    return made;
  }
}
