import fc from 'fast-check';
import { packEmbedding } from '../../persons/embedding.js';
import { groupByStars } from './star-groups.js';
import { dotOfSimilarity, similarityOfDot, UnitVectors } from './unit-vectors.js';

const COEFFICIENTS = { c0: 1.2, c1: 5 };

/** Points on a circle, by their angles in degrees. */
function onCircle(...degrees: number[]): UnitVectors {
  const vectors = new UnitVectors(2, degrees.length);
  for (const angle of degrees.map((degree) => (degree * Math.PI) / 180)) {
    vectors.add(packEmbedding([3 * Math.cos(angle), 3 * Math.sin(angle)]));
  }
  return vectors;
}

const within = (degrees: number): number => Math.cos((degrees * Math.PI) / 180);
const each = (vectors: UnitVectors): number[] => Array.from({ length: vectors.length }, (_, index) => index);

describe('groups of similar vectors', () => {
  it('have the one with the most similar others in their middle, and the most similar first', async () => {
    const vectors = onCircle(0, 5, 9, 90, 92, 200);
    const stars = await groupByStars(vectors, each(vectors), within(6), 2);
    expect(stars.map(({ middle, members }) => [middle, ...members.map(({ index }) => index)])).toEqual([
      [1, 2, 0],
      [3, 4],
    ]);
  });

  it('are not joined by a chain of look-alikes', async () => {
    const vectors = onCircle(0, 5, 10, 15, 20, 25);
    const stars = await groupByStars(vectors, each(vectors), within(6), 2);
    expect(stars.map(({ members }) => members.length + 1).sort()).toEqual([3, 3]);
  });

  it('have at most one of each source', async () => {
    const vectors = onCircle(0, 1, 2, 3);
    const stars = await groupByStars(vectors, [7, 8, 8, 7], within(10), 2);
    expect(stars).toHaveLength(2);
    for (const { middle, members } of stars) {
      const sources = [middle, ...members.map(({ index }) => index)].map((index) => [7, 8, 8, 7][index]);
      expect(new Set(sources).size).toBe(sources.length);
    }
  });

  it('are at least as large as asked for', async () => {
    const vectors = onCircle(0, 1, 2, 90, 91);
    expect(await groupByStars(vectors, each(vectors), within(5), 3)).toHaveLength(1);
    expect(await groupByStars(vectors, each(vectors), within(5), 4)).toEqual([]);
  });

  it('never share a vector, and every member is similar to the middle, whatever the vectors are', async () => {
    const angles = fc.array(fc.integer({ min: 0, max: 359 }), { maxLength: 70 });
    await fc.assert(
      fc.asyncProperty(angles, fc.integer({ min: 2, max: 5 }), async (degrees, minSize) => {
        const vectors = onCircle(...degrees);
        const stars = await groupByStars(vectors, each(vectors), within(8), minSize);
        const all = stars.flatMap(({ middle, members }) => [middle, ...members.map(({ index }) => index)]);
        expect(new Set(all).size).toBe(all.length);
        for (const { middle, members } of stars) {
          expect(members.length + 1).toBeGreaterThanOrEqual(minSize);
          for (const { index, dot } of members) {
            expect(dot).toBe(vectors.dot(middle, index));
            expect(dot).toBeGreaterThanOrEqual(within(8));
          }
        }
      }),
    );
  });
});

describe('unit vectors', () => {
  it('refuse what has another length, or no direction', () => {
    const vectors = new UnitVectors(2, 3);
    expect(
      [
        [1, 2, 3],
        [0, 0],
        [Number.NaN, 1],
        [3, 4],
      ].map((one) => vectors.add(packEmbedding(one))),
    ).toEqual([false, false, false, true]);
    expect(vectors.length).toBe(1);
    expect(vectors.dot(0, 0)).toBeCloseTo(1, 6);
  });

  it('turn a similarity into the dot product that has it', () => {
    for (const similarity of [0.5, 0.85, 0.95, 0.99]) {
      expect(similarityOfDot(dotOfSimilarity(similarity, COEFFICIENTS), COEFFICIENTS)).toBeCloseTo(similarity, 9);
    }
    expect(dotOfSimilarity(1, COEFFICIENTS)).toBe(Number.POSITIVE_INFINITY);
  });
});
