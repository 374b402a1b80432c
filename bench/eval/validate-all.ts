// What measuring everybody costs with 10,000 faces of 500 persons, whose embeddings are in place:
//   npm run bench:validation [-- --faces N --persons N]
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { MODEL_VERSIONS } from '../../src/compreface/embedded/models/face-analyser.js';
import type { Database } from '../../src/database/database.js';
import { execute, insertRow } from '../../src/database/sql.js';
import { packEmbedding } from '../../src/persons/embedding.js';
import { databases } from '../../test/support/databases.js';
import { seededRandom } from '../../test/support/seeded-random.js';
import { type SpawnedApp, spawnApp } from '../../test/support/spawn-app.js';
import { figure, heading, missedTargets, wait } from '../report.js';
import { seededPlace } from '../seed.js';
import { EvaluatedService } from './evaluated-service.js';

const NOW = "'2026-01-15 12:00:00.000'";
const DIMENSION = 128;
const OBSERVER = join(__dirname, 'observed-process.cjs');

interface Observed {
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly rssMb: number;
  readonly peakMb: number;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { faces: { type: 'string' }, persons: { type: 'string' } } });
  const [faces, persons] = [Number(values.faces ?? 10_000), Number(values.persons ?? 500)];
  heading(`Measuring everybody: ${faces} faces of ${persons} persons`);
  const place = await seededPlace(databases[0]!, (db) => addEmbeddings(db, persons, faces));
  const app = await spawnApp({
    ...place.environment,
    TRAINING_SCHEDULE_ENABLED: 'false',
    NODE_OPTIONS: `--require ${OBSERVER}`,
  });
  const service = new EvaluatedService(app.api.baseUrl);
  await wait(3_000);
  const idle = await observe(app);
  const startedAt = performance.now();
  const summary = await service.validateAll();
  const seconds = (performance.now() - startedAt) / 1_000;
  const busy = await observe(app);
  figure('time', seconds, 's', { atMost: 60 });
  figure('memory over idle, at the peak', busy.peakMb - idle.rssMb, 'MB', { atMost: 300 });
  figure('delay of the event loop, 99 of 100, idle', idle.p99Ms, 'ms');
  figure('delay of the event loop, 99 of 100, above that', busy.p99Ms - idle.p99Ms, 'ms', { atMost: 50 });
  figure('delay of the event loop, longest', busy.maxMs, 'ms');
  figure('rank-1', summary.rank1_rate ?? Number.NaN, '%');
  await app.stop();
  await place.drop();
  process.exitCode = missedTargets() === 0 ? 0 : 1;
}

/** Asks the process for what it has observed since the last time. */
async function observe(app: SpawnedApp): Promise<Observed> {
  const seen = (): string[] => app.output().match(/OBSERVED .*\}/g) ?? [];
  const before = seen().length;
  app.signal('SIGCONT');
  while (seen().length === before) await wait(20);
  return JSON.parse(seen().at(-1)!.slice('OBSERVED '.length)) as Observed;
}

/** Embeddings that lie as far apart as those of real people. */
async function addEmbeddings(db: Database, persons: number, faces: number): Promise<void> {
  const random = seededRandom('validate-all');
  const bell = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const shared = Array.from({ length: DIMENSION }, bell);
  for (let person = 1; person <= persons; person += 1) {
    const look = shared.map((value) => value + bell() * 0.38);
    await db.write(async (em) => {
      await execute(
        em,
        `INSERT INTO person (id, name, name_key, search_name, auto_recognize, subject, desired_generation, trained_generation, example_count,
           is_training, last_failed, retries_spent, created_at, updated_at) VALUES (?, ?, ?, ?, 1, ?, 1, 0, 0, 0, 0, 0, ${NOW}, ${NOW})`,
        [person, `Person ${person}`, `person-${person}`, `person ${person}`, `person-${person}`],
      );
      await execute(em, "UPDATE kept_sum SET value = value + 1 WHERE metric = 'persons_all' AND shard = 0");
      for (let face = person; face <= faces; face += persons) {
        const hash = String(face).padStart(64, '0');
        const photoId = await insertRow(
          em,
          `INSERT INTO photo (source_hash, content_hash, width, height, original_name, created_at) VALUES (?, ?, 320, 320, 'photo.jpg', ${NOW})`,
          [hash, hash],
        );
        const faceId = await insertRow(
          em,
          `INSERT INTO face (photo_id, person_id, source_hash, content_hash, state, examine_tries, created_at) VALUES (?, ?, ?, ?, 'ready', 0, ${NOW})`,
          [photoId, person, hash, hash],
        );
        await execute(em, 'INSERT INTO face_embedding (face_id, calculator, vector) VALUES (?, ?, ?)', [
          faceId,
          MODEL_VERSIONS.calculator,
          packEmbedding(look.map((value) => value + bell() * 0.19)),
        ]);
      }
    });
  }
}

void main();
