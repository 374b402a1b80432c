/**
 * Loads the standalone engine and its real models for minutes, and tells whether its memory stays flat and its event loop
 * free:  npm run soak:engine [-- --count 2000] [--clients 4] [--examples 0]
 * `count` uploads and recognitions in turn; `examples` strangers are in the collection before. Exit status 1 when memory
 * grew, a request failed, or p99 of the event loop's delay was above 50 ms.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { number } from './report.js';
import { EngineProcess } from './soak/engine-process.js';
import { loadPhotos, sendNth } from './soak/load.js';
import type { LongDelay, LoopDelays } from './soak/loop-delay.js';
import { seedExamples } from './soak/seed.js';
import { growthAfterWarmUp, type MemorySample } from './soak/trend.js';

/** What the 80 % of the run after its first fifth may add; leaking each photo would add some 150 MB to 1,600 requests. */
const MAX_GROWTH_MB = 40;
const MAX_P99_MS = 50;
const WINDOWS = 40;

interface Options {
  readonly count: number;
  readonly clients: number;
  readonly examples: number;
}

interface Course {
  readonly samples: readonly MemorySample[];
  readonly delays: readonly LoopDelays[];
  readonly failed: number;
}

async function soak({ count, clients, examples }: Options): Promise<boolean> {
  const dataDir = mkdtempSync(join(tmpdir(), 'soak-'));
  if (examples > 0) seedExamples(dataDir, examples);
  const photos = await loadPhotos();
  const engine = await EngineProcess.start(dataDir);
  try {
    console.log(`Listens after ${number(engine.listeningMs)} ms; ${clients} clients, ${examples} examples before`);
    // What starting took is not what serving takes.
    await engine.loopDelays();
    const statuses: number[] = [];
    let next = 0;
    const startMs = performance.now();
    const client = async (end: number) => {
      while (next < end) statuses.push(await sendNth(next++, engine, photos));
    };
    console.log('requests  seconds  serving + models = all, MB   event loop delay p50 / p99 / max, ms   over 50 ms');
    const [samples, delays]: [MemorySample[], LoopDelays[]] = [[], []];
    for (let window = 1; window <= WINDOWS; window++) {
      const end = Math.round((count * window) / WINDOWS);
      await Promise.all(Array.from({ length: clients }, () => client(end)));
      const { serving, models } = engine.memory();
      samples.push({ requests: end, megabytes: serving + models });
      const delay = await engine.loopDelays();
      delays.push(delay);
      const seconds = (performance.now() - startMs) / 1000;
      const memory = `${number(serving)} + ${number(models)} = ${number(serving + models)}`;
      const loop = [delay.p50, delay.p99, delay.max].map(number).join(' / ');
      console.log(
        `${String(end).padEnd(9)} ${seconds.toFixed(0).padEnd(8)} ${memory.padEnd(28)} ${loop.padEnd(37)} ${delay.long.length}`,
      );
    }
    return verdict({ samples, delays, failed: statuses.filter((status) => status >= 300).length });
  } finally {
    await engine.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

function verdict({ samples, delays, failed }: Course): boolean {
  const growth = growthAfterWarmUp(samples);
  const isFlat = !(growth > MAX_GROWTH_MB);
  console.log(
    `\nMemory after the first 20 %: ${number(growth)} MB more, at most ${MAX_GROWTH_MB}: ${isFlat ? 'flat' : 'GROWING'}`,
  );
  const { p99OfAll: p99 = NaN, p99OnACoreOfAll = NaN } = delays.at(-1) ?? {};
  const isFree = p99 <= MAX_P99_MS;
  const worst = Math.max(...delays.map(({ max }) => max));
  console.log(
    `Event loop delay p99: ${number(p99)} ms, at most ${MAX_P99_MS}: ${isFree ? 'free' : 'BLOCKED'}; longest ${number(worst)} ms`,
  );
  console.log(`The same without waiting for a core, which other processes had: ${number(p99OnACoreOfAll)} ms`);
  const long = delays.flatMap((delay) => delay.long).toSorted((a, b) => b.ms - a.ms);
  console.log(`Delays over 50 ms: ${long.length}; the longest:`);
  for (const one of long.slice(0, 10)) console.log(`  ${causes(one)}`);
  console.log(`${failed} requests failed`);
  return isFlat && isFree && failed === 0;
}

function causes({ ms, computingMs, waitingForCoreMs }: LongDelay): string {
  const rest = ms - computingMs - waitingForCoreMs;
  return `${number(ms)} ms: ${number(computingMs)} computing, ${number(waitingForCoreMs)} waiting for a core, ${number(rest)} for the disk and timers`;
}

function readOptions(): Options {
  const options = { count: { type: 'string' }, clients: { type: 'string' }, examples: { type: 'string' } } as const;
  const { values } = parseArgs({ options });
  const [count, clients, examples] = [values.count ?? '2000', values.clients ?? '4', values.examples ?? '0'].map(
    Number,
  );
  if (!count || !clients || examples === undefined || !(count >= 40)) throw new Error('--count takes a number from 40');
  return { count, clients, examples };
}

// Ctrl-C reaches the engine, too: the next request fails, and what was made is removed.
process.once('SIGINT', () => undefined);

soak(readOptions()).then(
  (isGood) => {
    process.exitCode = isGood ? 0 : 1;
  },
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
