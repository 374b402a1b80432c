import { readdirSync, readFileSync } from 'node:fs';
import type { Database } from '../src/database/database.js';
import { databases, type TestDatabase } from '../test/support/databases.js';
import { spawnFakeCompreFace } from '../test/support/fake-compreface/spawn-fake-compreface.js';
import { figure, heading, wait } from './report.js';
import { addTrainablePerson, seededPlace } from './seed.js';
import { Service } from './service.js';

const FACES = 10_000;
const SMALL = 100;
const MIDDLE = 1_000;
/** So small a heap that garbage is collected at once: what the process still grows by is what it needs. */
const TIGHT_HEAP = { NODE_OPTIONS: '--max-old-space-size=64 --max-semi-space-size=1' };

/**
 * How much a job makes the process grow above its idle size. The garbage collector lets a busy process grow for a while whatever it
 * does, so that the large job is held against as many uploads by small jobs, one after the other; and what a face more needs is measured
 * where the garbage collector has no room to wait. Linux only: it reads /proc.
 */
export async function memory(): Promise<void> {
  heading('Memory of a job: growth of the process over idle');
  const one = await growthWith(1, SMALL);
  const small = await growthWith(FACES / SMALL, SMALL);
  const large = await growthWith(1, FACES);
  figure(`one job of ${SMALL} faces`, one, 'MB');
  figure(`${FACES / SMALL} jobs of ${SMALL} faces, one after the other`, small, 'MB');
  figure(`one job of ${FACES} faces`, large, 'MB');
  figure(`one job of ${FACES} faces against as many uploads by small jobs`, large / small, 'times', { atMost: 1.2 });
  const middleTight = await growthWith(1, MIDDLE, TIGHT_HEAP);
  const largeTight = await growthWith(1, FACES, TIGHT_HEAP);
  figure(`in a heap of 64 MB: one job of ${MIDDLE} faces`, middleTight, 'MB');
  figure(`in a heap of 64 MB: one job of ${FACES} faces`, largeTight, 'MB');
  const perFaceKb = ((largeTight - middleTight) * 1_024) / (FACES - MIDDLE);
  figure('in a heap of 64 MB: what a face more needs', perFaceKb, 'KB', { atMost: 1.5 });
}

async function growthWith(
  jobs: number,
  faces: number,
  environment: Readonly<Record<string, string>> = {},
): Promise<number> {
  const place = await seededPlace(databases[0]!, async (db, where) => {
    await addTrainablePerson(db, where, 1, SMALL);
    await addPersonsWith(db, where, jobs, faces);
  });
  const fake = await spawnFakeCompreFace({ capacity: 16, latencyMs: 0 });
  const service = await Service.start(place, fake, environment);
  await service.train(1);
  await wait(2_000);
  const idle = rssMb();
  let peak = idle;
  const sampling = setInterval(() => (peak = Math.max(peak, rssMb())), 100);
  if (jobs === 1) await service.train(2);
  else {
    for (let job = 0; job < jobs; job += 1) await service.post(`/persons/${2 + job}/queue-training`);
    await service.post('/training/process-queue', { config: { maxConcurrentJobs: 1 } });
  }
  clearInterval(sampling);
  await service.stop();
  await fake.close();
  await place.drop();
  return peak - idle;
}

async function addPersonsWith(db: Database, place: TestDatabase, persons: number, faces: number): Promise<void> {
  for (let person = 0; person < persons; person += 1) await addTrainablePerson(db, place, 2 + person, faces);
}

/** Of the one child process that is the service. */
function rssMb(): number {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      if (!status.includes(`PPid:\t${process.pid}\n`)) continue;
      if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('dist/main.js')) continue;
      return Number(/VmRSS:\s+(\d+) kB/.exec(status)![1]) / 1_024;
    } catch {
      // It has ended meanwhile.
    }
  }
  throw new Error('the service does not run');
}
