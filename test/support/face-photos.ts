import sharp from 'sharp';
import { seededRandom } from './seeded-random.js';

/** How many persons the synthetic photos can tell apart: one hue each, 4 degrees apart, so that JPEG cannot confuse them. */
export const PERSON_COUNT = 90;

/** Neutral dots in the middle of a face: the fake CompreFace answers such photos in its own way, every time. */
export const MARK_GREY = {
  /** Core 5xx (500, code 41) whatever is asked of the photo. */
  crashes: 0,
  /** Core 5xx for `POST /faces` only: recognised at intake, refused when trained. */
  'crashes-when-added': 85,
  /** 400 code 28 for `POST /faces` only. */
  'no-face-when-added': 170,
  /** 400 code 0 for `POST /faces` only, nothing stored. */
  'undefined-when-added': 255,
} as const;

export type PhotoMark = keyof typeof MARK_GREY;

export interface FacePhotoOptions {
  /** 0..89; a fraction such as 3.5 gives somebody who looks like 3 and like 4. */
  readonly person: number;
  /** Another photo of the same person: other bytes, slightly other place, size and light. Default 0. */
  readonly variant?: number;
  /** How many faces (the person and the following ones), or exactly whose. Default 1; 0 gives a photo without a face. */
  readonly faces?: number | readonly number[];
  /** Pixels of the upright photo; default 320 by 320. */
  readonly width?: number;
  readonly height?: number;
  /** EXIF orientation 1..8: the pixels are stored turned, and a reader that honours the tag sees the upright photo. */
  readonly orientation?: number;
  readonly format?: 'jpeg' | 'png' | 'webp' | 'tiff' | 'gif';
  readonly mark?: PhotoMark;
}

interface Disc {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly hue: number;
  readonly lightness: number;
}

/** Draws a photo for the fake CompreFace: one saturated disc per face on neutral grey. The same options give the same bytes. */
export async function aFacePhoto(options: FacePhotoOptions): Promise<Buffer> {
  const { width = 320, height = 320, variant = 0, orientation = 1, format = 'jpeg' } = options;
  const persons = personsOf(options);
  const random = seededRandom(`${persons.join(',')}/${variant}`);
  const backgroundGrey = 118 + Math.floor(random() * 20);
  const discs = persons.map((person, index) => placeDisc(person, index, persons.length, { width, height }, random));
  const faces = discs.map((disc) => drawFace(disc, options.mark)).join('');
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
    `<rect width="100%" height="100%" fill="${grey(backgroundGrey)}"/>${faces}</svg>`;
  const upright = sharp(Buffer.from(svg)).removeAlpha();
  return (await turned(upright, orientation)).toFormat(format, format === 'jpeg' ? { quality: 90 } : {}).toBuffer();
}

function personsOf({ person, faces = 1 }: FacePhotoOptions): readonly number[] {
  const persons =
    typeof faces === 'number' ? Array.from({ length: faces }, (_, i) => (person + i) % PERSON_COUNT) : faces;
  for (const one of [person, ...persons]) {
    if (!(one >= 0 && one < PERSON_COUNT)) throw new RangeError(`person must be 0..${PERSON_COUNT - 1}, not ${one}`);
  }
  return persons;
}

/** One cell of a grid per face; a disc fills at most 55 % of its cell, so that a crop with 40 % margin shows one face only. */
function placeDisc(
  person: number,
  index: number,
  count: number,
  { width, height }: { width: number; height: number },
  random: () => number,
): Disc {
  const columns = Math.ceil(Math.sqrt(count));
  const cellWidth = width / columns;
  const cellHeight = height / Math.ceil(count / columns);
  const side = Math.min(cellWidth, cellHeight);
  const jitter = (): number => (random() - 0.5) * 0.04 * side;
  return {
    x: ((index % columns) + 0.5) * cellWidth + jitter(),
    y: (Math.floor(index / columns) + 0.5) * cellHeight + jitter(),
    radius: side * (0.22 + random() * 0.05),
    hue: person * (360 / PERSON_COUNT),
    lightness: 44 + random() * 12,
  };
}

function drawFace({ x, y, radius, hue, lightness }: Disc, mark: PhotoMark | undefined): string {
  const dot = (dx: number, dy: number, size: number, fill: string): string =>
    `<circle cx="${x + dx * radius}" cy="${y + dy * radius}" r="${size * radius}" fill="${fill}"/>`;
  return (
    dot(0, 0, 1, `hsl(${hue}, 90%, ${lightness}%)`) +
    dot(-0.4, -0.45, 0.12, grey(30)) +
    dot(0.4, -0.45, 0.12, grey(30)) +
    dot(0, 0.6, 0.12, grey(30)) +
    (mark ? dot(0, 0, 0.3, grey(MARK_GREY[mark])) : '')
  );
}

function grey(level: number): string {
  return `rgb(${level},${level},${level})`;
}

/** What has to be done to upright pixels so that the EXIF orientation brings them upright again: turn first, then mirror. */
const UNDO: Readonly<Record<number, { readonly degrees: number; readonly mirror: boolean }>> = {
  1: { degrees: 0, mirror: false },
  2: { degrees: 0, mirror: true },
  3: { degrees: 180, mirror: false },
  4: { degrees: 180, mirror: true },
  5: { degrees: 90, mirror: true },
  6: { degrees: 270, mirror: false },
  7: { degrees: 270, mirror: true },
  8: { degrees: 90, mirror: false },
};

async function turned(upright: sharp.Sharp, orientation: number): Promise<sharp.Sharp> {
  const undo = UNDO[orientation];
  if (!undo) throw new RangeError(`orientation must be 1..8, not ${orientation}`);
  if (orientation === 1) return upright;
  const rotated = await upright.rotate(undo.degrees).png().toBuffer();
  return sharp(rotated).flop(undo.mirror).withMetadata({ orientation });
}
