/** Raw rows of a picture, 3 channels or more, red, green and blue first. */
export interface Pixels {
  readonly bytes: Buffer;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

/** A connected patch of saturated pixels; the limits are inclusive. */
export interface Blob {
  readonly xMin: number;
  readonly yMin: number;
  readonly xMax: number;
  readonly yMax: number;
  readonly meanColour: readonly [number, number, number];
}

/** Spread between the highest and the lowest channel above which a pixel belongs to a disc; grey has none, a disc 180 and more. */
const SATURATED = 90;

/** Finds connected saturated patches with both sides of at least `smallestSide` pixels, biggest box first. */
export function findBlobs(pixels: Pixels, smallestSide: number): Blob[] {
  const { width, height } = pixels;
  const open = saturationMask(pixels);
  const blobs: Blob[] = [];
  for (let start = 0; start < width * height; start++) {
    if (open[start] !== 1) continue;
    const blob = fill(start, open, pixels);
    if (Math.min(blob.xMax - blob.xMin, blob.yMax - blob.yMin) + 1 >= smallestSide) blobs.push(blob);
  }
  return blobs.sort((a, b) => area(b) - area(a));
}

function area(blob: Blob): number {
  return (blob.xMax - blob.xMin + 1) * (blob.yMax - blob.yMin + 1);
}

function saturationMask({ bytes, width, height, channels }: Pixels): Uint8Array {
  const mask = new Uint8Array(width * height);
  if (channels < 3) return mask;
  for (let pixel = 0; pixel < mask.length; pixel++) {
    if (isSaturated(bytes, pixel * channels)) mask[pixel] = 1;
  }
  return mask;
}

// Plain comparisons: this runs for every pixel, and globals such as Math are slow to reach inside jest.
function isSaturated(bytes: Buffer, at: number): boolean {
  const red = bytes[at] ?? 0;
  const green = bytes[at + 1] ?? 0;
  const blue = bytes[at + 2] ?? 0;
  return (
    red - green > SATURATED ||
    green - red > SATURATED ||
    red - blue > SATURATED ||
    blue - red > SATURATED ||
    green - blue > SATURATED ||
    blue - green > SATURATED
  );
}

/** Flood fill from one pixel; visited pixels are taken out of the mask. */
function fill(start: number, open: Uint8Array, { bytes, width, height, channels }: Pixels): Blob {
  let [xMin, yMin, xMax, yMax] = [width, height, 0, 0];
  let [red, green, blue, count] = [0, 0, 0, 0];
  const stack = [start];
  open[start] = 0;
  for (let pixel = stack.pop(); pixel !== undefined; pixel = stack.pop()) {
    const x = pixel % width;
    const y = (pixel - x) / width;
    if (x < xMin) xMin = x;
    if (x > xMax) xMax = x;
    if (y < yMin) yMin = y;
    if (y > yMax) yMax = y;
    red += bytes[pixel * channels] ?? 0;
    green += bytes[pixel * channels + 1] ?? 0;
    blue += bytes[pixel * channels + 2] ?? 0;
    count++;
    pushNeighbours(pixel, x, width, open, stack);
  }
  return { xMin, yMin, xMax, yMax, meanColour: [red / count, green / count, blue / count] };
}

function pushNeighbours(pixel: number, x: number, width: number, open: Uint8Array, stack: number[]): void {
  if (x > 0) pushOpen(pixel - 1, open, stack);
  if (x < width - 1) pushOpen(pixel + 1, open, stack);
  pushOpen(pixel - width, open, stack);
  pushOpen(pixel + width, open, stack);
}

function pushOpen(pixel: number, open: Uint8Array, stack: number[]): void {
  if (open[pixel] !== 1) return;
  open[pixel] = 0;
  stack.push(pixel);
}
