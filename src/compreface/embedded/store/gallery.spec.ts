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
});
