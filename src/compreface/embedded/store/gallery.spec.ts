import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { Gallery } from './gallery.js';

const DIMENSION = 6;

/** A change of the gallery: example `id` gets a vector, or leaves. */
interface Change {
  readonly id: string;
  readonly vector: Float32Array | null;
}

const vectors = fc
  .array(fc.integer({ min: -9, max: 9 }), { minLength: DIMENSION, maxLength: DIMENSION })
  .filter((numbers) => numbers.some((number) => number !== 0))
  .map((numbers) => Float32Array.from(numbers, (number) => number / Math.hypot(...numbers)));

const changes: fc.Arbitrary<Change> = fc.record({
  id: fc.integer({ min: 0, max: 12 }).map(String),
  vector: fc.option(vectors, { freq: 2 }),
});

const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

describe('the gallery', () => {
  // A failing run prints its seed and the shortest sequence of changes that fails.
  it('finds after any adding and removing what comparing with every example finds', () => {
    fc.assert(
      fc.property(
        fc.array(changes, { minLength: 30, maxLength: 80 }),
        vectors,
        fc.integer({ min: 1, max: 20 }),
        (all, probe, k) => {
          const gallery = new Gallery(DIMENSION);
          const expected = new Map<string, Float32Array>();
          for (const { id, vector } of all) {
            if (vector) {
              gallery.add(id, vector);
              expected.set(id, vector);
            } else {
              gallery.remove(id);
              expected.delete(id);
            }
          }
          const best = [...expected.values()].map((vector) => dot(vector, probe)).sort((a, b) => b - a);
          const found = gallery.nearest(probe, k);
          expect(new Set(found).size).toBe(found.length);
          found.forEach((id, i) => {
            expect(dot(expected.get(id)!, probe)).toBeCloseTo(best[i]!, 5);
          });
          expect(found).toHaveLength(Math.min(k, expected.size));
          expect(gallery.size).toBe(expected.size);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('grows past its first size without losing a vector', () => {
    const gallery = new Gallery(2);
    for (let i = 0; i < 1000; i++) gallery.add(String(i), Float32Array.of(Math.cos(i / 500), Math.sin(i / 500)));
    expect(gallery.nearest(Float32Array.of(Math.cos(1), Math.sin(1)), 3)).toEqual(
      expect.arrayContaining(['499', '500', '501']),
    );
  });

  it('ignores the removal of what it does not hold', () => {
    const gallery = new Gallery(2);
    gallery.remove('x');
    gallery.add('a', Float32Array.of(1, 0));
    gallery.remove('x');
    expect(gallery.nearest(Float32Array.of(1, 0), 5)).toEqual(['a']);
  });

  describe('with many examples', () => {
    const COUNT = 40_000;
    const probe = Float32Array.of(1, 0);
    const at = (angle: number) => Float32Array.of(Math.cos(angle), Math.sin(angle));
    let gallery: Gallery;
    beforeEach(() => {
      gallery = new Gallery(2);
      // The nearest are the last.
      for (let i = 0; i < COUNT; i++) gallery.add(String(i), at(0.5 + (COUNT - i) / COUNT));
    });

    it('is searched in turns with the same result, while others add', async () => {
      const before = gallery.nearest(probe, 5);
      const search = gallery.nearestInTurns(probe, 5);
      gallery.add('far', at(3));
      expect(await search).toEqual(before);
    });

    it('misses nobody whose row moved while it was searched', async () => {
      const [nearest] = gallery.nearest(probe, 1);
      expect(nearest).toBe(String(COUNT - 1));
      const search = gallery.nearestInTurns(probe, 1);
      await setImmediate();
      // The row of the nearest moves to the front, where the search has been.
      gallery.remove('0');
      expect(await search).toEqual([nearest]);
    });

    it('never answers whom it has lost while it was searched', async () => {
      const search = gallery.nearestInTurns(at(2), 1);
      gallery.remove('0');
      expect(await search).toEqual(['1']);
    });
  });
});
