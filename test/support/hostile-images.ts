import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { aFacePhoto } from './face-photos.js';
import { seededRandom } from './seeded-random.js';

/** A file that somebody may send as a photo, and the code that is to be answered. */
export interface HostileImage {
  readonly what: string;
  readonly code: 'UNREADABLE_IMAGE' | 'UNSUPPORTED_MEDIA_TYPE';
  readonly bytes: () => Buffer | Promise<Buffer>;
}

/** How files of these kinds begin. */
export const MAGIC = {
  jpeg: Buffer.from('ffd8ffe000104a4649460001', 'hex'),
  png: Buffer.from('89504e470d0a1a0a', 'hex'),
  webp: Buffer.from('524946462400000057454250', 'hex'),
  gif: Buffer.from('474946383961', 'hex'),
  tiff: Buffer.from('49492a0008000000', 'hex'),
} as const;

const SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>';
const ENTITY = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>';

/** Files that are no photos, or that would hurt who decodes them. */
export const HOSTILE_IMAGES: readonly HostileImage[] = [
  unreadable('a file of 0 bytes', () => Buffer.alloc(0)),
  unreadable('a JPEG cut off in the middle', async () => halfOf(await aFacePhoto({ person: 1 }))),
  unreadable('a JPEG without its first scan', () => MAGIC.jpeg),
  unreadable('a PNG cut off in the middle', async () => halfOf(await aFacePhoto({ person: 1, format: 'png' }))),
  unreadable('a PNG cut off within its header', () => pngOf(640, 480).subarray(0, 20)),
  unreadable('a PNG that claims 50,000 by 50,000 pixels', () => pngOf(50_000, 50_000)),
  unreadable('a PNG that claims the most pixels there are', () => pngOf(0x7fffffff, 0x7fffffff)),
  unreadable('a PNG of no width', () => pngOf(0, 10)),
  unreadable('a PNG with a chunk longer than the file', () =>
    Buffer.concat([pngOf(9, 9).subarray(0, 33), Buffer.from('ffffffff', 'hex'), Buffer.from('IDATx')]),
  ),
  unreadable('a PNG of 144 megapixels in 20 kB', () =>
    pngOf(12_000, 12_000, deflateSync(Buffer.alloc(1_501 * 12_000))),
  ),
  unreadable('a JPEG that claims 65,535 by 65,535 pixels', async () =>
    jpegClaiming(0xffff, await aFacePhoto({ person: 1 })),
  ),
  unreadable('a GIF that claims 65,535 by 65,535 pixels', () =>
    Buffer.concat([MAGIC.gif, Buffer.from('ffffffff000000', 'hex'), Buffer.from(';')]),
  ),
  unreadable('a TIFF whose directory points at itself', () =>
    Buffer.concat([MAGIC.tiff, Buffer.from('000008000000', 'hex')]),
  ),
  ...Object.entries(MAGIC).map(([format, magic]) =>
    unreadable(`random bytes that begin as ${format} does`, () => Buffer.concat([magic, randomBytes(format, 20_000)])),
  ),
  unreadable('an SVG behind the first bytes of a PNG', () => Buffer.concat([MAGIC.png, Buffer.from(SVG)])),
  unsupported('one byte', () => Buffer.from('x')),
  unsupported('random bytes', () => randomBytes('nothing', 20_000)),
  unsupported('an SVG', () => Buffer.from(SVG)),
  unsupported('an SVG that asks for a file of the server', () => Buffer.from(ENTITY + SVG)),
  unsupported('a HEIC', () => isoFile('heic')),
  unsupported('an AVIF', () => isoFile('avif')),
  unsupported('a video', () => isoFile('mp42')),
  unsupported('a BMP', () => Buffer.concat([Buffer.from('BM'), randomBytes('bmp', 500)])),
  unsupported('an icon', () => Buffer.concat([Buffer.from('00000100', 'hex'), randomBytes('ico', 500)])),
  unsupported('a PDF', () => Buffer.from('%PDF-1.7\n%%EOF')),
  unsupported('a ZIP', () => Buffer.concat([Buffer.from('PK\u0003\u0004'), randomBytes('zip', 500)])),
  unsupported('a page', () => Buffer.from('<!doctype html><script>alert(1)</script>')),
  unsupported('a program', () => Buffer.concat([Buffer.from('\u007fELF'), randomBytes('elf', 500)])),
];

/** Text that must not be in anything that is kept or served. */
export const CANARY = 'CANARY-8c1f';

/** Unusual photos that show a face all the same. */
export const UNUSUAL_PHOTOS: readonly { readonly what: string; readonly bytes: (person: number) => Promise<Buffer> }[] =
  [
    { what: 'an animated GIF', bytes: (person) => animated(person, 'gif') },
    { what: 'an animated WebP', bytes: (person) => animated(person, 'webp') },
    { what: 'a still GIF', bytes: (person) => aFacePhoto({ person, format: 'gif' }) },
    { what: 'a WebP', bytes: (person) => aFacePhoto({ person, format: 'webp' }) },
    { what: 'a TIFF', bytes: (person) => aFacePhoto({ person, format: 'tiff' }) },
    { what: 'a PNG of 16 bits', bytes: (person) => again(person, (photo) => photo.toColourspace('rgb16').png()) },
    { what: 'a PNG with a palette', bytes: (person) => again(person, (photo) => photo.png({ palette: true })) },
    {
      what: 'a PNG that is half transparent',
      bytes: (person) => again(person, (photo) => photo.ensureAlpha(0.7).png()),
    },
    { what: 'a CMYK JPEG', bytes: (person) => again(person, (photo) => photo.toColourspace('cmyk').jpeg()) },
    { what: 'a CMYK TIFF', bytes: (person) => again(person, (photo) => photo.toColourspace('cmyk').tiff()) },
    { what: 'a progressive JPEG', bytes: (person) => again(person, (photo) => photo.jpeg({ progressive: true })) },
    {
      what: 'a JPEG with a colour profile',
      bytes: (person) => again(person, (photo) => photo.withIccProfile('p3').jpeg()),
    },
    {
      what: 'a JPEG that is a page as well',
      bytes: async (person) => Buffer.concat([await aFacePhoto({ person }), Buffer.from(`<script>${CANARY}</script>`)]),
    },
    {
      what: 'a GIF that is a script as well',
      bytes: async (person) =>
        Buffer.concat([await aFacePhoto({ person, format: 'gif' }), Buffer.from(`;//${CANARY}`)]),
    },
    { what: 'a PNG with 50 MB of packed text', bytes: pngWithTextBomb },
    { what: 'a JPEG with a place, an author and a comment', bytes: aTaggedPhoto },
  ];

/** A photo that says where it was taken, by whom, and more. */
export function aTaggedPhoto(person: number): Promise<Buffer> {
  return again(person, (photo) =>
    photo
      .withXmp(`<x:xmpmeta xmlns:x="adobe:ns:meta/"><a>${CANARY}</a></x:xmpmeta>`)
      .jpeg()
      .withExif({
        IFD0: { Copyright: CANARY, Artist: CANARY, ImageDescription: CANARY },
        IFD3: {
          GPSLatitudeRef: 'N',
          GPSLatitude: '51/1 30/1 3230/100',
          GPSLongitudeRef: 'W',
          GPSLongitude: '0/1 7/1 4366/100',
        },
      }),
  );
}

/** A PNG with a true header; without pixels where none are given. */
export function pngOf(width: number, height: number, pixels: Buffer = deflateSync(Buffer.alloc(10))): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.writeUInt8(1, 8);
  return Buffer.concat([MAGIC.png, chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]);
}

function unreadable(what: string, bytes: HostileImage['bytes']): HostileImage {
  return { what, code: 'UNREADABLE_IMAGE', bytes };
}

function unsupported(what: string, bytes: HostileImage['bytes']): HostileImage {
  return { what, code: 'UNSUPPORTED_MEDIA_TYPE', bytes };
}

function halfOf(bytes: Buffer): Buffer {
  return bytes.subarray(0, bytes.length / 2);
}

function randomBytes(seed: string, length: number): Buffer {
  const random = seededRandom(seed);
  return Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));
}

/** The head of a file of the ISO base media format, such as HEIC. */
function isoFile(brand: string): Buffer {
  return Buffer.concat([Buffer.from('00000018', 'hex'), Buffer.from(`ftyp${brand}`), randomBytes(brand, 500)]);
}

function chunk(type: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(content.length, 0);
  frame.writeUInt32BE(crc32(named), 4);
  return Buffer.concat([frame.subarray(0, 4), named, frame.subarray(4)]);
}

/** The frame header (SOF0, ITU T.81 B.2.2) made to claim another size. */
function jpegClaiming(side: number, jpeg: Buffer): Buffer {
  const at = jpeg.indexOf(Buffer.from('ffc0', 'hex'));
  const claiming = Buffer.from(jpeg);
  claiming.writeUInt16BE(side, at + 5);
  claiming.writeUInt16BE(side, at + 7);
  return claiming;
}

async function again(person: number, change: (photo: sharp.Sharp) => sharp.Sharp): Promise<Buffer> {
  return change(sharp(await aFacePhoto({ person, format: 'png' }))).toBuffer();
}

/** The face is in the first frame only. */
async function animated(person: number, format: 'gif' | 'webp'): Promise<Buffer> {
  const frames = await Promise.all([
    aFacePhoto({ person, format: 'png' }),
    aFacePhoto({ person, faces: 0, format: 'png' }),
    aFacePhoto({ person, faces: 2, format: 'png' }),
  ]);
  return sharp(frames, { join: { animated: true } })
    .toFormat(format)
    .toBuffer();
}

async function pngWithTextBomb(person: number): Promise<Buffer> {
  const png = await aFacePhoto({ person, format: 'png' });
  const text = Buffer.concat([
    Buffer.from(`${CANARY}\u0000\u0000`, 'latin1'),
    deflateSync(Buffer.alloc(50_000_000, 'x')),
  ]);
  const end = png.length - 12;
  return Buffer.concat([png.subarray(0, end), chunk('zTXt', text), png.subarray(end)]);
}
