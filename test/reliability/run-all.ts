import type { Ground, Proof } from './proof.js';
import { proofs } from './proofs.js';
import { FinishedRuns } from './finished-runs.js';
import { writeReport } from './report.js';
import { runProof, type ProofRun } from './run.js';

export interface CommandLine {
  readonly only?: string | undefined;
  readonly on?: string | undefined;
  readonly scale: string;
  readonly seed: string;
  /** Goes on where a run with the same seed was interrupted. */
  readonly resume?: boolean | undefined;
}

/** Runs the proofs one after the other, each on its databases at the same time. Returns whether every promise held. */
export async function runAll({ only, on, scale, seed, resume }: CommandLine): Promise<boolean> {
  const wanted = only?.split(',');
  // Whatever was run in full counts for the report, also when some proofs are run now and others later.
  const full = on === undefined && scale === '1';
  const done = new FinishedRuns(seed);
  const before = resume ? done.read() : [];
  const runs: ProofRun[] = [];
  const progress = (text: string): void => {
    console.log(`         ${text}`);
  };
  console.log(`seed ${seed}, scale ${scale}`);
  for (const proof of proofs.filter(({ id }) => wanted?.includes(id) ?? true)) {
    if (before.some((run) => run.proof === proof)) continue;
    const grounds = proof.grounds.filter((ground) => on === undefined || ground === on);
    const run = (ground: Ground): Promise<ProofRun> =>
      runProof(proof, ground, { seed, scale: Number(scale), progress });
    const some = proof.alone ? await inTurn(grounds, run) : await Promise.all(grounds.map(run));
    some.forEach(print);
    runs.push(...some);
    if (full) report(done, proof, some, seed);
  }
  return [...before, ...runs].every(({ failures }) => failures === 0);
}

function report(done: FinishedRuns, proof: Proof, some: readonly ProofRun[], seed: string): void {
  done.write(proof, some);
  const all = done.read();
  writeReport(
    all,
    seed,
    proofs.every((one) => all.some((run) => run.proof === one)),
  );
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
