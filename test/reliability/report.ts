import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { commit } from './commit.js';
import type { ProofRun } from './run.js';

const FILE = join(__dirname, '../../RELIABILITY.md');

/** What has no proof here, and why. */
const NOT_RUN = [
  '**P20, P22, P25** (hostile requests, secrets in logs, overload) are specified by the end-to-end suite and the benchmarks, not here.',
  '**P21** (certificate of an erasure) belongs to the erasure route. That a deleted person leaves neither example nor subject is specified in `guards/withdrawal.spec.ts`.',
  '**P24** (soak of hours) was not run.',
  '**MySQL** was not run: MariaDB stands for both. `npm test` and this program start MariaDB alone.',
  'An **outage of hours** was not waited for: the outages here last seconds, and no time of an outage is counted against a job.',
  'The fake CompreFace stands for the real one: it has its routes, codes and habits, and was written from its sources.',
];

/** Writes RELIABILITY.md from a run of the full figures. */
export function writeReport(runs: readonly ProofRun[], seed: string, complete: boolean): void {
  const seconds = timeOf(runs);
  const lines = [
    '# What was proven, and how often it was tried',
    '',
    'Written by `npm run test:reliability`; do not edit. What each promise means and how it is kept: `docs/job-lifecycle.md`; the experiments: `test/reliability/proofs/`.',
    '',
    `- Date: ${new Date().toISOString().slice(0, 10)}, commit ${commit()}, seed ${seed} (\`--seed ${seed}\` repeats it)`,
    `- Machine: ${cpus().length} cores, Node ${process.versions.node}; the whole run took ${Math.round(seconds / 60)} minutes${complete ? '' : ' so far: it is not complete'}`,
    '- Times are scaled: lease 2 s (in service 30 s), heartbeat 0.2 s (2 s), settle time 1 s (180 s), time-outs of uploads 0.9 s (75 s), unless a proof says otherwise',
    '- Zero failures in n independent trials bound the failure rate at 3/n with 95 % confidence; where n counts measurements within one experiment, no bound is told',
    '- After each proof that works on jobs the invariants of `test/support/invariants.ts` were checked, from outside of the application',
    '',
    '| | promise | on | n | failures | failure rate below |',
    '|---|---|---|---:|---:|---:|',
    ...runs.map(row),
    '',
    '## What happened',
    '',
    ...runs.flatMap(story),
    '## What was not run, and why',
    '',
    ...NOT_RUN.map((text) => `- ${text}`),
    '',
  ];
  writeFileSync(FILE, lines.join('\n'));
}

/** The databases of a proof are tried at the same time, unless it measures times. */
function timeOf(runs: readonly ProofRun[]): number {
  return runs.reduce((sum, run) => {
    const beside = run.proof.alone ? [] : runs.filter(({ proof }) => proof === run.proof);
    const slowest = Math.max(run.seconds, ...beside.map(({ seconds }) => seconds));
    return sum + (run.proof.alone ? run.seconds : slowest / beside.length);
  }, 0);
}

function row({ proof, ground, n, failures }: ProofRun): string {
  const bound = failures > 0 || n === 0 || proof.alone ? '–' : `${((3 / n) * 100).toPrecision(2)} %`;
  return `| ${proof.id} | ${proof.promise} | ${where(ground)} | ${n.toLocaleString('en')} | ${failures} | ${bound} |`;
}

function where(ground: ProofRun['ground']): string {
  return ground === 'none' ? 'both' : ground;
}

function story({ proof, ground, notes, seconds, commit: ranOn = commit() }: ProofRun): string[] {
  const another = ranOn === commit() ? '' : `, on commit ${ranOn}`;
  return [
    `**${proof.id} on ${where(ground)}** (${Math.round(seconds)} s${another})`,
    '',
    ...notes.map((note) => `- ${note}`),
    '',
  ];
}
