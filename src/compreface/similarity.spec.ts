import fc from 'fast-check';
import { coefficientsOf, similarity } from './similarity.js';

const FACENET = coefficientsOf('facenet.Calculator')!;

/** Two unit vectors at this Euclidean distance. */
function pairAt(distance: number): [number[], number[]] {
  const cosine = 1 - distance ** 2 / 2;
  return [
    [1, 0, 0],
    [cosine, Math.sqrt(1 - cosine ** 2), 0],
  ];
}

describe('similarity', () => {
  it.each([
    ['facenet.Calculator', 1.1817961, 0.5],
    ['facenet.Calculator', 0.974, 0.9],
    ['facenet.Calculator', 0.904, 0.95],
    ['facenet.Calculator', 0.748, 0.99],
    ['insightface.Calculator', 1.068, 0.9],
    ['insightface.Calculator@arcface_r100_v1', 1.008, 0.95],
    ['insightface.Calculator@arcface-r100-msfdrop75', 0.861, 0.99],
    ['dlib_resnet_v1@face-api-1.7.15', 0.41, 0.5],
  ])('of %s at distance %d is %d', (calculator, distance, expected) => {
    expect(similarity(...pairAt(distance), coefficientsOf(calculator)!)).toBeCloseTo(expected, 2);
  });

  it.each([
    ['facenet.Calculator', 0.079],
    ['insightface.Calculator@arcface_mobilefacenet', 0.161],
    ['insightface.Calculator@arcface-r50-msfdrop75', 0.073],
  ])('of orthogonal embeddings of %s is %d', (calculator, expected) => {
    expect(similarity([1, 0], [0, 1], coefficientsOf(calculator)!)).toBeCloseTo(expected, 3);
  });

  it('of an embedding with itself rounds to 0.99999 at five decimals in the embedded engine', () => {
    const own = coefficientsOf('dlib_resnet_v1@face-api-1.7.15')!;
    expect(similarity([1, 2, 3], [1, 2, 3], own).toFixed(5)).toBe('0.99999');
  });

  it('falls as the distance grows', () => {
    const distance = fc.double({ min: 0, max: 2, noNaN: true });
    fc.assert(
      fc.property(distance, distance, (nearer, farther) => {
        fc.pre(nearer < farther);
        const [near, far] = [nearer, farther].map((d) => similarity(...pairAt(d), FACENET));
        expect(near).toBeGreaterThanOrEqual(far! - 1e-12);
      }),
    );
  });

  it('does not depend on the lengths of the embeddings', () => {
    const [a, b] = pairAt(0.9);
    const longer = a.map((value) => value * 17);
    expect(similarity(longer, b, FACENET)).toBeCloseTo(similarity(a, b, FACENET), 12);
  });

  it('is symmetric, within 0..1, and highest for an embedding with itself', () => {
    const embedding = fc.array(fc.double({ min: 0.001, max: 10, noNaN: true }), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(embedding, embedding, (a, b) => {
        const score = similarity(a, b, FACENET);
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(similarity(a, a, FACENET));
        expect(score).toBe(similarity(b, a, FACENET));
      }),
    );
  });

  it.each([
    [[1, 2], [1]],
    [[], []],
    [
      [0, 0],
      [1, 0],
    ],
    [
      [NaN, 1],
      [1, 0],
    ],
  ])('refuses %j against %j', (a, b) => {
    expect(() => similarity(a, b, FACENET)).toThrow(RangeError);
  });
});

describe('coefficients', () => {
  it('of a backend named without a model are those of its first model', () => {
    expect(coefficientsOf('facenet.Calculator')).toEqual(coefficientsOf('facenet.Calculator@20180402-114759'));
    expect(coefficientsOf('insightface.Calculator')).toEqual(
      coefficientsOf('insightface.Calculator@arcface_mobilefacenet'),
    );
  });

  it.each(['', 'facenet', 'facenet.Calculator@', 'other.Calculator', 'toString', '__proto__'])(
    'are unknown for %j',
    (calculator) => {
      expect(coefficientsOf(calculator)).toBeNull();
    },
  );
});
