import { createHash } from 'node:crypto';
import { seededUuid } from '../seeded-random.js';
import { normalised, similarityOfUnits, type SimilarityCoefficients } from './similarity.js';

export interface StoredExample {
  readonly imageId: string;
  readonly subject: string;
  /** Of length 1, as CompreFace stores it. */
  readonly embedding: readonly number[];
}

/** An example as CompreFace's API writes it. */
export interface WireExample {
  readonly image_id: string;
  readonly subject: string;
}

/**
 * Subjects, examples and image bytes behind one API key, with CompreFace's rules of case: names are looked up ignoring case, the
 * first spelling is kept, and only the list filter is exact.
 */
export class Collection {
  /** Lower-case name to the spelling that came first. */
  private readonly subjects = new Map<string, string>();
  private readonly examples = new Map<string, { key: string; embedding: readonly number[] }>();
  /** Table `img` of the real thing: rows outlive their example when a subject is deleted (its issue 1300). */
  private readonly images = new Map<string, { bytes: Buffer; sha256: string }>();

  constructor(
    private readonly random: () => number,
    private readonly savesImages: boolean,
  ) {}

  subjectNames(): string[] {
    return [...this.subjects.values()];
  }

  hasSubject(name: string): boolean {
    return this.subjects.has(name.toLowerCase());
  }

  addSubject(name: string): void {
    this.subjects.set(name.toLowerCase(), name);
  }

  addExample(subject: string, photo: Buffer, embedding: readonly number[]): string {
    if (!this.hasSubject(subject)) this.addSubject(subject);
    const imageId = seededUuid(this.random);
    this.examples.set(imageId, { key: subject.toLowerCase(), embedding: normalised(embedding) });
    const sha256 = createHash('sha256').update(photo).digest('hex');
    if (this.savesImages) this.images.set(imageId, { bytes: photo, sha256 });
    return imageId;
  }

  /** Renames, or merges into a subject that has the new name already; false when nothing changes, null when the subject is unknown. */
  rename(from: string, to: string): boolean | null {
    if (from === to) return false;
    const [fromKey, toKey] = [from.toLowerCase(), to.toLowerCase()];
    if (!this.subjects.has(fromKey)) return null;
    if (fromKey === toKey || !this.subjects.has(toKey)) this.subjects.set(toKey, to);
    if (fromKey === toKey) return true;
    for (const example of this.examples.values()) if (example.key === fromKey) example.key = toKey;
    this.subjects.delete(fromKey);
    return true;
  }

  /** Removes a subject with its examples but leaves their image bytes behind, as CompreFace does; null when it is unknown. */
  removeSubject(name: string): { subject: string; deleted: number } | null {
    const key = name.toLowerCase();
    const subject = this.subjects.get(key);
    if (subject === undefined) return null;
    const ids = [...this.examples].filter(([, example]) => example.key === key).map(([imageId]) => imageId);
    for (const imageId of ids) this.examples.delete(imageId);
    this.subjects.delete(key);
    return { subject, deleted: ids.length };
  }

  /** Removes everything but the image bytes; returns the number of subjects. */
  wipe(): number {
    const count = this.subjects.size;
    this.subjects.clear();
    this.examples.clear();
    return count;
  }

  /** Removes one example and its image bytes; its subject stays, even when it has no other. */
  removeExample(imageId: string): WireExample | null {
    const example = this.examples.get(imageId);
    if (!example) return null;
    this.examples.delete(imageId);
    this.images.delete(imageId);
    return { image_id: imageId, subject: this.spelling(example.key) };
  }

  example(imageId: string): StoredExample | null {
    const example = this.examples.get(imageId);
    return example ? { imageId, subject: this.spelling(example.key), embedding: example.embedding } : null;
  }

  /** All examples, or those of exactly this spelling. */
  list(subject?: string): WireExample[] {
    const all = [...this.examples].map(([image_id, { key }]) => ({ image_id, subject: this.spelling(key) }));
    return subject === undefined ? all : all.filter((example) => example.subject === subject);
  }

  /** The bytes that were sent, also of an example whose subject was deleted. */
  image(imageId: string): Buffer | null {
    return this.images.get(imageId)?.bytes ?? null;
  }

  /** The nearest examples, best first: per example, not per subject. */
  nearest(embedding: readonly number[], count: number, coefficients: SimilarityCoefficients) {
    const probe = normalised(embedding);
    return [...this.examples.values()]
      .map((example) => ({
        subject: this.spelling(example.key),
        similarity: similarityOfUnits(probe, example.embedding, coefficients),
      }))
      .sort((a, b) => b.similarity - a.similarity)
      .slice(0, count);
  }

  imageHashes(): { imageId: string; sha256: string; orphan: boolean }[] {
    return [...this.images].map(([imageId, { sha256 }]) => ({ imageId, sha256, orphan: !this.examples.has(imageId) }));
  }

  private spelling(key: string): string {
    return this.subjects.get(key) ?? key;
  }
}
