import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { weightsFolder } from '../../src/compreface/embedded/models/networks/weights.js';
import type { WorkerFaceAnalyser } from '../../src/compreface/embedded/models/worker-face-analyser.js';

/** The group photos that come with the weights, 1920 pixels wide. */
export function groupPhotos(): Buffer[] {
  return [1, 2, 3, 4, 5, 6].map((n) => readFileSync(join(weightsFolder(), `../demo/sample${n}.jpg`)));
}

/** The same as a phone might send them: 640 pixels wide. */
export function smaller(photos: readonly Buffer[]): Promise<Buffer[]> {
  return Promise.all(photos.map((photo) => sharp(photo).resize(640).jpeg().toBuffer()));
}

/** Each face with 40 % margin, as it is sent for training. */
export async function cropsOf(photos: readonly Buffer[], analyser: WorkerFaceAnalyser): Promise<Buffer[]> {
  const crops: Buffer[] = [];
  for (const photo of photos) {
    const { width, height, faces } = await analyser.analyse(photo, { detectionThreshold: 0.5, plugins: new Set() });
    for (const { box } of faces) {
      const margin = 0.4 * Math.max(box.xMax - box.xMin, box.yMax - box.yMin);
      const left = Math.max(0, Math.round(box.xMin - margin));
      const top = Math.max(0, Math.round(box.yMin - margin));
      const area = {
        left,
        top,
        width: Math.min(width, Math.round(box.xMax + margin)) - left,
        height: Math.min(height, Math.round(box.yMax + margin)) - top,
      };
      crops.push(await sharp(photo).extract(area).jpeg().toBuffer());
    }
  }
  return crops;
}
