import { AdaptiveLimit } from '../adaptive-limit.js';

export interface Simulation {
  /** How long the server works on one call. */
  readonly serviceMs: number;
  /** How many calls it works on at once, one phase after the other; the rest wait in the order they came. */
  readonly capacities: readonly { readonly capacity: number; readonly forMs: number }[];
  readonly maximum: number;
}

export interface SimulationResult {
  /** Calls served, of those that the server could have served. */
  readonly servedShare: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

interface Waiting {
  readonly startedMs: number;
  readonly inFlight: number;
}

const STEP_MS = 5;

/** A client with endless work, its limit, and a queueing server, in simulated time: steps of 5 ms. */
export function simulate({ serviceMs, capacities, maximum }: Simulation): SimulationResult {
  const limit = new AdaptiveLimit(maximum);
  const queue: Waiting[] = [];
  let working: { readonly call: Waiting; readonly endMs: number }[] = [];
  const latencies: number[] = [];
  let possible = 0;
  let nowMs = 0;
  for (const { capacity, forMs } of capacities) {
    possible += (capacity * forMs) / serviceMs;
    for (const untilMs = nowMs + forMs; nowMs < untilMs; nowMs += STEP_MS) {
      for (const { call } of working.filter(({ endMs }) => endMs <= nowMs)) {
        latencies.push(nowMs - call.startedMs);
        limit.record({ ...call, endedMs: nowMs, overloaded: false });
      }
      working = working.filter(({ endMs }) => endMs > nowMs);
      while (queue.length + working.length < limit.value) {
        queue.push({ startedMs: nowMs, inFlight: queue.length + working.length + 1 });
      }
      const admitted = queue.splice(0, Math.max(0, capacity - working.length));
      working.push(...admitted.map((call) => ({ call, endMs: nowMs + serviceMs })));
    }
  }
  latencies.sort((a, b) => a - b);
  return {
    servedShare: latencies.length / possible,
    p99Ms: latencies[Math.floor(latencies.length * 0.99)] ?? 0,
    maxMs: latencies.at(-1) ?? 0,
  };
}
