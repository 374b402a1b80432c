// Loaded into the serving process before anything else (node --require): answers every 'delays' of its parent with what the
// event loop went through since the last one. It adds a timer of 10 ms and nothing to what is measured.
import { existsSync, readFileSync } from 'node:fs';
import { createHistogram, monitorEventLoopDelay } from 'node:perf_hooks';

const TICK_MS = 10;
const LONG_MS = 50;
const SCHEDULER = '/proc/thread-self/schedstat';

/** Of one long delay, in ms: how much of it this thread computed, waited for a core, and neither (the disk). */
export interface LongDelay {
  readonly ms: number;
  readonly computingMs: number;
  readonly waitingForCoreMs: number;
}

/** Delays of the event loop of one period, in ms. As the timer itself takes 10 ms, 10 means none. */
export interface LoopDelays {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** Those over 50 ms, of so many samples. */
  readonly long: readonly LongDelay[];
  readonly samples: number;
  /** Since the process started. */
  readonly p99OfAll: number;
  /** The same without the time in which this thread could run and stood in line for a core; Linux only, NaN elsewhere. */
  readonly p99OnACoreOfAll: number;
}

const [histogram, whole] = [
  monitorEventLoopDelay({ resolution: TICK_MS }),
  monitorEventLoopDelay({ resolution: TICK_MS }),
];
/** Of thousandths of a millisecond, from 1. */
const onACore = createHistogram();
let long: LongDelay[] = [];
let samples = 0;
let [at, ran, waited] = [performance.now(), ...threadTimes()];

function look(): void {
  const now = performance.now();
  const [runNow, waitedNow] = threadTimes();
  samples++;
  const own = now - at - (waitedNow - waited);
  if (!Number.isNaN(own)) onACore.record(Math.max(1, Math.round(1000 * own)));
  if (now - at > LONG_MS) long.push({ ms: now - at, computingMs: runNow - ran, waitingForCoreMs: waitedNow - waited });
  [at, ran, waited] = [now, runNow, waitedNow];
}

/** Time that this thread has computed, and stood in line for a core, in ms; Linux only, NaN elsewhere. */
function threadTimes(): [number, number] {
  if (!existsSync(SCHEDULER)) return [NaN, NaN];
  const [run = NaN, wait = NaN] = readFileSync(SCHEDULER, 'utf8').split(' ').map(Number);
  return [run / 1e6, wait / 1e6];
}

function report(): LoopDelays {
  const ms = (nanoseconds: number) => nanoseconds / 1e6;
  const [p50 = NaN, p99 = NaN, max = NaN] = [histogram.percentile(50), histogram.percentile(99), histogram.max].map(ms);
  const p99OnACoreOfAll = onACore.count > 0 ? onACore.percentile(99) / 1000 : NaN;
  const delays = { p50, p99, max, long, samples, p99OfAll: ms(whole.percentile(99)), p99OnACoreOfAll };
  histogram.reset();
  [long, samples] = [[], 0];
  return delays;
}

histogram.enable();
whole.enable();
setInterval(look, TICK_MS).unref();
process.on('message', (message) => {
  if (message === 'delays') process.send?.(report());
});
// A soak that was killed leaves nothing running.
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref();
