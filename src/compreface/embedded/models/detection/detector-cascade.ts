import type { Raster } from '../image/raster.js';
import { area, type Box, suppressOverlaps } from './box.js';
import type { FaceDetector } from './face-detector.js';
import { SsdDetector } from './ssd-detector.js';
import { TinyDetector } from './tiny-detector.js';

interface Pass {
  readonly detector: FaceDetector;
  readonly border: number;
}

/**
 * Looks again, with another eye or a border, while nothing was found: the first pass finds the faces of a scene, the
 * others a face that fills its image, as in a crop. The order was measured (docs/decisions/0003).
 */
export class DetectorCascade {
  private readonly passes: readonly Pass[];

  constructor(ssd: FaceDetector = new SsdDetector(), tiny: FaceDetector = new TinyDetector()) {
    this.passes = [
      { detector: ssd, border: 0 },
      { detector: tiny, border: 1 },
      { detector: ssd, border: 1 },
      { detector: ssd, border: 0.5 },
      { detector: ssd, border: 2 },
    ];
  }

  /** One box per face, biggest first; probabilities strictly above the threshold. */
  async detect(image: Raster, threshold: number): Promise<Box[]> {
    for (const { detector, border } of this.passes) {
      const boxes = suppressOverlaps(await detector.detect(image, { border, threshold }));
      if (boxes.length > 0) return boxes.toSorted((a, b) => area(b) - area(a));
    }
    return [];
  }
}
