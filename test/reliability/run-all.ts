import { proofs } from './proofs.js';
import { runProof, type ProofRun } from './run.js';
import { writeReport } from './report.js';

export interface CommandLine {
  readonly only?: string | undefined;
  readonly on?: string | undefined;
  readonly scale: string;
  readonly seed: string;
}

/** Returns whether every promise held. */
export async function runAll({ only, on, scale, seed }: CommandLine): Promise<boolean> {
  const wanted = only?.split(',');
  const runs: ProofRun[] = [];
  console.log(`seed ${seed}, scale ${scale}`);
  for (const proof of proofs.filter(({ id }) => wanted?.includes(id) ?? true)) {
    const grounds = proof.grounds.filter((ground) => on === undefined || ground === on);
    const some = await Promise.all(
      grounds.map((ground) =>
        runProof(proof, ground, {
          seed,
          scale: Number(scale),
          progress: (text) => {
            console.log(`  ${text}`);
          },
        }),
      ),
    );
    some.forEach(print);
    runs.push(...some);
    if (wanted === undefined && on === undefined && scale === '1')
      writeReport(runs, seed, proofs.length === runs.length);
  }
  return runs.every(({ failures }) => failures === 0);
}

function print({ proof, ground, n, failures, notes, seconds }: ProofRun): void {
  console.log(
    `${failures === 0 ? 'held  ' : 'BROKEN'} ${proof.id} on ${ground}: n = ${n}, failures = ${failures}, ${seconds.toFixed(0)} s`,
  );
  for (const note of notes) console.log(`         ${note}`);
}
