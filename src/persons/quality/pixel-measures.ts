/** A face in shades of grey, 0 black to 255 white, row by row, `SIDE` by `SIDE` pixels. */
export type GreyFace = Uint8Array;

/** Every face is brought to this many pixels a side before its sharpness is measured: otherwise a large photo would count as a sharp one. */
export const GREY_FACE_SIDE = 112;

/** Shades up to this one count as black, and from 255 minus it on as white: nothing can be told apart there any more. */
const CLIPPED = 5;
/** The spread to which light and contrast are brought before sharpness is measured. */
const COMMON_SPREAD = 50;
/** Below it a face is one shade, and the noise of the camera would be measured as sharpness. */
const LEAST_SPREAD = 8;

/** How light a face is. */
export interface Exposure {
  /** Mean shade, 0..255. */
  readonly brightness: number;
  /** Standard deviation of the shades, 0..127.5. */
  readonly contrast: number;
  /** Share of the pixels that are as good as black, 0..1. */
  readonly clipped_dark: number;
  /** Share of the pixels that are as good as white, 0..1. */
  readonly clipped_bright: number;
}

/** Reads light and contrast from the histogram of the shades. */
export function exposureOf(face: GreyFace): Exposure {
  const histogram = new Uint32Array(256);
  for (const shade of face) histogram[shade] = (histogram[shade] ?? 0) + 1;
  let [sum, squares, dark, bright] = [0, 0, 0, 0];
  histogram.forEach((count, shade) => {
    sum += count * shade;
    squares += count * shade * shade;
    if (shade <= CLIPPED) dark += count;
    if (shade >= 255 - CLIPPED) bright += count;
  });
  const mean = sum / face.length;
  return {
    brightness: mean,
    contrast: Math.sqrt(Math.max(0, squares / face.length - mean * mean)),
    clipped_dark: dark / face.length,
    clipped_bright: bright / face.length,
  };
}

/**
 * Variance of the Laplacian (the four neighbours minus four times the pixel), 0 for an even area, some hundreds to thousands for a sharp
 * face. The contrast of the face is evened out first, so that a dim photo does not count as a blurred one.
 * Source: Pech-Pacheco et al., Diatom autofocusing in brightfield microscopy, ICPR 2000.
 */
export function sharpnessOf(face: GreyFace, side = GREY_FACE_SIDE): number {
  const spread = Math.max(LEAST_SPREAD, exposureOf(face).contrast);
  let [sum, squares] = [0, 0];
  for (let y = 1; y < side - 1; y += 1) {
    for (let x = 1; x < side - 1; x += 1) {
      const at = y * side + x;
      const shade = (index: number): number => face[index] ?? 0;
      const around = shade(at - 1) + shade(at + 1) + shade(at - side) + shade(at + side);
      const laplacian = around - 4 * shade(at);
      sum += laplacian;
      squares += laplacian * laplacian;
    }
  }
  const count = (side - 2) ** 2;
  return (squares / count - (sum / count) ** 2) * (COMMON_SPREAD / spread) ** 2;
}
