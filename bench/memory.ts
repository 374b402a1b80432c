import { readdirSync, readFileSync } from 'node:fs';
import { databases } from '../test/support/databases.js';
import { spawnFakeCompreFace } from '../test/support/fake-compreface/spawn-fake-compreface.js';
import { figure, heading, wait } from './report.js';
import { addTrainablePerson, seededPlace } from './seed.js';
import { Service } from './service.js';

const FACES = 10_000;
const SMALL = 100;
/** Heaps to try, in MB: the idle service needs nearly as much as the least. */
const HEAPS = [44, 46, 48, 50, 52, 54, 56, 60, 64];
/** One step of the heaps above: measured more finely, it is about 100 bytes a face, the ids with which the collection is compared. */
const STEP_MB = 2;

/** So many jobs, one after the other, of so many faces each. */
interface Work {
  readonly jobs: number;
  readonly faces: number;
}

/**
 * What a job needs: the smallest heap in which it comes to its end, and how much the process grows above its idle size when nothing limits
 * it. A busy process grows for a while whatever it does, as its garbage collector and its compiler let it; so the large job is held against
 * as many uploads by small jobs. Linux only: it reads /proc.
 */
export async function memory(): Promise<void> {
  heading('Memory of a job: growth of the process over idle');
  const one = await growthWith({ jobs: 1, faces: SMALL });
  const small = await growthWith({ jobs: FACES / SMALL, faces: SMALL });
  const large = await growthWith({ jobs: 1, faces: FACES });
  figure(`one job of ${SMALL} faces`, one, 'MB');
  figure(`${FACES / SMALL} jobs of ${SMALL} faces, one after the other`, small, 'MB');
  figure(`one job of ${FACES} faces`, large, 'MB');
  figure(`one job of ${FACES} faces against as many uploads by small jobs`, large / small, 'times', { atMost: 1.2 });
  heading('Memory of a job: the smallest heap in which it comes to its end');
  const needsOne = await smallestHeap({ jobs: 1, faces: SMALL });
  const needsSmall = await smallestHeap({ jobs: FACES / SMALL, faces: SMALL }, needsOne);
  const needsLarge = await smallestHeap({ jobs: 1, faces: FACES }, needsOne);
  figure(`one job of ${SMALL} faces`, needsOne, 'MB');
  figure(`${FACES / SMALL} jobs of ${SMALL} faces, one after the other`, needsSmall, 'MB');
  figure(`one job of ${FACES} faces`, needsLarge, 'MB');
  figure(`what one job of ${FACES} faces needs more`, needsLarge - needsSmall, 'MB', { atMost: STEP_MB });
}

async function smallestHeap(work: Work, least = 0): Promise<number> {
  for (const heap of HEAPS.filter((mb) => mb >= least)) {
    const limits = { NODE_OPTIONS: `--max-old-space-size=${heap} --max-semi-space-size=1` };
    if (await withService(work, limits, async (service) => run(service, work)).catch(() => false)) return heap;
  }
  throw new Error('more memory is needed than was ever seen');
}

async function growthWith(work: Work): Promise<number> {
  return withService(work, {}, async (service) => {
    await service.train(1);
    await wait(2_000);
    const idle = rssMb();
    let peak = idle;
    const sampling = setInterval(() => (peak = Math.max(peak, rssMb())), 100);
    await run(service, work).finally(() => {
      clearInterval(sampling);
    });
    return peak - idle;
  });
}

/** The persons of the work have the ids from 2; the first is there to warm up. */
async function withService<T>(
  { jobs, faces }: Work,
  environment: Readonly<Record<string, string>>,
  use: (service: Service) => Promise<T>,
): Promise<T> {
  const place = await seededPlace(databases[0]!, async (db, where) => {
    await addTrainablePerson(db, where, 1, SMALL);
    for (let job = 0; job < jobs; job += 1) await addTrainablePerson(db, where, 2 + job, faces);
  });
  const fake = await spawnFakeCompreFace({ capacity: 16, latencyMs: 0 });
  try {
    const service = await Service.start(place, fake, environment);
    try {
      return await use(service);
    } finally {
      await service.stop();
    }
  } finally {
    await fake.close();
    await place.drop();
  }
}

async function run(service: Service, { jobs }: Work): Promise<true> {
  if (jobs === 1) await service.train(2);
  else {
    for (let job = 0; job < jobs; job += 1) await service.post(`/persons/${2 + job}/queue-training`);
    await service.post('/training/process-queue', { config: { maxConcurrentJobs: 1 } });
  }
  return true;
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
