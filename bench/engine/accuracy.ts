import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type AnalyseOptions, SIMILARITY } from '../../src/compreface/embedded/models/face-analyser.js';
import { WorkerFaceAnalyser } from '../../src/compreface/embedded/models/worker-face-analyser.js';
import { normalisedDistance, similarityAt } from '../../src/compreface/similarity.js';
import { fitCurve, pairDistances, rankOne, type Shown, thresholdFor } from './scoring.js';
import { median, number, percent, quantile, table } from './report.js';

const BIGGEST_FACE: AnalyseOptions = { detectionThreshold: 0.5, plugins: new Set(['calculator']), maxFaces: 1 };
const PHOTO = /\.(jpe?g|png|webp|gif|tiff?)$/i;
/** One wrong match among so many comparisons of two different people: what the recommended threshold is for. */
const TARGET_FMR = 0.001;

interface Collection {
  readonly name: string;
  readonly seen: readonly Shown[];
  readonly photos: number;
}

/** How well people are told apart in trees of one folder per person; names of people and files are never printed. */
export async function measureAccuracy(folders: readonly string[]): Promise<void> {
  const analyser = new WorkerFaceAnalyser({ workers: 1, waitLimitMs: 600_000 });
  const collections: Collection[] = [];
  for (const folder of folders) collections.push(await embedAll(analyser, folder));
  await analyser.close();
  if (collections.length > 1) collections.push(union(collections));
  printOverview(collections);
  printThresholds(collections);
  printCurves(collections);
}

async function embedAll(analyser: WorkerFaceAnalyser, folder: string): Promise<Collection> {
  const seen: Shown[] = [];
  let photos = 0;
  for (const person of readdirSync(folder, { withFileTypes: true })) {
    if (!person.isDirectory()) continue;
    for (const file of readdirSync(join(folder, person.name)).filter((name) => PHOTO.test(name))) {
      photos++;
      const { faces } = await analyser.analyse(readFileSync(join(folder, person.name, file)), BIGGEST_FACE);
      const embedding = faces[0]?.embedding;
      if (embedding) seen.push({ person: person.name, embedding });
    }
  }
  return { name: basename(folder), seen, photos };
}

/** Pairs across collections count as two people. */
function union(collections: readonly Collection[]): Collection {
  const seen = collections.flatMap(({ name, seen }) =>
    seen.map((one) => ({ ...one, person: `${name}/${one.person}` })),
  );
  return { name: 'all together', seen, photos: collections.reduce((sum, { photos }) => sum + photos, 0) };
}

function printOverview(collections: readonly Collection[]): void {
  const rows = collections.map(({ name, seen, photos }) => {
    const { mated, nonMated } = pairDistances(seen);
    const people = new Set(seen.map(({ person }) => person)).size;
    const spread = (distances: readonly number[], part: number) =>
      `${number(median(distances))} (${number(quantile(distances, part))})`;
    const found = `${seen.length} of ${photos}`;
    return [
      name,
      people,
      found,
      percent(rankOne(seen, normalisedDistance), seen.length),
      spread(mated, 0.95),
      spread(nonMated, 0.001),
    ];
  });
  const heads = [
    'set',
    'people',
    'faces found',
    'rank-1, leave one out',
    'mated distance: median (95 %)',
    'non-mated: median (0.1 %)',
  ];
  console.log(table(heads, rows));
}

function printThresholds(collections: readonly Collection[]): void {
  const all = collections.at(-1);
  if (all === undefined) return;
  const recommended = thresholdFor(pairDistances(all.seen).nonMated, TARGET_FMR);
  const rows = collections.flatMap(({ name, seen }) => {
    const { mated, nonMated } = pairDistances(seen);
    return [0.5, 0.7, 0.8, 0.9, 0.95, recommended].map((threshold, i) => {
      const missed = mated.filter((d) => similarityAt(d, SIMILARITY) < threshold).length / mated.length;
      const wrong = nonMated.filter((d) => similarityAt(d, SIMILARITY) >= threshold).length / nonMated.length;
      const label =
        i === 5 ? `${threshold.toFixed(3)} (recommended: FMR <= 0.1 % on the last set)` : threshold.toFixed(2);
      return [name, label, percent(missed, mated.length), percent(wrong, nonMated.length)];
    });
  });
  const { c0, c1 } = SIMILARITY;
  console.log(`\nSimilarity (c0 = ${c0}, c1 = ${c1}) at or above a threshold counts as the same person`);
  console.log(table(['set', 'threshold', 'FNMR', 'FMR'], rows));
}

function printCurves(collections: readonly Collection[]): void {
  const rows = collections.map(({ name, seen }) => {
    const { c0, c1 } = fitCurve(pairDistances(seen));
    return [name, c0.toFixed(3), c1.toFixed(1)];
  });
  console.log('\nThe curve that a plain logistic regression would choose, mated and non-mated pairs weighing the same');
  console.log(table(['set', 'c0', 'c1'], rows));
}
