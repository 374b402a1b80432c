/** Uncompressed pixels: red, green, blue bytes in turn, row by row from the top. */
export interface Raster {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Mean colour of the training photos (red, green, blue), which the face networks take off before they start. */
export const FACE_MEAN = [122.782, 117.001, 104.298] as const;

/**
 * Lays pixels out as networks want them: all red values, then all green, then all blue, each (value - mean) / divisor.
 */
export function toPlanes(raster: Raster, mean: readonly [number, number, number], divisor: number): Float32Array {
  const { pixels } = raster;
  const area = raster.width * raster.height;
  const planes = new Float32Array(3 * area);
  for (let channel = 0; channel < 3; channel++) {
    const offset = mean[channel] ?? 0;
    for (let i = 0, from = channel, to = channel * area; i < area; i++, from += 3, to++) {
      planes[to] = ((pixels[from] ?? 0) - offset) / divisor;
    }
  }
  return planes;
}
