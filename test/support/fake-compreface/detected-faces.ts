import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { MARK_GREY, PERSON_COUNT, type PhotoMark } from '../face-photos.js';
import { findBlobs, type Blob, type Pixels } from './saturated-blobs.js';

/** What the fake core sees in one disc of a synthetic photo; pixels are those of the upright original. */
export interface DetectedFace {
  readonly box: { readonly x_min: number; readonly y_min: number; readonly x_max: number; readonly y_max: number };
  readonly probability: number;
  readonly landmarks: readonly (readonly [number, number])[];
  readonly embedding: readonly number[];
  readonly mark: PhotoMark | null;
}

export const EMBEDDING_LENGTH = 128;
const PROBABILITY = 0.99;
/** Detection runs on a copy whose longer side is at most this (the real core: 640). */
const DETECTION_SIDE = 256;
/** The real detector misses faces under about 3 % of the longer side. */
const SMALLEST_FACE = 0.03;
/** Left eye, right eye, nose, corners of the mouth, as fractions of the box. */
const LANDMARKS = [
  [0.3, 0.28],
  [0.7, 0.28],
  [0.5, 0.5],
  [0.35, 0.8],
  [0.65, 0.8],
] as const;

/** Thrown for bytes that are no picture; the real core answers 400 and the API turns that into code 28. */
export class UndecodablePhoto extends Error {}

/** Finds the discs of a photo, biggest first. The answer for the same bytes is remembered, so that repeats cost nothing. */
export class FaceDetector {
  private readonly seen = new Map<string, readonly DetectedFace[]>();

  async detect(photo: Buffer): Promise<readonly DetectedFace[]> {
    const key = createHash('sha256').update(photo).digest('hex');
    const known = this.seen.get(key);
    if (known) return known;
    const { pixels, scale } = await decode(photo);
    const smallest = Math.max(8, SMALLEST_FACE * Math.max(pixels.width, pixels.height));
    const faces = findBlobs(pixels, smallest).map((blob) => describe(blob, pixels, scale));
    this.seen.set(key, faces);
    return faces;
  }
}

async function decode(photo: Buffer): Promise<{ pixels: Pixels; scale: number }> {
  try {
    const { format } = await sharp(photo).metadata();
    // imageio, which the core reads with, honours the orientation of JPEG only.
    const upright = format === 'jpeg' ? sharp(photo).autoOrient() : sharp(photo);
    const { data, info } = await upright
      .removeAlpha()
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    const original = sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels } });
    const small = await original
      .resize({ width: DETECTION_SIDE, height: DETECTION_SIDE, fit: 'inside', withoutEnlargement: true })
      .raw()
      .toBuffer({ resolveWithObject: true });
    const { width, height, channels } = small.info;
    return { pixels: { bytes: small.data, width, height, channels }, scale: info.width / width };
  } catch {
    throw new UndecodablePhoto();
  }
}

function describe(blob: Blob, pixels: Pixels, scale: number): DetectedFace {
  const box = {
    x_min: Math.round(blob.xMin * scale),
    y_min: Math.round(blob.yMin * scale),
    x_max: Math.round((blob.xMax + 1) * scale),
    y_max: Math.round((blob.yMax + 1) * scale),
  };
  const landmarks = LANDMARKS.map(
    ([x, y]) =>
      [
        Math.round(box.x_min + x * (box.x_max - box.x_min)),
        Math.round(box.y_min + y * (box.y_max - box.y_min)),
      ] as const,
  );
  return { box, probability: PROBABILITY, landmarks, embedding: embed(blob.meanColour), mark: markOf(blob, pixels) };
}

/**
 * One axis per person: different persons are at right angles, a hue half way between two persons gives a vector half way between
 * theirs, and the light of the photo adds a little on an axis of its own. Not of unit length, as CompreFace's are not.
 */
function embed([red, green, blue]: readonly [number, number, number]): readonly number[] {
  const highest = Math.max(red, green, blue);
  const lowest = Math.min(red, green, blue);
  const position = (hueOf(red, green, blue) / 360) * PERSON_COUNT;
  const person = Math.floor(position);
  // The quarter next to either person counts as that person, so that JPEG's rounding does not mix neighbours.
  const towardsNext = Math.min(1, Math.max(0, (position - person - 0.25) * 2));
  const embedding = new Array<number>(EMBEDDING_LENGTH).fill(0);
  const length = 20;
  embedding[person % PERSON_COUNT] = length * Math.cos((towardsNext * Math.PI) / 2);
  embedding[(person + 1) % PERSON_COUNT] = length * Math.sin((towardsNext * Math.PI) / 2);
  embedding[PERSON_COUNT] = length * 3 * ((highest + lowest) / 510 - 0.5);
  return embedding;
}

/** Hue of the HSL model in degrees, 0 <= hue < 360. */
function hueOf(red: number, green: number, blue: number): number {
  const highest = Math.max(red, green, blue);
  const spread = highest - Math.min(red, green, blue);
  const sector =
    highest === red
      ? (green - blue) / spread
      : highest === green
        ? 2 + (blue - red) / spread
        : 4 + (red - green) / spread;
  return (sector * 60 + 360) % 360;
}

function markOf(blob: Blob, { bytes, width, channels }: Pixels): PhotoMark | null {
  const x = Math.round((blob.xMin + blob.xMax) / 2);
  const y = Math.round((blob.yMin + blob.yMax) / 2);
  const [red, green, blue] = bytes.subarray((y * width + x) * channels);
  if (red === undefined || green === undefined || blue === undefined) return null;
  if (Math.max(red, green, blue) - Math.min(red, green, blue) > 60) return null;
  const nearest = Object.entries(MARK_GREY).sort((a, b) => Math.abs(a[1] - red) - Math.abs(b[1] - red))[0];
  return nearest ? (nearest[0] as PhotoMark) : null;
}
