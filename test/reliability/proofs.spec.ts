import { databases } from '../support/databases.js';
import { proofs } from './proofs.js';
import { runProof } from './run.js';

/**
 * Of the proofs that kill processes or wait for time to pass, what fits into every run of the tests; the full figures: RELIABILITY.md. What
 * P9, P13 and P19 promise has specifications of its own: `stopping.spec.ts`, `kill.spec.ts`, `crashes.spec.ts`, `lease.spec.ts`.
 */
const SMALL = ['P1', 'P2', 'P3', 'P4', 'P8', 'P12'];
const seed = String(Math.floor(Math.random() * 1_000_000));

const cases = proofs
  .filter(({ id }) => SMALL.includes(id))
  .flatMap((proof) =>
    proof.grounds
      .filter((ground) => databases.some(({ name }) => name === ground))
      .map((ground) => ({ proof, ground, id: proof.id, promise: proof.promise })),
  );

describe('a promise, tried a few times', () => {
  it.each(cases)(
    '$id on $ground: $promise',
    async ({ proof, ground }) => {
      const { failures, notes } = await runProof(proof, ground, { seed, scale: 0.003, progress: () => undefined });
      expect({ seed, failures, notes }).toMatchObject({ failures: 0 });
    },
    180_000,
  );
});
