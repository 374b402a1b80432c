import type { DatabaseKind } from '../support/databases.js';

/** On which database a proof runs; `none` for what needs no database of the application. */
export type Ground = DatabaseKind['name'] | 'none';

/** What a proof is run with. */
export interface ProofContext {
  readonly ground: Ground;
  /** The database of that name; throws for `none`. */
  readonly database: DatabaseKind;
  /** Uniform numbers 0 <= n < 1 out of the run's seed. */
  readonly random: () => number;
  /** The full figure scaled down, never below `smallest` (default 1). */
  count(full: number, smallest?: number): number;
  /** Tells whoever watches how far it is. */
  progress(text: string): void;
}

export interface ProofResult {
  /** Trials that were made. */
  readonly n: number;
  /** Trials that broke the promise; what broke is in the notes. */
  readonly failures: number;
  readonly notes: readonly string[];
}

/** One promise and the experiment that could refute it. */
export interface Proof {
  readonly id: string;
  readonly promise: string;
  readonly grounds: readonly Ground[];
  /** It measures times: its databases take turns. */
  readonly alone?: boolean;
  run(context: ProofContext): Promise<ProofResult>;
}

/** Collects what broke; a proof shows the first few of each kind. */
export class Findings {
  private readonly broken: string[] = [];
  private readonly remarks: string[] = [];

  /** Counts a failure unless it holds. */
  expect(holds: boolean, complaint: string): void {
    if (!holds) this.broken.push(complaint);
  }

  fail(...complaints: readonly string[]): void {
    this.broken.push(...complaints);
  }

  remark(text: string): void {
    this.remarks.push(text);
  }

  result(n: number): ProofResult {
    const shown = this.broken.slice(0, 8);
    const more = this.broken.length - shown.length;
    return {
      n,
      failures: this.broken.length,
      notes: [...this.remarks, ...shown.map((text) => `BROKEN: ${text}`), ...(more > 0 ? [`… and ${more} more`] : [])],
    };
  }
}

/** The value below which a share (0..1) of the values lies; 0 without values. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0;
}
