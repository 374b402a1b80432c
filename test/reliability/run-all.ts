import type { Ground } from './proof.js';
import { proofs } from './proofs.js';
import { writeReport } from './report.js';
import { runProof, type ProofRun } from './run.js';

export interface CommandLine {
  readonly only?: string | undefined;
  readonly on?: string | undefined;
  readonly scale: string;
  readonly seed: string;
}

/** Runs the proofs one after the other, each on its databases at the same time. Returns whether every promise held. */
export async function runAll({ only, on, scale, seed }: CommandLine): Promise<boolean> {
  const wanted = only?.split(',');
  const runs: ProofRun[] = [];
  const startedMs = performance.now();
  const progress = (text: string): void => {
    console.log(`         ${text}`);
  };
  console.log(`seed ${seed}, scale ${scale}`);
  for (const proof of proofs.filter(({ id }) => wanted?.includes(id) ?? true)) {
    const grounds = proof.grounds.filter((ground) => on === undefined || ground === on);
    const run = (ground: Ground): Promise<ProofRun> =>
      runProof(proof, ground, { seed, scale: Number(scale), progress });
    const some = proof.alone ? await inTurn(grounds, run) : await Promise.all(grounds.map(run));
    some.forEach(print);
    runs.push(...some);
    // Only the full figures go into the report.
    if (wanted === undefined && on === undefined && scale === '1') {
      const seconds = (performance.now() - startedMs) / 1_000;
      writeReport(runs, { seed, seconds, complete: proof === proofs.at(-1) });
    }
  }
  return runs.every(({ failures }) => failures === 0);
}

async function inTurn(grounds: readonly Ground[], run: (ground: Ground) => Promise<ProofRun>): Promise<ProofRun[]> {
  const runs: ProofRun[] = [];
  for (const ground of grounds) runs.push(await run(ground));
  return runs;
}

function print({ proof, ground, n, failures, notes, seconds }: ProofRun): void {
  const verdict = failures === 0 ? 'held  ' : 'BROKEN';
  console.log(`${verdict} ${proof.id} on ${ground}: n = ${n}, failures = ${failures}, ${seconds.toFixed(0)} s`);
  for (const note of notes) console.log(`         ${note}`);
}
