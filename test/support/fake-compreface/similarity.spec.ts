import { calculators, similarity } from './similarity.js';

// Cosines and similarities as computed from the coefficients of CompreFace 1.2.0; its own table gives them to 3 decimals.
describe('the similarity of CompreFace', () => {
  it.each([
    ['insightface.Calculator@arcface_mobilefacenet', 0.161],
    ['insightface.Calculator@arcface_r100_v1', 0.082],
    ['facenet.Calculator', 0.079],
  ] as const)('of vectors at right angles is, with %s, %f', (name, expected) => {
    expect(similarity([3, 0], [0, 2], calculators[name])).toBeCloseTo(expected, 3);
  });

  it('is half where the distance is c0, whatever the length of the vectors', () => {
    const { c0 } = calculators['facenet.Calculator'];
    const angle = Math.acos(1 - c0 ** 2 / 2);
    const apart = [20 * Math.cos(angle), 20 * Math.sin(angle)];
    expect(similarity([1, 0], apart, calculators['facenet.Calculator'])).toBe(0.5);
  });

  it('of a vector with itself is one', () => {
    expect(similarity([1, 2, 3], [1, 2, 3], calculators['facenet.Calculator'])).toBe(1);
  });
});
