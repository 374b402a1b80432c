import { apply, type Point } from '../image/transform.js';
import { chipTransform, portraitTransform, squareAround } from './alignment.js';

/** 68 landmarks of which only those that matter to the test are set. */
function landmarks(points: Record<number, Point>): Point[] {
  return Array.from({ length: 68 }, (_, i) => points[i] ?? [200, 250]);
}

/** Eye corners and nose of dlib's mean face, enlarged 100 times, leaned by `degrees`. */
function meanFace(degrees: number): Point[] {
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const place = (x: number, y: number): Point => [300 + 100 * (x * cos - y * sin), 200 + 100 * (x * sin + y * cos)];
  return landmarks({
    45: place(0.8596, 0.2135),
    42: place(0.6461, 0.229),
    36: place(0.1206, 0.2137),
    39: place(0.3341, 0.2291),
    33: place(0.4901, 0.6278),
  });
}

describe('the chip for the recognition network', () => {
  it.each([0, -25, 40])('has the eyes level at their place though the head leans %i degrees', (degrees) => {
    const points = meanFace(degrees);
    const chip = chipTransform(points, 150);
    // (padding + mean) / (1 + 2 padding) x 150, with a padding of a quarter: the square of the face is 100 pixels.
    const [leftX, leftY] = apply(chip, points[36] ?? [0, 0]);
    const [rightX, rightY] = apply(chip, points[45] ?? [0, 0]);
    expect([leftX, leftY, rightX, rightY].map(Math.round)).toEqual([37, 46, 111, 46]);
  });
});

describe('the square around a box', () => {
  it('has the box in its middle, whatever its shape', () => {
    const square = squareAround({ xMin: 100, yMin: 50, xMax: 140, yMax: 130 }, 112);
    const placed = ([x, y]: Point) => apply(square, [x, y]).map(Math.round);
    expect([placed([120, 90]), placed([80, 50]), placed([160, 130])]).toEqual([
      [56, 56],
      [0, 0],
      [112, 112],
    ]);
  });
});

describe('the portrait for age and gender', () => {
  it('holds all landmarks with a tenth of their extent around', () => {
    const points = landmarks({ 0: [100, 200], 16: [300, 200], 8: [200, 350], 24: [200, 150] });
    const portrait = portraitTransform(points, 120);
    expect(apply(portrait, [200, 250]).map(Math.round)).toEqual([60, 60]);
    expect(apply(portrait, [100, 250])[0]).toBeCloseTo(10);
    expect(apply(portrait, [300, 250])[0]).toBeCloseTo(110);
  });
});
