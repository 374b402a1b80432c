import type { Raster } from '../image/raster.js';
import type { Box } from './box.js';

export interface DetectOptions {
  /** Black margin around the image, in parts of its longer side: lets a detector see a face that fills the image. */
  readonly border: number;
  /** Boxes are kept when their probability is strictly greater, 0..1. */
  readonly threshold: number;
}

/** A network that looks at an image once. Its boxes may overlap and are in no order. */
export interface FaceDetector {
  detect(image: Raster, options: DetectOptions): Promise<Box[]>;
}

export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
