import type { Raster } from './raster.js';

export type Point = readonly [x: number, y: number];

/** A similarity transform: x' = a x - b y + tx, y' = b x + a y + ty (scale, rotation and shift, no shear, no mirror). */
export interface Similarity {
  readonly a: number;
  readonly b: number;
  readonly tx: number;
  readonly ty: number;
}

/**
 * The similarity transform that brings `from` closest to `to`, by least squares (Umeyama 1991, without its reflection
 * case, in closed form for the plane). Both lists have the same length, at least two, and `from` is not all one point.
 */
export function fitSimilarity(from: readonly Point[], to: readonly Point[]): Similarity {
  const [fromX, fromY] = centroid(from);
  const [toX, toY] = centroid(to);
  let [spread, along, across] = [0, 0, 0];
  for (const [i, [px, py]] of from.entries()) {
    const [qx, qy] = to[i] ?? [0, 0];
    const [x, y, u, v] = [px - fromX, py - fromY, qx - toX, qy - toY];
    spread += x * x + y * y;
    along += x * u + y * v;
    across += x * v - y * u;
  }
  const [a, b] = [along / spread, across / spread];
  return { a, b, tx: toX - (a * fromX - b * fromY), ty: toY - (b * fromX + a * fromY) };
}

/** The transform that leads back. */
export function invert({ a, b, tx, ty }: Similarity): Similarity {
  const square = a * a + b * b;
  const [inverseA, inverseB] = [a / square, -b / square];
  return { a: inverseA, b: inverseB, tx: -(inverseA * tx - inverseB * ty), ty: -(inverseB * tx + inverseA * ty) };
}

export function apply({ a, b, tx, ty }: Similarity, [x, y]: Point): Point {
  return [a * x - b * y + tx, b * x + a * y + ty];
}

/** Mean of the points; there is at least one. */
export function centroid(points: readonly Point[]): Point {
  const sum = points.reduce<Point>(([sx, sy], [x, y]) => [sx + x, sy + y], [0, 0]);
  return [sum[0] / points.length, sum[1] / points.length];
}

/** More samples per side than this cost time and change nothing that a network notices. */
const MAX_SAMPLES_PER_SIDE = 6;

/**
 * Cuts a square of `size` pixels out of `source`, where `toTarget` maps source to target pixels. Bilinear; when the
 * target is smaller than its source, each pixel is the mean of several samples. Black outside the source.
 */
export function warp(source: Raster, toTarget: Similarity, size: number): Raster {
  const back = invert(toTarget);
  const shrink = Math.hypot(back.a, back.b);
  const perSide = Math.max(1, Math.min(MAX_SAMPLES_PER_SIDE, Math.round(shrink)));
  const pixels = new Uint8Array(3 * size * size);
  const sum = new Float64Array(3);
  for (let y = 0, at = 0; y < size; y++) {
    for (let x = 0; x < size; x++, at += 3) {
      sum.fill(0);
      for (let sample = 0; sample < perSide * perSide; sample++) {
        const dx = x + ((sample % perSide) + 0.5) / perSide - 0.5;
        const dy = y + (Math.floor(sample / perSide) + 0.5) / perSide - 0.5;
        addSample(source, back.a * dx - back.b * dy + back.tx, back.b * dx + back.a * dy + back.ty, sum);
      }
      for (let c = 0; c < 3; c++) pixels[at + c] = Math.round((sum[c] ?? 0) / (perSide * perSide));
    }
  }
  return { pixels, width: size, height: size };
}

/** Adds the colour between the four pixels around (x, y); up to one pixel outside counts as the border. */
function addSample({ pixels, width, height }: Raster, x: number, y: number, sum: Float64Array): void {
  if (x < -1 || y < -1 || x > width || y > height) return;
  const [clampedX, clampedY] = [Math.min(Math.max(x, 0), width - 1), Math.min(Math.max(y, 0), height - 1)];
  const [left, top] = [Math.floor(clampedX), Math.floor(clampedY)];
  const right = 3 * Math.min(left + 1, width - 1);
  const [upper, lower] = [3 * top * width, 3 * Math.min(top + 1, height - 1) * width];
  const [fx, fy] = [clampedX - left, clampedY - top];
  for (let c = 0; c < 3; c++) {
    const above = (pixels[upper + 3 * left + c] ?? 0) * (1 - fx) + (pixels[upper + right + c] ?? 0) * fx;
    const below = (pixels[lower + 3 * left + c] ?? 0) * (1 - fx) + (pixels[lower + right + c] ?? 0) * fx;
    sum[c] = (sum[c] ?? 0) + above * (1 - fy) + below * fy;
  }
}
