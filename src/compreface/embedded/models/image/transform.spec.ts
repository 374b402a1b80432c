import fc from 'fast-check';
import type { Raster } from './raster.js';
import { apply, fitSimilarity, invert, type Point, type Similarity, warp } from './transform.js';

const IDENTITY: Similarity = { a: 1, b: 0, tx: 0, ty: 0 };

const coordinate = fc.double({ min: -1000, max: 1000, noNaN: true });
const transforms = fc
  .record({
    scale: fc.double({ min: 0.05, max: 20, noNaN: true }),
    angle: fc.double({ min: -Math.PI, max: Math.PI, noNaN: true }),
    tx: coordinate,
    ty: coordinate,
  })
  .map(({ scale, angle, tx, ty }) => ({ a: scale * Math.cos(angle), b: scale * Math.sin(angle), tx, ty }));
const triangle: Point[] = [
  [10, 20],
  [110, 25],
  [60, 140],
];

function grey(width: number, height: number, value: (x: number, y: number) => number): Raster {
  const pixels = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) pixels.fill(value(x, y), 3 * (y * width + x), 3 * (y * width + x) + 3);
  }
  return { pixels, width, height };
}

const red = ({ pixels, width }: Raster, x: number, y: number) => pixels[3 * (y * width + x)];

describe('fitting a similarity transform', () => {
  it('finds the transform that made the points', () => {
    fc.assert(
      fc.property(transforms, (made) => {
        const found = fitSimilarity(
          triangle,
          triangle.map((point) => apply(made, point)),
        );
        for (const key of ['a', 'b', 'tx', 'ty'] as const) expect(found[key]).toBeCloseTo(made[key], 6);
      }),
    );
  });

  it('leaves less error than the same transform moved a little', () => {
    const noisy: Point[] = [
      [3, -1],
      [97, 4],
      [52, 118],
    ];
    const error = (transform: Similarity) =>
      triangle.reduce((sum, point, i) => {
        const [x, y] = apply(transform, point);
        return sum + (x - (noisy[i]?.[0] ?? 0)) ** 2 + (y - (noisy[i]?.[1] ?? 0)) ** 2;
      }, 0);
    const best = fitSimilarity(triangle, noisy);
    for (const key of ['a', 'b', 'tx', 'ty'] as const) {
      for (const step of [-0.01, 0.01])
        expect(error({ ...best, [key]: best[key] + step })).toBeGreaterThan(error(best));
    }
  });

  it('is undone by its inverse', () => {
    fc.assert(
      fc.property(transforms, coordinate, coordinate, (transform, x, y) => {
        const [backX, backY] = apply(invert(transform), apply(transform, [x, y]));
        expect(backX).toBeCloseTo(x, 5);
        expect(backY).toBeCloseTo(y, 5);
      }),
    );
  });
});

describe('warping an image', () => {
  it('copies it when nothing moves', () => {
    const image = grey(8, 8, (x, y) => 10 * x + y);
    expect(warp(image, IDENTITY, 8).pixels).toEqual(image.pixels);
  });

  it('is black outside the image', () => {
    const shifted = warp(
      grey(4, 4, () => 200),
      { ...IDENTITY, tx: 3 },
      8,
    );
    expect([red(shifted, 1, 1), red(shifted, 4, 1), red(shifted, 4, 6)]).toEqual([0, 200, 0]);
  });

  it('averages when it shrinks, so that fine patterns turn grey', () => {
    const checked = grey(64, 64, (x, y) => ((x + y) % 2) * 255);
    const small = warp(checked, { a: 1 / 4, b: 0, tx: -0.375, ty: -0.375 }, 16);
    for (let i = 0; i < 16; i++) expect(Math.abs((red(small, i, 7) ?? 0) - 127)).toBeLessThan(30);
  });

  it('turns clockwise when a point right of the centre should come to lie below it', () => {
    const marked = grey(9, 9, (x, y) => (x === 8 && y === 4 ? 255 : 0));
    const turned = warp(marked, { a: 0, b: 1, tx: 8, ty: 0 }, 9);
    expect([red(turned, 4, 8), red(turned, 8, 4)]).toEqual([255, 0]);
  });
});
