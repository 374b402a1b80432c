import sharp from 'sharp';
import { UnreadableImageError } from '../face-analyser.js';
import { sniffFormat } from './formats.js';
import type { Raster } from './raster.js';

/** 64 megapixels: the largest photo that is decoded (192 MB of pixels while it is scaled down). */
export const MAX_PIXELS = 64 * 1024 * 1024;
/** A file that takes longer to decode, in seconds, is taken for hostile: good ones of that size need two. */
const DECODE_LIMIT_S = 15;

// One picture at a time per worker process, and no operation is worth remembering: the next request is another photo.
sharp.cache(false);
sharp.concurrency(1);

/** An encoded photo of which the header has been read. Of animated files and TIFF stacks, the first picture. */
export class Photo {
  private constructor(
    private readonly bytes: Buffer,
    /** Pixels, after the EXIF orientation is applied. */
    readonly width: number,
    readonly height: number,
  ) {}

  /**
   * Reads the header only.
   * @throws UnreadableImageError when it is no JPEG, PNG, GIF, WebP or TIFF, is damaged, or has more than MAX_PIXELS
   */
  static async open(bytes: Buffer): Promise<Photo> {
    if (sniffFormat(bytes) === null) throw new UnreadableImageError('Not a JPEG, PNG, GIF, WebP or TIFF image');
    const { autoOrient } = await readable(() => reader(bytes, false).metadata());
    const { width, height } = autoOrient;
    if (width * height > MAX_PIXELS) throw new UnreadableImageError('The image has more than 64 megapixels');
    return new Photo(bytes, width, height);
  }

  /**
   * Decodes to upright 8-bit sRGB with the longer side at most `maxSide` pixels, never enlarged; transparency on white.
   * @throws UnreadableImageError when the pixels are damaged or cut off
   */
  async decode(maxSide: number): Promise<Raster> {
    const { data, info } = await readable(() =>
      reader(this.bytes)
        .autoOrient()
        .resize({ width: maxSide, height: maxSide, fit: 'inside', withoutEnlargement: true })
        .flatten({ background: '#fff' })
        .toColourspace('srgb')
        .raw({ depth: 'uchar' })
        .timeout({ seconds: DECODE_LIMIT_S })
        .toBuffer({ resolveWithObject: true }),
    );
    const { width, height, channels } = info;
    return { pixels: channels === 3 ? data : toThreeChannels(data, channels), width, height };
  }
}

function reader(bytes: Buffer, limitInputPixels: number | false = MAX_PIXELS): sharp.Sharp {
  return sharp(bytes, { failOn: 'error', limitInputPixels, pages: 1 });
}

/** Greyscale comes back as one channel; anything past the third is dropped. */
function toThreeChannels(pixels: Buffer, channels: number): Uint8Array {
  const count = pixels.length / channels;
  const colours = new Uint8Array(3 * count);
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < 3; c++) colours[3 * i + c] = pixels[channels * i + (channels < 3 ? 0 : c)] ?? 0;
  }
  return colours;
}

/** The decoder's own words stay in `cause`: they are of no use to a user, and say nothing about the picture. */
async function readable<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw new UnreadableImageError('The image cannot be decoded', { cause: error });
  }
}
