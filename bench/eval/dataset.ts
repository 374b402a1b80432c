import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { sha256 } from '../../src/persons/photos/photo-store.js';
import { seededRandom } from '../../test/support/seeded-random.js';

const PHOTO = /\.(jpe?g|png|webp|gif|tiff?)$/i;
const LEAST_PHOTOS = 2;

/** A photo, by its path. */
export type PhotoPath = string;

/** Somebody who is trained. */
export interface EnrolledPerson {
  readonly name: string;
  readonly trained: readonly PhotoPath[];
  /** Sent as new photos later. */
  readonly heldOut: readonly PhotoPath[];
}

/** A folder-per-person tree, divided by chance. */
export interface Dataset {
  readonly persons: readonly EnrolledPerson[];
  /** Photos of persons who are not trained at all. */
  readonly strangers: readonly PhotoPath[];
}

export interface DatasetOptions {
  readonly seed: string;
  /** How many persons are held out completely; default: a fifth. */
  readonly strangers?: number;
  /** At most so many persons in all, by chance. */
  readonly persons?: number;
}

/** Divides a tree with one folder for each person, at any depth; the same seed divides it the same way. */
export function readDataset(root: string, options: DatasetOptions): Dataset {
  const random = seededRandom(`dataset ${options.seed}`);
  const folders = shuffled(peopleBelow(root), random).slice(0, options.persons);
  if (folders.length < 3)
    throw new Error(`${root} must hold three folders at least, one for each person, with two photos each`);
  const strangerCount = Math.min(folders.length - 2, options.strangers ?? Math.round(folders.length / 5));
  const persons = folders.slice(strangerCount).map(({ name, photos }) => {
    const mixed = shuffled(photos, random);
    const half = Math.ceil(mixed.length / 2);
    return { name, trained: mixed.slice(0, half), heldOut: mixed.slice(half) };
  });
  return { persons, strangers: folders.slice(0, strangerCount).flatMap(({ photos }) => photos) };
}

/** The folders that hold photos, with their photos: each once, since a copy of a trained photo would be no held-out one. */
export function peopleBelow(root: string): { readonly name: string; readonly photos: readonly PhotoPath[] }[] {
  const entries = readdirSync(root).sort();
  const photos = new Map<string, PhotoPath>();
  for (const path of entries.filter((entry) => PHOTO.test(entry)).map((entry) => join(root, entry))) {
    const hash = sha256(readFileSync(path));
    if (!photos.has(hash)) photos.set(hash, path);
  }
  const own = photos.size >= LEAST_PHOTOS ? [{ name: basename(root), photos: [...photos.values()] }] : [];
  const folders = entries.map((entry) => join(root, entry)).filter((path) => statSync(path).isDirectory());
  return [...own, ...folders.flatMap(peopleBelow)];
}

export function shuffled<T>(values: readonly T[], random: () => number): T[] {
  return values
    .map((value) => ({ value, order: random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ value }) => value);
}
