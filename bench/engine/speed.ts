import { availableParallelism } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { AnalyseOptions, Analysis } from '../../src/compreface/embedded/models/face-analyser.js';
import { startAnalyserProcess } from '../../src/compreface/embedded/models/pool/start-process.js';
import { WorkerFaceAnalyser } from '../../src/compreface/embedded/models/worker-face-analyser.js';
import { cropsOf, groupPhotos, smaller } from './photos.js';
import { median, number, table } from './report.js';
import { residentMegabytes } from './resident.js';

const LOAD_MS = 15_000;
const ROUNDS = 8;
const TRAINING: AnalyseOptions = { detectionThreshold: 0.5, plugins: new Set(['calculator']) };
const EVERYTHING: AnalyseOptions = {
  detectionThreshold: 0.5,
  plugins: new Set(['calculator', 'landmarks', 'pose', 'age', 'gender']),
};

/** Steps, throughput, memory, cold start and the main thread's event loop, on the photos of the weights' package. */
export async function measureSpeed(): Promise<void> {
  console.log(`Node ${process.version}, ${process.platform} ${process.arch}, ${availableParallelism()} cores\n`);
  const originals = groupPhotos();
  const small = await smaller(originals);
  const analyser = new WorkerFaceAnalyser({ workers: 1 });
  const crops = await cropsOf(originals, analyser);
  await analyser.close();
  const inputs = { 'group, 1920 px': originals, 'group, 640 px': small, 'one face, cropped': crops };
  await printSteps(inputs);
  for (const workers of [1, 2]) await printLoad(workers, { 'group, 640 px': small, 'one face, cropped': crops });
}

async function printSteps(inputs: Readonly<Record<string, readonly Buffer[]>>): Promise<void> {
  const rows: (string | number)[][] = [];
  for (const [name, photos] of Object.entries(inputs)) {
    const analyser = new WorkerFaceAnalyser({ workers: 1 });
    const coldStart = performance.now();
    await analyser.analyse(photos[0] ?? Buffer.alloc(0), EVERYTHING);
    const coldMs = performance.now() - coldStart;
    const analyses: (Analysis & { totalMs: number })[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      for (const photo of photos) {
        const start = performance.now();
        analyses.push({ ...(await analyser.analyse(photo, EVERYTHING)), totalMs: performance.now() - start });
      }
    }
    await analyser.close();
    const step = (key: string, per: (analysis: Analysis) => number) =>
      number(median(analyses.map((analysis) => (analysis.millis[key] ?? 0) / per(analysis))));
    const [photo, face] = [() => 1, ({ faces }: Analysis) => Math.max(1, faces.length)];
    const total = number(median(analyses.map(({ totalMs }) => totalMs)));
    const perFace = ['detector', 'landmarks', 'calculator', 'agegender'].map((key) => step(key, face));
    rows.push([name, total, step('decoder', photo), step('detector', photo), ...perFace, number(coldMs)]);
  }
  console.log('Milliseconds, median; one worker at a time. Cold start: from no process to the first answer');
  const perFace = ['detection', 'landmarks', 'embedding', 'age+gender'].map((step) => `${step} / face`);
  console.log(table(['photo', 'all in all', 'decode', 'detect', ...perFace, 'cold start'], rows));
}

/** Keeps every worker busy for a while and looks at what comes out, and at what the main thread feels of it. */
async function printLoad(workers: number, inputs: Readonly<Record<string, readonly Buffer[]>>): Promise<void> {
  const rows: (string | number)[][] = [];
  for (const [name, photos] of Object.entries(inputs)) {
    const pids: number[] = [];
    const startProcess = () => {
      const worker = startAnalyserProcess();
      pids.push(worker.pid ?? 0);
      return worker;
    };
    const analyser = new WorkerFaceAnalyser({ workers, startProcess });
    await Promise.all(photos.slice(0, 2 * workers).map((photo) => analyser.analyse(photo, TRAINING)));
    const delay = monitorEventLoopDelay({ resolution: 2 });
    delay.enable();
    const { analysed, faces, seconds } = await load(analyser, photos, workers);
    delay.disable();
    const ms = (nanoseconds: number) => number(nanoseconds / 1e6);
    const memory = [process.memoryUsage().rss / 1e6, ...pids.map((pid) => residentMegabytes(pid) ?? NaN)];
    const inAll = number(memory.reduce((sum, one) => sum + one));
    const delays = [ms(delay.percentile(99)), ms(delay.max)];
    const perSecond = [number(analysed / seconds), number(faces / seconds)];
    rows.push([name, ...perSecond, `${memory.map(number).join(' + ')} = ${inAll}`, ...delays]);
    await analyser.close();
  }
  console.log(`\n${workers} worker(s) under full load for ${LOAD_MS / 1000} s; memory: this process + each worker`);
  const heads = ['photo', 'photos/s', 'faces/s', 'resident memory, MB', 'event loop delay p99, ms', 'max, ms'];
  console.log(table(heads, rows));
}

async function load(analyser: WorkerFaceAnalyser, photos: readonly Buffer[], workers: number) {
  let [analysed, faces, next] = [0, 0, 0];
  const start = performance.now();
  const client = async () => {
    while (performance.now() - start < LOAD_MS) {
      const analysis = await analyser.analyse(photos[next++ % photos.length] ?? Buffer.alloc(0), TRAINING);
      analysed++;
      faces += analysis.faces.length;
    }
  };
  await Promise.all(Array.from({ length: 2 * workers }, client));
  return { analysed, faces, seconds: (performance.now() - start) / 1000 };
}
