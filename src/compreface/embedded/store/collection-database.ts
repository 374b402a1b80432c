import type Database from 'better-sqlite3';
import { openDatabaseFile } from './database-file.js';

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

/**
 * Subjects and embeddings in SQLite. Every method is one transaction that is on the disk when it returns
 * (WAL, synchronous FULL); removed embeddings are overwritten, in the log too.
 */
export class CollectionDatabase {
  private readonly statements = new Map<string, Database.Statement>();

  private constructor(private readonly db: Database.Database) {}

  /** @throws DomainError INVALID_STATE when another process has the file open, or a newer release made it */
  static open(path: string): CollectionDatabase {
    return new CollectionDatabase(openDatabaseFile(path));
  }

  close(): void {
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

  /** Removes the subject with its examples; answers their ids. */
  deleteSubject(id: number): string[] {
    const ids = this.db.transaction(() => {
      const examples = this.statement('DELETE FROM example WHERE subject_id = ? RETURNING id').pluck().all(id);
      this.statement('DELETE FROM subject WHERE id = ?').run(id);
      return examples as string[];
    })();
    this.clearLog();
    return ids;
  }

  /** Removes everything; answers how many subjects there were and the ids of their examples. */
  deleteAll(): { subjects: number; exampleIds: string[] } {
    const removed = this.db.transaction(() => {
      const exampleIds = this.statement('DELETE FROM example RETURNING id').pluck().all() as string[];
      return { subjects: this.statement('DELETE FROM subject').run().changes, exampleIds };
    })();
    this.clearLog();
    return removed;
  }

  /** Adds an example and, in the same transaction, its subject when nobody has that name yet. */
  insertExample(id: string, subject: string, model: string, embedding: Float32Array): void {
    this.db.transaction(() => {
      const { id: subjectId } = this.findSubject(subject) ?? this.insertSubject(subject);
      this.statement('INSERT INTO example (id, subject_id, model, embedding) VALUES (?, ?, ?, ?)').run(
        id,
        subjectId,
        model,
        Buffer.from(embedding.buffer, embedding.byteOffset, embedding.byteLength),
      );
    })();
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
