const MEMORY_MS = 10 * 60_000;
const MAX_SAMPLES = 500;

interface TimedLatency {
  readonly atMs: number;
  readonly latencyMs: number;
}

/** How long a call takes when it does not wait for others: the 10th percentile of what was seen in the last 10 minutes. */
export class LatencyBaseline {
  private light: TimedLatency[] = [];
  private any: TimedLatency[] = [];
  private cached: number | null = null;

  /** `light` marks a call that ran with few others beside it; only those count once there is one. */
  add(latencyMs: number, nowMs: number, light: boolean): void {
    const sample = { atMs: nowMs, latencyMs };
    this.any = remember(this.any, sample);
    if (light) this.light = remember(this.light, sample);
    this.cached = null;
  }

  /** In ms; null before the first call. */
  baseMs(nowMs: number): number | null {
    this.cached ??= tenthPercentile(recent(this.light, nowMs)) ?? tenthPercentile(recent(this.any, nowMs));
    return this.cached;
  }
}

function remember(samples: TimedLatency[], sample: TimedLatency): TimedLatency[] {
  samples.push(sample);
  return samples.length > MAX_SAMPLES ? samples.slice(-MAX_SAMPLES / 2) : samples;
}

function recent(samples: readonly TimedLatency[], nowMs: number): number[] {
  return samples.filter(({ atMs }) => nowMs - atMs < MEMORY_MS).map(({ latencyMs }) => latencyMs);
}

function tenthPercentile(latencies: number[]): number | null {
  return latencies.sort((a, b) => a - b)[Math.floor(latencies.length / 10)] ?? null;
}
