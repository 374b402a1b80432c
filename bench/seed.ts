import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Database } from '../src/database/database.js';
import { execute, insertRow, select } from '../src/database/sql.js';
import type { DatabaseKind, TestDatabase } from '../test/support/databases.js';
import { aFacePhoto } from '../test/support/face-photos.js';
import { openDatabase } from '../test/support/open-database.js';

const NOW = "'2026-01-15 12:00:00.000'";

/** A migrated database that `fill` has filled; whoever starts an application on it must drop it. */
export async function seededPlace(
  kind: DatabaseKind,
  fill: (db: Database, place: TestDatabase) => Promise<void>,
): Promise<TestDatabase> {
  const { db, module, place } = await openDatabase(kind);
  await fill(db, place);
  await module.close();
  return place;
}

/** A number 0..10^digits-1 for each row, as a table `n` with the column `i`; the same SQL on all databases. */
function numbers(digits: number): string {
  const ten = Array.from({ length: 10 }, (_, i) => `SELECT ${i} AS d`).join(' UNION ALL ');
  const names = Array.from({ length: digits }, (_, i) => `t${i}`);
  const sum = names.map((name, i) => `${name}.d * ${10 ** i}`).join(' + ');
  return `(SELECT ${sum} AS i FROM ${names.map((name) => `(${ten}) ${name}`).join(' CROSS JOIN ')}) n`;
}

/** `count` must be a multiple of 10,000, or below. */
async function inChunks(count: number, insert: (from: number, rows: string) => string, db: Database): Promise<void> {
  const digits = Math.min(4, Math.round(Math.log10(count)));
  for (let from = 0; from < count; from += 10 ** digits) await execute(db.reader, insert(from, numbers(digits)));
}

const text = (db: Database, prefix: string, number: string): string =>
  db.type === 'sqlite' ? `'${prefix}' || (${number})` : `CONCAT('${prefix}', ${number})`;

const hashText = (db: Database, number: string): string =>
  db.type === 'sqlite' ? `printf('%064d', ${number})` : `LPAD(${number}, 64, '0')`;

/** Persons who were never trained, with ids from 1. */
export async function addPersons(db: Database, count: number): Promise<void> {
  await inChunks(
    count,
    (
      from,
      rows,
    ) => `INSERT INTO person (id, name, name_key, search_name, auto_recognize, subject, desired_generation, trained_generation,
        example_count, is_training, last_failed, retries_spent, created_at, updated_at)
      SELECT ${from + 1} + i, ${text(db, 'Person ', `${from} + i`)}, ${hashText(db, `${from} + i`)}, ${text(db, 'person ', `${from} + i`)},
        1, ${text(db, 'person-', `${from} + i`)}, 1, 0, 0, 0, 0, 0, ${NOW}, ${NOW} FROM ${rows}`,
    db,
  );
  await countPersons(db, count);
}

function countPersons(db: Database, added: number): Promise<number> {
  return execute(db.reader, "UPDATE kept_sum SET value = value + ? WHERE metric = 'persons_all' AND shard = 0", [
    added,
  ]);
}

/** `faces` eligible faces for each of the first `persons` persons, all in one photo; without files. */
export async function addFaceRows(db: Database, persons: number, faces: number): Promise<void> {
  const photoId = await addPhoto(db);
  for (let face = 0; face < faces; face += 1) {
    await inChunks(
      persons,
      (
        from,
        rows,
      ) => `INSERT INTO face (photo_id, person_id, source_hash, content_hash, state, examine_tries, created_at)
        SELECT ${photoId}, ${from + 1} + i, '', ${hashText(db, `${face * 1_000_000 + from} + i`)}, 'ready', 0, ${NOW} FROM ${rows}`,
      db,
    );
  }
}

/** Examples in the ledger, ten for each of other persons than those of the functions above; CompreFace has none of them. */
export async function addExamples(db: Database, count: number): Promise<void> {
  await inChunks(
    count,
    (
      from,
      rows,
    ) => `INSERT INTO example (person_id, face_id, content_hash, generation, state, image_id, job_id, job_epoch)
      SELECT 1000000 + FLOOR((${from} + i) / 10), 1, ${hashText(db, `${from} + i`)}, 1, 'present', ${text(db, 'image-', `${from} + i`)}, 1, 1 FROM ${rows}`,
    db,
  );
}

/** A person with so many faces that the fake CompreFace finds a face in: one picture, each file with another comment in it. */
export async function addTrainablePerson(db: Database, place: TestDatabase, id: number, faces: number): Promise<void> {
  await execute(
    db.reader,
    `INSERT INTO person (id, name, name_key, search_name, auto_recognize, subject, desired_generation, trained_generation,
       example_count, is_training, last_failed, retries_spent, created_at, updated_at)
     VALUES (?, ?, ?, ?, 1, ?, 1, 0, 0, 0, 0, 0, ${NOW}, ${NOW})`,
    [id, `Trainable ${id}`, `trainable-${id}`, `trainable ${id}`, `trainable-${subjectEnd(id)}`],
  );
  await countPersons(db, 1);
  const photoId = await addPhoto(db);
  const jpeg = await aFacePhoto({ person: id % 90, width: 128, height: 128 });
  for (let start = 0; start < faces; start += 500) {
    const hashes = Array.from({ length: Math.min(500, faces - start) }, (_, i) =>
      storeCrop(place, withComment(jpeg, `${id}/${start + i}`)),
    );
    await db.write(async (em) => {
      for (const hash of hashes) {
        await execute(
          em,
          `INSERT INTO face (photo_id, person_id, source_hash, content_hash, state, examine_tries, created_at) VALUES (?, ?, ?, ?, 'ready', 0, ${NOW})`,
          [photoId, id, hash, hash],
        );
      }
    });
  }
}

/** Six characters of those that end a subject of ours. */
function subjectEnd(id: number): string {
  return id
    .toString(8)
    .padStart(6, '0')
    .replaceAll(/[018]/g, (digit) => ({ '0': 'a', '1': 'b' })[digit] ?? 'c');
}

/** Ended and due jobs. `oldShare` of the ended ones ended long ago; the due ones were begun, so that a worker may claim them. */
export async function addJobs(
  db: Database,
  jobs: { readonly ended: number; readonly due: number; readonly persons: number; readonly oldShare: number },
): Promise<void> {
  const old = Math.round(jobs.ended * jobs.oldShare);
  const completedAt = `CASE WHEN k < ${old} THEN '2024-01-15 12:00:00.000' ELSE ${recent(db)} END`;
  await inChunks(
    jobs.ended,
    (from, rows) =>
      insertJobs(
        `CASE WHEN k % 20 = 0 THEN 'failed' ELSE 'completed' END`,
        completedAt,
        jobs.persons,
        `(SELECT ${from} + i AS k FROM ${rows}) r`,
      ),
    db,
  );
  await inChunks(
    jobs.due,
    (from, rows) => insertJobs("'pending'", 'NULL', jobs.persons, `(SELECT ${from} + i AS k FROM ${rows}) r`),
    db,
  );
  await recount(db);
}

function recent(db: Database): string {
  return db.type === 'sqlite' ? "strftime('%Y-%m-%d %H:%M:%f', 'now')" : 'UTC_TIMESTAMP(3)';
}

function insertJobs(state: string, completedAt: string, persons: number, rows: string): string {
  return `INSERT INTO training_job (person_id, person_name, training_type, state, max_faces_per_batch, begun, run_at, epoch, attempt, crashes,
      outages, faces_planned, faces_added, faces_removed, faces_unchanged, faces_failed, success_rate, training_time, queued_at, started_at, completed_at)
    SELECT 1 + k % ${persons}, 'Somebody', CASE WHEN k % 3 = 0 THEN 'full' ELSE 'incremental' END, ${state}, 50, 1, k, 1, 1, 0, 0, 5, 5, 0, 0, 0, 100,
      4000, ${NOW}, ${NOW}, ${completedAt} FROM ${rows}`;
}

/** Makes the counters what a recount of all jobs gives. */
export async function recount(db: Database): Promise<void> {
  const states = await select<{ state: string } & Record<'n' | 'full_ones' | 'rates' | 'times', number | string>>(
    db.reader,
    `SELECT state, COUNT(*) AS n, COUNT(CASE WHEN training_type = 'full' THEN 1 END) AS full_ones, SUM(success_rate) AS rates,
       SUM(training_time) AS times FROM training_job GROUP BY state`,
  );
  const values = new Map<string, number>();
  for (const { state, n, full_ones, rates, times } of states) {
    values.set(`all_${state}`, Number(n)).set(`training_${state}`, Number(n)).set(`full_${state}`, Number(full_ones));
    if (state === 'completed' || state === 'failed')
      values.set('training_rate_sum', (values.get('training_rate_sum') ?? 0) + Number(rates));
    if (state === 'completed') values.set('training_time_sum', Number(times));
  }
  await execute(db.reader, "DELETE FROM kept_sum WHERE metric NOT LIKE 'persons%'");
  for (const [metric, value] of values)
    await execute(db.reader, 'INSERT INTO kept_sum (metric, shard, value) VALUES (?, 0, ?)', [metric, value]);
}

function addPhoto(db: Database): Promise<number> {
  return insertRow(
    db.reader,
    `INSERT INTO photo (source_hash, content_hash, width, height, original_name, created_at) VALUES ('', '', 320, 320, 'photo.jpg', ${NOW})`,
    [],
  );
}

function storeCrop({ dataDir }: TestDatabase, bytes: Buffer): string {
  const hash = createHash('sha256').update(bytes).digest('hex');
  const folder = join(dataDir, 'faces', hash.slice(0, 2));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${hash}.jpg`), bytes);
  return hash;
}

/** A comment segment right behind the start of the image: other bytes, the same picture. */
function withComment(jpeg: Buffer, comment: string): Buffer {
  const segment = Buffer.from([0xff, 0xfe, 0, comment.length + 2]);
  return Buffer.concat([jpeg.subarray(0, 2), segment, Buffer.from(comment), jpeg.subarray(2)]);
}
