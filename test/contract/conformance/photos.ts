import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import type { FilePart } from './target.js';

/** JPEGs that every case may use, cut when the program starts from the photos that come with @vladmandic/face-api. */
export interface Photos {
  readonly ann: FilePart;
  /** The same person as `ann` in another photo. */
  readonly annAgain: FilePart;
  readonly bea: FilePart;
  readonly cid: FilePart;
  readonly twoFaces: FilePart;
  readonly noFace: FilePart;
  /** `ann` with its pixels turned, and EXIF orientation 6 to turn them back. */
  readonly annTurned: FilePart;
  /** Decodes to nothing. */
  readonly unreadable: FilePart;
  /** Photos that are longer than a file, and than a request, may be. */
  readonly sixMebibytes: FilePart;
  readonly elevenMebibytes: FilePart;
}

/** Where a face with a good margin lies: photo, left, top, width, height in pixels. */
const CUTS = {
  ann: [1, 1394, 103, 362, 427],
  annAgain: [3, 984, 98, 400, 530],
  bea: [2, 1369, 57, 350, 433],
  cid: [6, 1399, 142, 383, 535],
  twoFaces: [1, 330, 260, 790, 480],
} as const;

const MEBIBYTE = 1024 * 1024;
const SAMPLES = join(dirname(require.resolve('@vladmandic/face-api/package.json')), 'demo');

export async function cutPhotos(): Promise<Photos> {
  const [ann, annAgain, bea, cid, twoFaces] = await Promise.all(
    (['ann', 'annAgain', 'bea', 'cid', 'twoFaces'] as const).map(cut),
  );
  const plain = sharp({ create: { width: 320, height: 240, channels: 3, background: '#7f8fa0' } });
  return {
    ann: ann!,
    annAgain: annAgain!,
    bea: bea!,
    cid: cid!,
    twoFaces: twoFaces!,
    noFace: await jpeg(plain),
    annTurned: await jpeg(sharp(ann!.bytes).rotate(270).withMetadata({ orientation: 6 })),
    unreadable: file(Buffer.from('this is no photo')),
    sixMebibytes: padded(ann!, 6 * MEBIBYTE),
    elevenMebibytes: padded(ann!, 11 * MEBIBYTE),
  };
}

/** The photo with this file name instead of `photo.jpg`. */
export const named = ({ bytes }: FilePart, name: string): FilePart => ({ bytes, name });

export const base64 = ({ bytes }: FilePart): string => bytes.toString('base64');

async function cut(name: keyof typeof CUTS): Promise<FilePart> {
  const [sample, left, top, width, height] = CUTS[name];
  const photo = await readFile(join(SAMPLES, `sample${sample}.jpg`));
  return jpeg(sharp(photo).extract({ left, top, width, height }));
}

const jpeg = async (image: Sharp): Promise<FilePart> => file(await image.jpeg({ quality: 95 }).toBuffer());

const file = (bytes: Buffer): FilePart => ({ bytes, name: 'photo.jpg' });

/** What stands after the end of a JPEG is ignored by decoders. */
const padded = (photo: FilePart, bytes: number): FilePart =>
  file(Buffer.concat([photo.bytes, Buffer.alloc(bytes - photo.bytes.length)]));
