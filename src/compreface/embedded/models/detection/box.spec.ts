import { area, type Box, suppressOverlaps } from './box.js';

function box(xMin: number, yMin: number, side: number, probability: number): Box {
  return { xMin, yMin, xMax: xMin + side, yMax: yMin + side, probability };
}

describe('suppressing boxes of one face', () => {
  it('keeps the most probable of boxes that overlap', () => {
    const best = box(2, 2, 100, 0.9);
    expect(suppressOverlaps([box(0, 0, 100, 0.7), best, box(5, 0, 100, 0.8)])).toEqual([best]);
  });

  it('keeps faces that stand apart or barely touch, the most probable first', () => {
    const [left, right, far] = [box(0, 0, 100, 0.6), box(80, 0, 100, 0.8), box(500, 500, 20, 0.7)];
    expect(suppressOverlaps([left, right, far])).toEqual([right, far, left]);
  });

  it('drops a small box inside a larger, more probable one', () => {
    const face = box(0, 0, 100, 0.9);
    expect(suppressOverlaps([face, box(30, 30, 40, 0.8)])).toEqual([face]);
  });

  it('does not let a suppressed box suppress others', () => {
    const [first, middle, last] = [box(0, 0, 100, 0.9), box(40, 0, 100, 0.8), box(80, 0, 100, 0.7)];
    expect(suppressOverlaps([first, middle, last])).toEqual([first, last]);
  });

  it('looks at the best 500 only, however many there are', () => {
    const many = Array.from({ length: 5000 }, (_, i) => box(200 * i, 0, 100, 1 - i / 10_000));
    expect(suppressOverlaps(many)).toHaveLength(500);
  });

  it('takes a box turned inside out for empty', () => {
    expect(area({ xMin: 10, xMax: 0, yMin: 0, yMax: 5, probability: 1 })).toBe(0);
  });
});
