import fc from 'fast-check';
import { SIMILARITY } from './face-analyser.js';
import { normalisedDistance, similarity } from './similarity.js';

const embedding = fc
  .array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 128, maxLength: 128 })
  .filter((vector) => Math.hypot(...vector) > 0.01);

/** A pair of vectors in a plane whose normalised distance is d. */
function apart(d: number): [number[], number[]] {
  const angle = 2 * Math.asin(d / 2);
  return [
    [1, 0],
    [Math.cos(angle), Math.sin(angle)],
  ];
}

describe('similarity', () => {
  it('is one half at the distance c0', () => {
    expect(similarity(...apart(SIMILARITY.c0))).toBeCloseTo(0.5, 12);
  });

  it('is (tanh((c0 - d) c1) + 1) / 2', () => {
    expect(similarity(...apart(0.3), { c0: 0.41, c1: 14 })).toBeCloseTo(0.956, 3);
    // CompreFace's own default model: cos 0.302 is 0.5, cos 0.526 is 0.9, orthogonal is 0.079.
    const facenet = { c0: 1.1817961, c1: 5.291995557 };
    const atCosine = (cos: number) => similarity([1, 0], [cos, Math.sqrt(1 - cos * cos)], facenet);
    expect([atCosine(0.302), atCosine(0.526), atCosine(0)].map((s) => s.toFixed(2))).toEqual(['0.50', '0.90', '0.08']);
  });

  it('of an embedding with itself rounds to 1 at five decimals', () => {
    expect(similarity([1, 2, 3], [1, 2, 3]).toFixed(5)).toBe('0.99999');
  });

  it('does not change with the length of the embeddings', () => {
    fc.assert(
      fc.property(embedding, embedding, fc.double({ min: 0.01, max: 100, noNaN: true }), (a, b, factor) => {
        const scaled = a.map((value) => value * factor);
        expect(similarity(scaled, b)).toBeCloseTo(similarity(a, b), 9);
      }),
    );
  });

  it('is the same both ways and falls as the distance grows', () => {
    fc.assert(
      fc.property(embedding, embedding, embedding, (a, b, c) => {
        expect(similarity(a, b)).toBe(similarity(b, a));
        const [toB, toC] = [normalisedDistance(a, b), normalisedDistance(a, c)];
        if (toB < toC) expect(similarity(a, b)).toBeGreaterThanOrEqual(similarity(a, c));
      }),
    );
  });

  it('refuses embeddings of different lengths, and one without direction', () => {
    expect(() => similarity([1, 0], [1, 0, 0])).toThrow(RangeError);
    expect(() => similarity([0, 0], [1, 0])).toThrow(RangeError);
  });
});
