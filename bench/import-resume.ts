import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { databases } from '../test/support/databases.js';
import { aFacePhoto, PERSON_COUNT } from '../test/support/face-photos.js';
import { spawnFakeCompreFace } from '../test/support/fake-compreface/spawn-fake-compreface.js';
import { SCALED_WORKER_TIMES } from '../test/support/new-test-app.js';
import { seededRandom } from '../test/support/seeded-random.js';
import { spawnApp, type SpawnedApp } from '../test/support/spawn-app.js';

// Imports drawn photos while the import, and now and then the service, is killed with -9; then counts that each photo is there once.
//   npm run build && node --require ./test/support/typescript-register.cjs bench/import-resume.ts --photos 10000 --persons 500 --kills 20
const PROGRAM = join(__dirname, '../import/import.mjs');

const { values } = parseArgs({
  options: {
    photos: { type: 'string', default: '1000' },
    persons: { type: 'string', default: '50' },
    kills: { type: 'string', default: '6' },
    seed: { type: 'string', default: String(process.pid) },
  },
});
const wanted = { photos: Number(values.photos), persons: Number(values.persons), kills: Number(values.kills) };

async function main(): Promise<void> {
  console.log(`${JSON.stringify(wanted)}, seed ${values.seed}`);
  const random = seededRandom(values.seed);
  const folder = mkdtempSync(join(tmpdir(), 'import-bench-'));
  const place = await databases[0]!.create();
  const fake = await spawnFakeCompreFace({ capacity: 8, latencyMs: 0 });
  const port = String(await freePort());
  const environment = {
    ...SCALED_WORKER_TIMES,
    ...place.environment,
    PORT: port,
    COMPREFACE_URL: fake.url,
    COMPREFACE_API_KEY: fake.apiKey,
  };
  let app = await spawnApp(environment);
  try {
    await drawTree(folder);
    const startedAt = performance.now();
    for (let kill = 1; kill <= wanted.kills; kill += 1) {
      const child = importing(folder, port);
      const code = await endedWithin(child, 1_000 + random() * 4_000);
      if (code !== undefined) break;
      const isServiceToo = kill % 3 === 0;
      if (isServiceToo) await app.kill();
      child.kill('SIGKILL');
      if (isServiceToo) app = await spawnApp(environment);
      console.log(`kill ${kill}${isServiceToo ? ', of the service too' : ''}: ${await faces(app)} faces`);
    }
    const code = await endedWithin(importing(folder, port, 'inherit'), 7_200_000);
    console.log(`exit code ${code}, ${((performance.now() - startedAt) / 1000).toFixed(1)} s in all`);
    process.exitCode = (await countsAreRight(app)) && code === 0 ? 0 : 1;
  } finally {
    await app.kill();
    await fake.close();
    await place.drop();
    rmSync(folder, { recursive: true });
  }
}

async function drawTree(folder: string): Promise<void> {
  for (let person = 0; person < wanted.persons; person += 1) mkdirSync(join(folder, `Person ${person}`));
  for (let photo = 0; photo < wanted.photos; photo += 1) {
    const person = photo % wanted.persons;
    // The number makes every photo another one, also of persons who look alike.
    const bytes = await aFacePhoto({ person: person % PERSON_COUNT, variant: photo });
    writeFileSync(join(folder, `Person ${person}`, `${photo}.jpg`), bytes);
  }
}

function importing(folder: string, port: string, stdio: 'ignore' | 'inherit' = 'ignore'): ChildProcess {
  return spawn(process.execPath, [PROGRAM, folder, '--by-folder', '--url', `http://127.0.0.1:${port}`], { stdio });
}

function endedWithin(child: ChildProcess, ms: number): Promise<number | null | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms, undefined);
    child.once('exit', (code) => {
      clearTimeout(timer);
      resolve(code);
    });
  });
}

async function faces(app: SpawnedApp): Promise<number> {
  return (await faceCounts(app)).reduce((sum, count) => sum + count, 0);
}

async function countsAreRight(app: SpawnedApp): Promise<boolean> {
  const counts = await faceCounts(app);
  const total = counts.reduce((sum, count) => sum + count, 0);
  console.log(`${counts.length} persons of ${wanted.persons}, ${total} faces of ${wanted.photos}`);
  const expected = (person: number): number =>
    Math.floor(wanted.photos / wanted.persons) + (person < wanted.photos % wanted.persons ? 1 : 0);
  const sorted = counts.toSorted((a, b) => b - a);
  return counts.length === wanted.persons && sorted.every((count, person) => count === expected(person));
}

async function faceCounts(app: SpawnedApp): Promise<number[]> {
  const counts: number[] = [];
  for (let page = 1; ; page += 1) {
    const answer = await app.api.get(`/persons?limit=200&page=${page}`);
    const { persons } = answer.body as { persons: { face_count: number }[] };
    counts.push(...persons.map(({ face_count }) => face_count));
    if (persons.length < 200) return counts;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  });
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
