import type { AnalysedFace } from '../face-analyser.js';
import { centroid, type Point } from '../image/transform.js';

type Pose = NonNullable<AnalysedFace['pose']>;
type Vector = readonly [x: number, y: number, z: number];

interface ModelPoint {
  readonly landmark: number;
  readonly at: Vector;
}

/**
 * A head of average size in millimetres, looking at us: x to our right, y down, z away from us, origin between the eyes;
 * the corners of eyes and mouth are equally far away on average. Rigid points only: a smile or an open mouth moves the
 * jaw, the lips and the brows. Mirrored in x, which `fitHead` uses.
 */
const HEAD: readonly ModelPoint[] = [
  { landmark: 36, at: [-45, 0, 13] },
  { landmark: 39, at: [-17, 0, 3] },
  { landmark: 42, at: [17, 0, 3] },
  { landmark: 45, at: [45, 0, 13] },
  { landmark: 27, at: [0, 0, -9] },
  { landmark: 30, at: [0, 40, -27] },
  { landmark: 31, at: [-14, 48, -3] },
  { landmark: 33, at: [0, 52, -10] },
  { landmark: 35, at: [14, 48, -3] },
  { landmark: 48, at: [-26, 71, 8] },
  { landmark: 54, at: [26, 71, 8] },
];

const DEGREES = 180 / Math.PI;

/**
 * Head pose in degrees, as we see the picture: yaw > 0 looks to its right edge (-90..90), pitch > 0 looks up, roll > 0
 * leans clockwise (-180..180). R = Rz(roll) Ry(yaw) Rx(pitch), so turning the picture changes the roll alone.
 *
 * Formula: weak perspective (scaled orthography). The 2 x 3 matrix that brings the average head closest to the landmarks
 * (least squares) is made orthonormal; its two rows and their cross product are the rotation. Meant for telling frontal
 * from turned faces: past about 45 degrees of yaw or 30 of pitch the landmarks themselves give out, and a broad smile
 * lowers the pitch by up to 10.
 */
export function poseFromLandmarks(landmarks: readonly Point[]): Pose {
  const [right, down] = orthonormal(...fitHead(landmarks));
  const away = cross(right, down);
  return {
    pitch: -Math.atan2(away[1], away[2]) * DEGREES,
    roll: Math.atan2(down[0], right[0]) * DEGREES,
    yaw: Math.asin(clampToOne(away[0])) * DEGREES,
  };
}

/** The rows of the matrix that maps head to picture: normal equations, which fall apart into x and (y, z) by symmetry. */
function fitHead(landmarks: readonly Point[]): [Vector, Vector] {
  const seen = HEAD.map(({ landmark }) => landmarks[landmark] ?? ([0, 0] as const));
  const [centreX, centreY] = centroid(seen);
  const middle = mean(HEAD.map(({ at }) => at));
  let [xx, yy, yz, zz] = [0, 0, 0, 0];
  const sums = { u: [0, 0, 0], v: [0, 0, 0] } satisfies Record<string, [number, number, number]>;
  for (const [i, { at }] of HEAD.entries()) {
    const [x, y, z] = subtract(at, middle);
    const [px, py] = seen[i] ?? [0, 0];
    const [u, v] = [px - centreX, py - centreY];
    [xx, yy, yz, zz] = [xx + x * x, yy + y * y, yz + y * z, zz + z * z];
    sums.u = [sums.u[0] + u * x, sums.u[1] + u * y, sums.u[2] + u * z];
    sums.v = [sums.v[0] + v * x, sums.v[1] + v * y, sums.v[2] + v * z];
  }
  const determinant = yy * zz - yz * yz;
  const solve = ([x, y, z]: Vector): Vector => [
    x / xx,
    (y * zz - z * yz) / determinant,
    (z * yy - y * yz) / determinant,
  ];
  return [solve(sums.u), solve(sums.v)];
}

/**
 * The perpendicular unit vectors nearest to the rows a and b of M: the rotation of its polar decomposition,
 * (M M')^(-1/2) M, in closed form for two rows. Rows without area, of landmarks on one line, count as no rotation.
 */
function orthonormal(a: Vector, b: Vector): [Vector, Vector] {
  const [aa, ab, bb] = [dot(a, a), dot(a, b), dot(b, b)];
  const area = Math.sqrt(Math.max(0, aa * bb - ab * ab));
  const divisor = area * Math.sqrt(aa + bb + 2 * area);
  if (!(divisor > 0)) {
    return [
      [1, 0, 0],
      [0, 1, 0],
    ];
  }
  return [combine(a, (bb + area) / divisor, b, -ab / divisor), combine(a, -ab / divisor, b, (aa + area) / divisor)];
}

function mean(points: readonly Vector[]): Vector {
  const sum = points.reduce<Vector>(([sx, sy, sz], [x, y, z]) => [sx + x, sy + y, sz + z], [0, 0, 0]);
  return [sum[0] / points.length, sum[1] / points.length, sum[2] / points.length];
}

function subtract(a: Vector, b: Vector): Vector {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

function cross(a: Vector, b: Vector): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function combine(a: Vector, timesA: number, b: Vector, timesB: number): Vector {
  return [a[0] * timesA + b[0] * timesB, a[1] * timesA + b[1] * timesB, a[2] * timesA + b[2] * timesB];
}

function clampToOne(x: number): number {
  return Math.max(-1, Math.min(1, x));
}
