/** Resident memory of all processes, MB, after so many requests. */
export interface MemorySample {
  readonly requests: number;
  readonly megabytes: number;
}

/** The share of a run that is warming up: models load, code is compiled, heaps find their size. */
const WARM_UP = 0.2;

/**
 * How much memory grew after the first fifth of the run, MB: along the line of least squares, so that the moment at which
 * garbage is collected does not decide. NaN with fewer than three samples.
 */
export function growthAfterWarmUp(samples: readonly MemorySample[]): number {
  const last = samples.at(-1)?.requests ?? 0;
  const settled = samples.filter(({ requests }) => requests >= WARM_UP * last);
  if (settled.length < 3) return NaN;
  const mean = (of: (sample: MemorySample) => number) =>
    settled.reduce((sum, one) => sum + of(one), 0) / settled.length;
  const [meanX, meanY] = [mean(({ requests }) => requests), mean(({ megabytes }) => megabytes)];
  const along = mean(({ requests, megabytes }) => (requests - meanX) * (megabytes - meanY));
  const slope = along / mean(({ requests }) => (requests - meanX) ** 2);
  return slope * (last - (settled[0]?.requests ?? 0));
}
