import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type AnalyseOptions, SIMILARITY } from './face-analyser.js';
import { normalisedDistance, similarity } from '../../similarity.js';
import { WorkerFaceAnalyser } from './worker-face-analyser.js';

/** Photos of a folder per person, for evaluation only: they are never part of the repository. */
const FACES = resolve(process.cwd(), '../shared/faces');
const PHOTOS_PER_PERSON = 3;
const PEOPLE_PER_SET = 10;
const OPTIONS: AnalyseOptions = { detectionThreshold: 0.5, plugins: new Set(['calculator']), maxFaces: 1 };

interface Shown {
  readonly person: string;
  readonly embedding: Float32Array;
}

if (!existsSync(FACES)) console.warn('ACCURACY NOT CHECKED: there is no ../shared/faces beside the repository');
const describeWithPhotos = existsSync(FACES) ? describe : describe.skip;

describeWithPhotos.each(['press', 'orl'])('the accuracy on a small part of the set %s', (set) => {
  const analyser = new WorkerFaceAnalyser({ workers: 1, waitLimitMs: 120_000, runLimitMs: 60_000 });
  const seen: Shown[] = [];
  let missed = 0;

  beforeAll(async () => {
    for (const person of people(set)) {
      for (const photo of readdirSync(join(FACES, set, person))
        .toSorted()
        .slice(0, PHOTOS_PER_PERSON)) {
        const { faces } = await analyser.analyse(readFileSync(join(FACES, set, person, photo)), OPTIONS);
        const embedding = faces[0]?.embedding;
        if (embedding) seen.push({ person, embedding });
        else missed++;
      }
    }
  }, 60_000);
  afterAll(() => analyser.close());

  it('finds a face in 97 of 100 photos', () => {
    expect(seen.length).toBeGreaterThan(25);
    expect(missed / (seen.length + missed)).toBeLessThanOrEqual(0.03);
  });

  it('has the nearest other photo be of the same person in 99 of 100 cases', () => {
    const right = seen.filter((probe) => nearestOther(probe, seen).person === probe.person).length;
    expect(right / seen.length).toBeGreaterThanOrEqual(0.99);
  });

  it('rates pairs of one person above one half, and pairs of two people below', () => {
    const { mated, nonMated } = pairs(seen);
    expect(mated.filter((score) => score < 0.5).length / mated.length).toBeLessThanOrEqual(0.02);
    expect(nonMated.filter((score) => score >= 0.5).length / nonMated.length).toBeLessThanOrEqual(0.03);
  });

  it('hardly ever rates a pair of two people at 0.9 or above', () => {
    const { nonMated } = pairs(seen);
    expect(nonMated.filter((score) => score >= 0.9).length / nonMated.length).toBeLessThanOrEqual(0.001);
  });
});

function people(set: string): string[] {
  const folders = readdirSync(join(FACES, set), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders
    .map(({ name }) => name)
    .toSorted()
    .slice(0, PEOPLE_PER_SET);
}

function nearestOther(probe: Shown, gallery: readonly Shown[]): Shown {
  const others = gallery.filter((other) => other !== probe);
  const distance = (other: Shown) => normalisedDistance(probe.embedding, other.embedding);
  return others.reduce((best, other) => (distance(other) < distance(best) ? other : best));
}

function pairs(seen: readonly Shown[]): { mated: number[]; nonMated: number[] } {
  const [mated, nonMated]: [number[], number[]] = [[], []];
  for (const [i, a] of seen.entries()) {
    for (const b of seen.slice(0, i)) {
      (a.person === b.person ? mated : nonMated).push(similarity(a.embedding, b.embedding, SIMILARITY));
    }
  }
  return { mated, nonMated };
}
