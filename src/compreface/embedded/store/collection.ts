import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { CollectionDatabase, type ExampleRow, type PageQuery } from './collection-database.js';
import { Gallery } from './gallery.js';
import { PhotoFiles } from './photo-files.js';
import { comparedSimilarity, normalised } from './comparison.js';

/** Numbers of an embedding of our model. */
const DIMENSION = 128;
const NAMED_AT_ONCE = 500;
const ROWS_REMOVED_AT_ONCE = 500;
const PHOTOS_REMOVED_AT_ONCE = 32;

export interface Match {
  readonly subject: string;
  /** 0..1, five decimals. */
  readonly similarity: number;
}

/** What is being stored as an example. */
export interface NewExample {
  readonly subject: string;
  /** As the model gave it, not normalised. */
  readonly embedding: Float32Array;
  readonly photo: Buffer;
}

/** The face collection: subjects, examples and photos on the disk, and the embeddings in memory for the search. */
export class Collection {
  private readonly gallery = new Gallery(DIMENSION);

  private constructor(
    private readonly database: CollectionDatabase,
    private readonly photos: PhotoFiles,
    private readonly model: string,
  ) {
    for (const { id, embedding } of database.embeddings(model)) this.gallery.add(id, embedding);
  }

  /** Opens or makes the collection in this folder. `model` names the calculator; embeddings of others are never compared. */
  static open(dataDir: string, model: string): Collection {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const database = CollectionDatabase.open(join(dataDir, 'collection.sqlite'));
    return new Collection(database, new PhotoFiles(join(dataDir, 'photos')), model);
  }

  close(): void {
    this.database.close();
  }

  /** Removes photos that a process killed half-way left behind; answers how many. */
  async sweepPhotos(): Promise<number> {
    const ids = this.database.exampleIds();
    return this.photos.sweep((id) => ids.has(id) || this.gallery.vector(id) !== null);
  }

  subjects(): string[] {
    return this.database.subjectNames();
  }

  /** False when the name is taken, in whatever case. */
  createSubject(name: string): boolean {
    if (this.database.findSubject(name)) return false;
    this.database.insertSubject(name);
    return true;
  }

  /** Renames, or merges into the subject that has the new name already. False when there is no subject `from`. */
  renameSubject(from: string, to: string): boolean {
    const source = this.database.findSubject(from);
    if (!source) return false;
    const target = this.database.findSubject(to);
    if (target && target.id !== source.id) this.database.mergeSubject(source.id, target.id);
    else this.database.renameSubject(source.id, to);
    return true;
  }

  /** Removes the subject and its examples; null when there is none of that name, in whatever case. */
  async deleteSubject(name: string): Promise<{ name: string; examples: number } | null> {
    const subject = this.database.findSubject(name);
    if (!subject) return null;
    const ids: string[] = [];
    await this.database.deleteSubject(subject.id, this.leaving(ids));
    await this.removePhotos(ids);
    return { name: subject.name, examples: ids.length };
  }

  /** Removes everything; answers the number of subjects. */
  async deleteAll(): Promise<number> {
    const ids: string[] = [];
    const subjects = await this.database.deleteAll(this.leaving(ids));
    await this.removePhotos(ids);
    return subjects;
  }

  /** Stores an example, and its subject when it is new; answers the example's id. An aborted signal stores nothing. */
  async addExample({ subject, embedding, photo }: NewExample, signal: AbortSignal): Promise<string> {
    const vector = normalised(embedding);
    if (!vector) throw new Error('The model gave an embedding without direction');
    const id = randomUUID();
    await this.photos.add(id, photo, () => {
      signal.throwIfAborted();
      this.database.insertExample(id, subject, this.model, vector);
      this.gallery.add(id, vector);
    });
    await this.database.synced();
    return id;
  }

  /** Removes those of the examples that are there, and answers them. Their subjects stay. */
  async deleteExamples(ids: readonly string[]): Promise<ExampleRow[]> {
    const removed: ExampleRow[] = [];
    for (let i = 0; i < ids.length; i += ROWS_REMOVED_AT_ONCE) {
      if (i > 0) await setImmediate();
      const some = this.database.deleteExamples(ids.slice(i, i + ROWS_REMOVED_AT_ONCE));
      for (const { id } of some) this.gallery.remove(id);
      removed.push(...some);
    }
    await this.removePhotos(removed.map(({ id }) => id));
    return removed;
  }

  findExample(id: string): ExampleRow | null {
    return this.database.findExample(id);
  }

  listExamples(query: PageQuery): { rows: ExampleRow[]; total: number } {
    return { rows: this.database.listExamples(query), total: this.database.countExamples(query.subject) };
  }

  /** Null when the example is not there. */
  async photo(id: string): Promise<Buffer | null> {
    return this.findExample(id) && this.photos.read(id.toLowerCase());
  }

  /**
   * The nearest examples of an embedding, best first; a subject stands once for each of its examples.
   * Null when the embedding has no direction or is of another length.
   */
  async nearest(embedding: ArrayLike<number>, count: number): Promise<Match[] | null> {
    const probe = embedding.length === DIMENSION ? normalised(embedding) : null;
    if (!probe) return null;
    const matches: Match[] = [];
    for (const [i, id] of (await this.gallery.nearestInTurns(probe, count)).entries()) {
      // A caller may ask for all examples of a large collection: others get their turn.
      if (i % NAMED_AT_ONCE === NAMED_AT_ONCE - 1) await setImmediate();
      const [example, similarity] = [this.findExample(id), this.similarityTo(id, probe)];
      if (example && similarity !== null) matches.push({ subject: example.subject, similarity });
    }
    // The search ranks by dot products in single precision; what is answered must be in the order of what it says.
    return matches.sort((a, b) => b.similarity - a.similarity);
  }

  /** Similarity of an embedding to one example; null when they cannot be compared, as with an example of another model. */
  similarityTo(exampleId: string, embedding: ArrayLike<number>): number | null {
    const vector = this.gallery.vector(exampleId.toLowerCase());
    return vector && comparedSimilarity(vector, embedding);
  }

  /** Whether examples of another model are in the store. */
  hasOtherModels(): boolean {
    return this.database.hasOtherModelThan(this.model);
  }

  /** Takes examples whose rows are gone out of the search, and notes them. */
  private leaving(noted: string[]): (ids: readonly string[]) => void {
    return (ids) => {
      for (const id of ids) this.gallery.remove(id);
      noted.push(...ids);
    };
  }

  private async removePhotos(ids: readonly string[]): Promise<void> {
    for (let i = 0; i < ids.length; i += PHOTOS_REMOVED_AT_ONCE)
      await Promise.all(ids.slice(i, i + PHOTOS_REMOVED_AT_ONCE).map((id) => this.photos.remove(id)));
  }
}
