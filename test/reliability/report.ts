import type { ProofRun } from './run.js';
export function writeReport(runs: readonly ProofRun[], seed: string, complete: boolean): void {
  void runs;
  void seed;
  void complete;
}
