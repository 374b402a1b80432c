import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { proofs } from './proofs.js';
import type { ProofRun } from './run.js';

type StoredRun = Omit<ProofRun, 'proof'> & { readonly proofId: string };

/** The proofs of one seed that have been run in full, so that a long run that was interrupted can go on. */
export class FinishedRuns {
  private readonly file: string;

  constructor(seed: string) {
    this.file = join(__dirname, '../../.cache/reliability', `${seed.replace(/\W/g, '')}.json`);
  }

  read(): ProofRun[] {
    let stored: StoredRun[];
    try {
      stored = JSON.parse(readFileSync(this.file, 'utf8')) as StoredRun[];
    } catch {
      return [];
    }
    return stored.flatMap(({ proofId, ...run }) => {
      const proof = proofs.find(({ id }) => id === proofId);
      return proof ? [{ ...run, proof }] : [];
    });
  }

  write(runs: readonly ProofRun[]): void {
    mkdirSync(dirname(this.file), { recursive: true });
    const stored = runs.map(({ proof, ...run }): StoredRun => ({ ...run, proofId: proof.id }));
    writeFileSync(this.file, JSON.stringify(stored));
  }
}
