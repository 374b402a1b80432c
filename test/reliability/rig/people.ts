import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { aFacePhoto, type FacePhotoOptions, PERSON_COUNT } from '../../support/face-photos.js';
import type { PlainSql } from './plain-sql.js';

/** A crop as it lies below DATA_DIR. */
export interface Crop {
  readonly bytes: Buffer;
  readonly hash: string;
}

/** A person that was put into the database past the API, as if its photos had been taken in long ago. */
export interface SeededPerson {
  readonly id: number;
  readonly subject: string;
  readonly faceIds: readonly number[];
  readonly hashes: readonly string[];
}

const ROWS = 500;

/** Different crops of one synthetic face: what comes after the end of a JPEG changes its hash and nothing else. */
export async function someCrops(
  count: number,
  look = 1,
  options: Omit<FacePhotoOptions, 'person'> = {},
): Promise<Crop[]> {
  const base = await aFacePhoto({ person: look % PERSON_COUNT, width: 120, height: 120, ...options });
  return Array.from({ length: count }, (_, index) => aCrop(Buffer.concat([base, Buffer.from(`\n${look}/${index}`)])));
}

export function aCrop(bytes: Buffer): Crop {
  return { bytes, hash: createHash('sha256').update(bytes).digest('hex') };
}

export function cropPath(dataDir: string, hash: string): string {
  return join(dataDir, 'faces', hash.slice(0, 2), `${hash}.jpg`);
}

/** Puts crops where the application keeps them. */
export function storeCrops(dataDir: string, crops: readonly Crop[]): void {
  for (const { hash, bytes } of crops) {
    const path = cropPath(dataDir, hash);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  }
}

/** Makes people with one face for each crop. The database must have been migrated. */
export async function seedPeople(
  sql: PlainSql,
  dataDir: string,
  count: number,
  crops: readonly Crop[],
): Promise<SeededPerson[]> {
  storeCrops(dataDir, crops);
  const photoId = await aPhoto(sql);
  const firstPerson = (await highest(sql, 'person')) + 1;
  let faceId = (await highest(sql, 'face')) + 1;
  const people = Array.from({ length: count }, (_, index): SeededPerson => {
    const id = firstPerson + index;
    const faceIds = crops.map(() => faceId++);
    return { id, subject: `person-${letters(id)}`, faceIds, hashes: crops.map(({ hash }) => hash) };
  });
  await insertPersons(sql, people);
  await insertMany(
    sql,
    'face (id, photo_id, person_id, source_hash, content_hash, state, examine_tries, created_at)',
    people.flatMap(({ id, faceIds, hashes }) =>
      faceIds.map((face, index) => [face, photoId, id, 'seeded', hashes[index]!, 'ready', 0, SOME_DAY]),
    ),
  );
  return people;
}

async function insertPersons(sql: PlainSql, people: readonly SeededPerson[]): Promise<void> {
  await insertMany(
    sql,
    `person (id, name, name_key, search_name, auto_recognize, subject, desired_generation, trained_generation, example_count,
       is_training, last_failed, retries_spent, created_at, updated_at)`,
    people.map(({ id, subject }) => [
      id,
      `Person ${id}`,
      `key-${id}`,
      `person ${id}`,
      1,
      subject,
      1,
      0,
      0,
      0,
      0,
      0,
      SOME_DAY,
      SOME_DAY,
    ]),
  );
  await sql.run("UPDATE kept_sum SET value = value + ? WHERE metric = 'persons_all' AND shard = 0", [people.length]);
}

const SOME_DAY = '2026-01-01 00:00:00.000';

async function aPhoto(sql: PlainSql): Promise<number> {
  const id = (await highest(sql, 'photo')) + 1;
  await sql.run(
    'INSERT INTO photo (id, source_hash, content_hash, width, height, original_name, created_at) VALUES (?, ?, ?, 1, 1, ?, ?)',
    [id, `seeded-${id}`, `seeded-${id}`, 'seeded.jpg', SOME_DAY],
  );
  return id;
}

async function highest(sql: PlainSql, table: string): Promise<number> {
  const [row] = await sql.all<{ highest: number | null }>(`SELECT MAX(id) AS highest FROM ${table}`);
  return row?.highest ?? 0;
}

/** Inserts rows in groups; `target` is the table with its columns. */
export async function insertMany(
  sql: PlainSql,
  target: string,
  rows: readonly (readonly (string | number | null)[])[],
): Promise<void> {
  for (let start = 0; start < rows.length; start += ROWS) {
    const group = rows.slice(start, start + ROWS);
    const marks = group.map((row) => `(${row.map(() => '?').join(', ')})`).join(', ');
    await sql.run(`INSERT INTO ${target} VALUES ${marks}`, group.flat());
  }
}

/** Six characters that a subject of ours may end in, another six for each number. */
function letters(number: number): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
  return Array.from({ length: 6 }, (_, place) => alphabet.charAt(Math.floor(number / 32 ** (5 - place)) % 32)).join('');
}
