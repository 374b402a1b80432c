import sharp from 'sharp';
import type { FaceBox } from '../../compreface/face-engine.js';

// One photo can take hundreds of megabytes decoded: no cache keeps them, and one thread decodes one photo.
sharp.cache(false);
sharp.concurrency(1);

const WHITE = '#ffffff';
const CROP_MARGINS = [0.4, 0.3, 0.2, 0.1, 0.05];
/** Longer side of the copy in which faces are looked for; CompreFace looks at 640 pixels anyway. */
const SEARCH_SIDE = 1_920;
const MAX_CROP_SIDE = 1_600;

/** The image cannot be decoded, or is larger than allowed. */
export class UnreadablePhotoError extends Error {}

/** A photo upright, without metadata, in sRGB on white. */
export interface UprightPhoto {
  readonly jpeg: Buffer;
  readonly width: number;
  readonly height: number;
}

/** A box in pixels. */
export type Box = Pick<FaceBox, 'xMin' | 'yMin' | 'xMax' | 'yMax'>;

/** Decodes a file, first frame only. Throws `UnreadablePhotoError`; the limit is checked before anything is decoded. */
export async function makeUpright(file: Buffer | string, maxMegapixels: number): Promise<UprightPhoto> {
  const limitInputPixels = maxMegapixels * 1_000_000;
  try {
    const { data, info } = await sharp(file, { failOn: 'error', limitInputPixels, pages: 1 })
      .rotate()
      .flatten({ background: WHITE })
      .toColourspace('srgb')
      .jpeg({ quality: 92, chromaSubsampling: '4:4:4' })
      .toBuffer({ resolveWithObject: true });
    return { jpeg: data, width: info.width, height: info.height };
  } catch (error) {
    throw new UnreadablePhotoError('The image cannot be decoded', { cause: error });
  }
}

/** A smaller copy to look for faces in, and by how much its pixels are larger than the photo's. */
export async function searchCopy(photo: UprightPhoto): Promise<{ jpeg: Buffer; scale: number }> {
  const longest = Math.max(photo.width, photo.height);
  if (longest <= SEARCH_SIDE && photo.jpeg.length <= 4_000_000) return { jpeg: photo.jpeg, scale: 1 };
  const { data, info } = await sharp(photo.jpeg)
    .resize({ width: SEARCH_SIDE, height: SEARCH_SIDE, fit: 'inside', withoutEnlargement: true })
    .jpeg({ quality: 90 })
    .toBuffer({ resolveWithObject: true });
  return { jpeg: data, scale: photo.width / info.width };
}

/**
 * Cuts one face out with a margin of 40 per cent of its size on each side, less where another face would come into the cut:
 * CompreFace refuses an example with two faces.
 */
export async function cropFace(photo: UprightPhoto, box: Box, others: readonly Box[]): Promise<Buffer> {
  const cut = cutOf(photo, box, others);
  return sharp(photo.jpeg)
    .extract({ left: cut.xMin, top: cut.yMin, width: cut.xMax - cut.xMin, height: cut.yMax - cut.yMin })
    .resize({ width: MAX_CROP_SIDE, height: MAX_CROP_SIDE, fit: 'inside', withoutEnlargement: true })
    .jpeg({ quality: 92, chromaSubsampling: '4:4:4' })
    .toBuffer();
}

/** Where the face is in the crop that `cropFace` makes of the same, in pixels of the crop. */
export function placeInCrop(photo: UprightPhoto, box: Box, others: readonly Box[]): Box {
  const cut = cutOf(photo, box, others);
  const scale = Math.min(1, MAX_CROP_SIDE / Math.max(cut.xMax - cut.xMin, cut.yMax - cut.yMin));
  return {
    xMin: (box.xMin - cut.xMin) * scale,
    yMin: (box.yMin - cut.yMin) * scale,
    xMax: (box.xMax - cut.xMin) * scale,
    yMax: (box.yMax - cut.yMin) * scale,
  };
}

function cutOf(photo: UprightPhoto, box: Box, others: readonly Box[]): Box {
  const margin =
    CROP_MARGINS.find((candidate) => !others.some((other) => touches(grow(box, candidate), other))) ?? 0.05;
  return clamp(grow(box, margin), photo);
}

function grow(box: Box, margin: number): Box {
  const dx = (box.xMax - box.xMin) * margin;
  const dy = (box.yMax - box.yMin) * margin;
  return { xMin: box.xMin - dx, yMin: box.yMin - dy, xMax: box.xMax + dx, yMax: box.yMax + dy };
}

function touches(cut: Box, other: Box): boolean {
  const x = (other.xMin + other.xMax) / 2;
  const y = (other.yMin + other.yMax) / 2;
  return x > cut.xMin && x < cut.xMax && y > cut.yMin && y < cut.yMax;
}

function clamp(box: Box, { width, height }: { width: number; height: number }): Box {
  const xMin = Math.min(Math.max(0, Math.floor(box.xMin)), width - 1);
  const yMin = Math.min(Math.max(0, Math.floor(box.yMin)), height - 1);
  return {
    xMin,
    yMin,
    xMax: Math.max(xMin + 1, Math.min(width, Math.ceil(box.xMax))),
    yMax: Math.max(yMin + 1, Math.min(height, Math.ceil(box.yMax))),
  };
}
