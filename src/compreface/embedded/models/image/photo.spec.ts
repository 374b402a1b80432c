import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { UnreadableImageError } from '../face-analyser.js';
import { Photo } from './photo.js';

type Colour = readonly [number, number, number];

const RED: Colour = [220, 30, 20];
const BLUE: Colour = [10, 20, 200];

function picture(colour: Colour, width = 60, height = 40) {
  return sharp({ create: { width, height, channels: 3, background: { r: colour[0], g: colour[1], b: colour[2] } } });
}

/** A picture that cannot be packed to a few bytes, so that a part of the file is a part of the picture. */
function noise(): sharp.Sharp {
  const pixels = Buffer.from(Array.from({ length: 3 * 200 * 200 }, (_, i) => (i * 7919 + (i * i) / 13) % 256));
  return sharp(pixels, { raw: { width: 200, height: 200, channels: 3 } });
}

/** A PNG of a hundred bytes that claims to be of that size, with pixels for the first few rows at most. */
function pngClaiming(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Eight bits, grey, no interlacing.
  header.set([8, 0, 0, 0, 0], 8);
  const rows = deflateSync(Buffer.alloc(100_000));
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), pngChunk('IHDR', header), pngChunk('IDAT', rows)]);
}

function pngChunk(type: string, content: Buffer): Buffer {
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  const checked = Buffer.concat([Buffer.from(type), content]);
  checksum.writeUInt32BE(crc32(checked));
  return Buffer.concat([length, checked, checksum]);
}

async function pixel(bytes: Buffer, x: number, y: number, maxSide = 1000): Promise<number[]> {
  const raster = await (await Photo.open(bytes)).decode(maxSide);
  return Array.from(raster.pixels.subarray(3 * (y * raster.width + x), 3 * (y * raster.width + x) + 3));
}

function expectNear(found: readonly number[], wanted: readonly number[], tolerance: number): void {
  expect(found).toHaveLength(wanted.length);
  for (const [i, value] of wanted.entries()) expect(Math.abs((found[i] ?? NaN) - value)).toBeLessThanOrEqual(tolerance);
}

describe('a photo that can be read', () => {
  it.each(['jpeg', 'png', 'webp', 'gif', 'tiff'] as const)('may be a %s', async (format) => {
    const bytes = await picture(RED).toFormat(format).toBuffer();
    expect(await Photo.open(bytes)).toMatchObject({ width: 60, height: 40 });
    expectNear(await pixel(bytes, 30, 20), RED, 6);
  });

  it('may be grey', async () => {
    const bytes = await picture([90, 90, 90]).toColourspace('b-w').jpeg().toBuffer();
    expect((await sharp(bytes).metadata()).channels).toBe(1);
    expectNear(await pixel(bytes, 59, 39), [90, 90, 90], 2);
  });

  it('may be grey with transparency', async () => {
    const bytes = await picture([90, 90, 90]).ensureAlpha(0).toColourspace('b-w').png().toBuffer();
    expect((await sharp(bytes).metadata()).channels).toBe(2);
    expect(await pixel(bytes, 5, 5)).toEqual([255, 255, 255]);
  });

  it('may be CMYK', async () => {
    const bytes = await picture(RED).toColourspace('cmyk').jpeg().toBuffer();
    expect((await sharp(bytes).metadata()).space).toBe('cmyk');
    expectNear(await pixel(bytes, 30, 20), RED, 40);
  });

  it('may have 16 bits a channel', async () => {
    const bytes = await picture(BLUE).toColourspace('rgb16').png().toBuffer();
    expect((await sharp(bytes).metadata()).depth).toBe('ushort');
    expectNear(await pixel(bytes, 30, 20), BLUE, 1);
  });

  it('may be grey with 16 bits', async () => {
    const bytes = await picture([90, 90, 90]).toColourspace('grey16').png().toBuffer();
    expect((await sharp(bytes).metadata()).depth).toBe('ushort');
    expectNear(await pixel(bytes, 30, 20), [90, 90, 90], 1);
  });

  it('shows white where it is transparent', async () => {
    const bytes = await picture(RED).ensureAlpha(0).png().toBuffer();
    expect(await pixel(bytes, 30, 20)).toEqual([255, 255, 255]);
  });

  it('is its first picture when animated', async () => {
    const frames = await Promise.all([RED, BLUE].map((colour) => picture(colour).png().toBuffer()));
    const bytes = await sharp(frames, { join: { animated: true } })
      .gif()
      .toBuffer();
    expect((await sharp(bytes).metadata()).pages).toBe(2);
    expect(await Photo.open(bytes)).toMatchObject({ width: 60, height: 40 });
    expectNear(await pixel(bytes, 30, 20), RED, 6);
  });

  it('stands upright, as its EXIF orientation says', async () => {
    const lying = picture(BLUE, 60, 40).composite([
      { input: await picture(RED, 20, 20).png().toBuffer(), left: 0, top: 0 },
    ]);
    // 6: the picture's top left corner belongs at the top right.
    const bytes = await lying.withMetadata({ orientation: 6 }).png().toBuffer();
    expect(await Photo.open(bytes)).toMatchObject({ width: 40, height: 60 });
    expectNear(await pixel(bytes, 35, 5), RED, 2);
    expectNear(await pixel(bytes, 5, 5), BLUE, 2);
  });

  it('is shrunk to the side that is wanted, and never enlarged', async () => {
    const photo = await Photo.open(await picture(RED, 600, 300).jpeg().toBuffer());
    expect(await photo.decode(100)).toMatchObject({ width: 100, height: 50 });
    expect(await photo.decode(5000)).toMatchObject({ width: 600, height: 300 });
  });

  it('may be a single pixel', async () => {
    expectNear(await pixel(await picture(RED, 1, 1).png().toBuffer(), 0, 0), RED, 0);
  });
});

describe('bytes that are no photo', () => {
  async function expectUnreadable(bytes: Buffer): Promise<void> {
    const read = async () => (await Photo.open(bytes)).decode(1000);
    await expect(read()).rejects.toBeInstanceOf(UnreadableImageError);
  }

  it('may be none at all', async () => {
    await expectUnreadable(Buffer.alloc(0));
  });

  it.each(['jpeg', 'png', 'webp', 'tiff', 'gif'] as const)(
    'may be a %s of which the end is missing',
    async (format) => {
      const bytes = await noise().toFormat(format).toBuffer();
      await expectUnreadable(bytes.subarray(0, Math.floor(bytes.length * 0.6)));
    },
  );

  it('may be random, also after the first bytes of a real format', async () => {
    let seed = Math.floor(Math.random() * 2 ** 31);
    console.info(`seed of the random bytes: ${seed}`);
    const next = () => (seed = (seed * 48271) % 2147483647) & 0xff;
    for (const start of ['', 'ffd8ffe0', '89504e470d0a1a0a', '474946383961', '49492a00']) {
      await expectUnreadable(
        Buffer.concat([Buffer.from(start, 'hex'), Buffer.from(Array.from({ length: 5000 }, next))]),
      );
    }
  });

  it('may claim more pixels than memory holds, and then cost none', async () => {
    const before = process.memoryUsage().rss;
    await expect(Photo.open(pngClaiming(50_000, 50_000))).rejects.toThrow('more than 64 megapixels');
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
  });

  it('are too large just above 64 megapixels', async () => {
    await expect(Photo.open(pngClaiming(8192, 8193))).rejects.toBeInstanceOf(UnreadableImageError);
    await expect(Photo.open(pngClaiming(8192, 8192))).resolves.toMatchObject({ width: 8192, height: 8192 });
  });

  it('may break off after an honest header', async () => {
    await expectUnreadable(pngClaiming(2000, 2000));
  });

  it.each([
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="9" height="9"/></svg>'],
    ['PDF', '%PDF-1.4\n1 0 obj <<>> endobj'],
    ['text', 'This is not a photo, but long enough to be one.'],
  ])('may be %s, which is given to no decoder', async (_format, text) => {
    await expect(Photo.open(Buffer.from(text))).rejects.toThrow('Not a JPEG, PNG, GIF, WebP or TIFF image');
  });

  it('may be AVIF, which we do not take', async () => {
    await expectUnreadable(await picture(RED).avif().toBuffer());
  });
});
