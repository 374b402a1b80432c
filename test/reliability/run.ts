import { databases, type DatabaseKind } from '../support/databases.js';
import { seededRandom } from '../support/seeded-random.js';
import type { Ground, Proof, ProofResult } from './proof.js';

export interface RunOptions {
  readonly seed: string;
  /** 1: the full figures. */
  readonly scale: number;
  readonly progress: (text: string) => void;
}

export interface ProofRun extends ProofResult {
  readonly proof: Proof;
  readonly ground: Ground;
  readonly seconds: number;
  /** What it was run on; told where a report holds runs on different ones. */
  readonly commit?: string;
}

/** Runs one proof on one database. Whatever it throws is a failure of the promise. */
export async function runProof(proof: Proof, ground: Ground, options: RunOptions): Promise<ProofRun> {
  const startedMs = performance.now();
  const database = databases.find(({ name }) => name === ground);
  const result = await proof
    .run({
      ground,
      get database(): DatabaseKind {
        if (!database) throw new Error(`${ground} is not there to test on`);
        return database;
      },
      random: seededRandom(`${options.seed}/${proof.id}/${ground}`),
      count: (full, smallest = 1) => Math.max(smallest, Math.round(full * options.scale)),
      progress: (text) => {
        options.progress(`${proof.id} on ${ground}: ${text}`);
      },
    })
    .catch((error: unknown): ProofResult => ({
      n: 0,
      failures: 1,
      notes: [`BROKEN: ${String((error as Error).stack ?? error)}`],
    }));
  return { ...result, proof, ground, seconds: (performance.now() - startedMs) / 1_000 };
}
