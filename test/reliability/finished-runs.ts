import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commit } from './commit.js';
import type { Proof } from './proof.js';
import { proofs } from './proofs.js';
import type { ProofRun } from './run.js';

type StoredRun = Omit<ProofRun, 'proof'>;

/**
 * The proofs of one seed that have been run in full, a file for each: a long run that was interrupted can go on, and two runs at the same time
 * can share the work.
 */
export class FinishedRuns {
  private readonly folder: string;

  constructor(seed: string) {
    this.folder = join(__dirname, '../../.cache/reliability', seed.replace(/\W/g, ''));
  }

  /** In the order of the proofs. */
  read(): ProofRun[] {
    return proofs.flatMap((proof) => this.readOne(proof));
  }

  write(proof: Proof, runs: readonly ProofRun[]): void {
    mkdirSync(this.folder, { recursive: true });
    const stored = runs.map(({ ground, n, failures, notes, seconds }): StoredRun => {
      return { ground, n, failures, notes, seconds, commit: commit() };
    });
    writeFileSync(this.fileOf(proof), JSON.stringify(stored));
  }

  private readOne(proof: Proof): ProofRun[] {
    let stored: StoredRun[];
    try {
      stored = JSON.parse(readFileSync(this.fileOf(proof), 'utf8')) as StoredRun[];
    } catch {
      return [];
    }
    return stored.map((run) => ({ ...run, proof }));
  }

  private fileOf({ id }: Proof): string {
    return join(this.folder, `${id}.json`);
  }
}
