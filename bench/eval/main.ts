// How well people of a folder-per-person tree are recognised, through the public API of a service of its own in a temporary folder:
//   npm run eval -- DIR [--seed N] [--strangers N] [--persons N] [--mix N] [--quality-gate] [--url CompreFace --key KEY]
// Photos that the quality gate would hold back are trained all the same, unless --quality-gate is given.
// Without --url: the embedded engine. The key may stand in COMPREFACE_API_KEY; use a recognition service that holds nothing else.
import { parseArgs } from 'node:util';
import { resolve } from 'node:path';
import { emptyFolder } from '../../test/support/databases.js';
import { spawnApp } from '../../test/support/spawn-app.js';
import { rm } from 'node:fs/promises';
import { heading, wait } from '../report.js';
import { peopleBelow, readDataset } from './dataset.js';
import { EvaluatedService } from './evaluated-service.js';
import { MIXTURES, mixPhotos } from './mixed-photos.js';
import { asDecided, type Assignments, atThreshold, type OpenSet, openSet, rank1Rate } from './open-set.js';

/** How long the collection of a real CompreFace may take to be rid of what was trained. */
const CLEAN_UP_MS = 60_000;

const USAGE =
  'npm run eval -- DIR [--seed N] [--strangers N] [--persons N] [--mix N] [--quality-gate] [--url CompreFace --key KEY]';

interface Arguments {
  readonly folder: string;
  readonly seed: string;
  readonly strangers?: number;
  readonly persons?: number;
  readonly mix: number;
  readonly qualityGate: boolean;
  readonly engine: Readonly<Record<string, string>>;
}

async function main(): Promise<void> {
  const options = readArguments();
  const folder = emptyFolder();
  const app = await spawnApp({ DATA_DIR: folder, TRAINING_SCHEDULE_ENABLED: 'false', ...options.engine });
  const service = new EvaluatedService(app.api.baseUrl);
  try {
    await service.setQualityGate(options.qualityGate);
    const before = await service.examples();
    if (before !== null && before > 0)
      console.log(`The collection holds ${before} examples already: they count as persons`);
    await evaluate(service, options);
    if (options.mix > 0) await evaluateMixtures(service, options);
    if (options.engine['COMPREFACE_URL'] !== undefined) await untilClean(service, before ?? 0);
  } finally {
    await app.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function evaluate(service: EvaluatedService, options: Arguments): Promise<void> {
  heading(
    `Half of each person's photos trained, the other half and strangers sent as new photos (seed ${options.seed})`,
  );
  const dataset = readDataset(options.folder, options);
  const startedAt = performance.now();
  const outcome = await openSet(service, dataset, (text) => {
    console.log(`  ${text}`);
  });
  printTable(outcome, dataset.strangers.length);
  console.log(`  All of it took ${((performance.now() - startedAt) / 1_000).toFixed(0)} s`);
  for (const id of outcome.personIds) await service.deletePerson(id);
}

function printTable({ trials, summary }: OpenSet, strangers: number): void {
  const known = trials.filter(({ truth }) => truth !== null);
  const found = known.filter(({ answer }) => answer !== null).length;
  const suggested = known.filter(
    ({ truth, answer }) => answer?.outcome === 'suggested' && answer.candidates[0]?.person_id === truth,
  );
  line('new photos of enrolled persons, with a face found', `${found} of ${known.length}`);
  line('rank-1', `${rank1Rate(trials).toFixed(1)} %`);
  row(`at the defaults (${summary.at_auto_assign.threshold})`, asDecided(trials), strangers);
  line('  suggested rightly', String(suggested.length));
  const recommended = summary.recommended_threshold;
  if (recommended !== null) {
    row(
      `at the recommended threshold (${recommended}, ${summary.recommended_basis ?? ''})`,
      atThreshold(trials, recommended),
      strangers,
    );
  }
  for (const [name, rates] of Object.entries({
    review: summary.at_review,
    'auto-assign': summary.at_auto_assign,
    recommended: summary.at_recommended,
  })) {
    if (rates)
      line(
        `measured before, at ${rates.threshold} (${name})`,
        `FNMR ${shown(rates.fnmr)}, FMR ${shown(rates.fmr)}, FPIR ${shown(rates.fpir)}`,
      );
  }
  line('measured before: rank-1, faces named suspicious', `${shown(summary.rank1_rate)}, ${summary.suspicious_total}`);
  line('the engine answers by the known formula', String(summary.formula_check.agrees ?? 'not compared'));
}

function row(name: string, { right, wrong, notAssigned, strangersAssigned }: Assignments, strangers: number): void {
  line(
    `${name}:`,
    `assigned rightly ${right}, wrongly ${wrong}, not ${notAssigned}; strangers ${strangersAssigned} of ${strangers}`,
  );
}

async function evaluateMixtures(service: EvaluatedService, { folder, seed, mix }: Arguments): Promise<void> {
  heading(`Up to ${mix} wrong photos mixed into a person's set, after the right ones`);
  for (const mixture of MIXTURES) {
    const { wrong, wrongNamed, right, rightAccused } = await mixPhotos(service, peopleBelow(folder), mixture, {
      wrong: mix,
      seed,
    });
    line(mixture, `${wrongNamed} of ${wrong} wrong faces named, ${rightAccused} of ${right} right ones accused`);
  }
}

/** Deleted persons leave the collection by themselves. */
async function untilClean(service: EvaluatedService, examples: number): Promise<void> {
  const deadline = performance.now() + CLEAN_UP_MS;
  while (performance.now() < deadline) {
    await wait(1_000);
    const left = await service.examples();
    if (left !== null && left <= examples) return;
  }
  console.log('Examples are left in the collection; their subjects are named after the folders');
}

function readArguments(): Arguments {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seed: text,
      strangers: text,
      persons: text,
      mix: text,
      url: text,
      key: text,
      'quality-gate': { type: 'boolean' },
    },
  });
  const [folder] = positionals;
  if (folder === undefined) throw new Error(USAGE);
  const key = values.key ?? process.env['COMPREFACE_API_KEY'] ?? '';
  return {
    // npm runs scripts in the folder of the package; a relative folder is meant from where npm was called.
    folder: resolve(process.env['INIT_CWD'] ?? process.cwd(), folder),
    seed: values.seed ?? '1',
    mix: Number(values.mix ?? 0),
    qualityGate: values['quality-gate'] ?? false,
    engine: values.url === undefined ? {} : { COMPREFACE_URL: values.url, COMPREFACE_API_KEY: key },
    ...(values.strangers === undefined ? {} : { strangers: Number(values.strangers) }),
    ...(values.persons === undefined ? {} : { persons: Number(values.persons) }),
  };
}

function line(name: string, value: string): void {
  console.log(`  ${name.padEnd(58)} ${value}`);
}

function shown(rate: number | null): string {
  return rate === null ? '?' : `${rate} %`;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
