/** What a figure must be; a figure without a target is there for comparison. */
export interface Target {
  readonly atLeast?: number;
  readonly atMost?: number;
}

let missed = 0;

export function heading(text: string): void {
  console.log(`\n${text}`);
}

/** Prints one figure with its target. */
export function figure(name: string, value: number, unit: string, target: Target = {}): void {
  const { atLeast, atMost } = target;
  const wanted = atLeast !== undefined ? `>= ${atLeast}` : atMost !== undefined ? `<= ${atMost}` : '';
  const isMissed = (atLeast !== undefined && value < atLeast) || (atMost !== undefined && value > atMost);
  if (isMissed) missed += 1;
  const verdict = wanted === '' ? '' : isMissed ? `  (${wanted}: MISSED)` : `  (${wanted}: ok)`;
  console.log(`  ${name.padEnd(62)} ${shown(value).padStart(9)} ${unit}${verdict}`);
}

export function missedTargets(): number {
  return missed;
}

/** The `share` quantile, 0..1, by nearest rank. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** How long each of `count` calls took, in ms, one after the other. */
export async function timed(count: number, work: (index: number) => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const startedAt = performance.now();
    await work(index);
    times.push(performance.now() - startedAt);
  }
  return times;
}

export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function shown(value: number): string {
  if (Number.isNaN(value)) return '?';
  return value >= 1_000 ? Math.round(value).toLocaleString('en') : value.toFixed(value >= 100 ? 0 : 2);
}
