import { LatencyBaseline } from './latency-baseline.js';

const FIRST_LIMIT = 4;
const SLOWEST_FAST_MS = 150;
const SLOW_FACTOR = 3;
const DECREASE = 0.9;

// A saturated client sees only latencies with its own queue in them, and would take those for normal. So from time to time it holds back
// until a few calls have shown how fast the server is by itself.
const LIGHT_EVERY_MS = 120_000;
const LIGHT_SHARE = 4;
const LIGHT_SAMPLES = 8;

/** One finished call that cost inference. */
export interface Sample {
  readonly startedMs: number;
  readonly endedMs: number;
  /** Calls under way when it started, itself included. */
  readonly inFlight: number;
  /** The server refused, broke off or ran out of time. */
  readonly overloaded: boolean;
}

/**
 * How many calls may be under way at once: additive increase, multiplicative decrease on latency (as AIMDLimit.java of Netflix's
 * concurrency-limits). A call is slow above max(150 ms, 3 x the usual latency): the queue is then some times the server's capacity. More would
 * serve no more, and whoever comes with one call would wait for as long.
 */
export class AdaptiveLimit {
  private readonly baseline = new LatencyBaseline();
  private limit: number;
  private windowStartMs = -Infinity;
  private windowSamples = 0;
  private lightSinceMs: number | null = null;
  private lightSamplesLeft = 0;

  constructor(private readonly maximum: number) {
    this.limit = Math.min(FIRST_LIMIT, maximum);
  }

  /** Whole calls, 1..maximum. */
  get value(): number {
    return Math.floor(this.lightSamplesLeft > 0 ? this.lightLimit : this.limit);
  }

  record(sample: Sample): void {
    const latencyMs = sample.endedMs - sample.startedMs;
    if (!sample.overloaded) this.learn(sample, latencyMs);
    if (sample.overloaded || latencyMs > this.thresholdMs(sample.endedMs)) this.decrease(sample);
    else this.increase(sample);
  }

  /** After an outage: one call goes first, the others follow as it succeeds. */
  restart(nowMs: number): void {
    this.limit = 1;
    this.lightSamplesLeft = 0;
    this.openWindow(nowMs);
  }

  private learn(sample: Sample, latencyMs: number): void {
    const light = sample.inFlight <= this.lightLimit;
    this.baseline.add(latencyMs, sample.endedMs, light);
    if (light) this.lightSinceMs = sample.endedMs;
    this.lightSinceMs ??= sample.endedMs;
    if (light && this.lightSamplesLeft > 0) this.lightSamplesLeft--;
    else if (sample.endedMs - this.lightSinceMs > LIGHT_EVERY_MS) this.holdBack(sample.endedMs);
  }

  private holdBack(nowMs: number): void {
    this.lightSinceMs = nowMs;
    this.lightSamplesLeft = LIGHT_SAMPLES;
  }

  private thresholdMs(nowMs: number): number {
    return Math.max(SLOWEST_FAST_MS, SLOW_FACTOR * (this.baseline.baseMs(nowMs) ?? 0));
  }

  // Calls that started before the last decrease tell of the time before it: they must not decrease again.
  private decrease(sample: Sample): void {
    if (sample.startedMs < this.windowStartMs) return;
    this.limit = Math.max(1, this.limit * DECREASE);
    this.openWindow(sample.endedMs);
  }

  private increase(sample: Sample): void {
    this.windowSamples++;
    if (this.windowSamples < this.limit || sample.inFlight * 2 < this.limit) return;
    this.limit = Math.min(this.maximum, this.limit + 1);
    this.windowSamples = 0;
  }

  private openWindow(nowMs: number): void {
    this.windowStartMs = nowMs;
    this.windowSamples = 0;
  }

  private get lightLimit(): number {
    return Math.max(1, this.limit / LIGHT_SHARE);
  }
}
