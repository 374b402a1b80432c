import sharp from 'sharp';
import type { Raster } from '../image/raster.js';

/** An image scaled into a black square, and the way back: image pixel = (square pixel - offset) / scale. */
export interface Letterbox {
  readonly square: Raster;
  readonly scale: number;
  readonly offset: number;
}

/**
 * Fits an image into a square of `size` pixels: at the top left corner, or, with a border, that part of its longer side
 * away from the edges on every side (1 means the image takes up a third of the square).
 */
export async function letterbox(image: Raster, size: number, border: number): Promise<Letterbox> {
  const longer = Math.max(image.width, image.height);
  const inner = Math.round(size / (1 + 2 * border));
  const offset = border === 0 ? 0 : Math.round((size - inner) / 2);
  const width = Math.max(1, Math.round((image.width * inner) / longer));
  const height = Math.max(1, Math.round((image.height * inner) / longer));
  const pixels = await sharp(image.pixels, { raw: { width: image.width, height: image.height, channels: 3 } })
    .resize(width, height, { fit: 'fill', kernel: 'linear' })
    .extend({ left: offset, top: offset, right: size - offset - width, bottom: size - offset - height })
    .raw()
    .toBuffer();
  return { square: { pixels, width: size, height: size }, scale: inner / longer, offset };
}
