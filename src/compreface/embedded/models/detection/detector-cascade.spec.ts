import type { Raster } from '../image/raster.js';
import type { Box } from './box.js';
import { DetectorCascade } from './detector-cascade.js';
import type { FaceDetector } from './face-detector.js';

const IMAGE: Raster = { pixels: new Uint8Array(12), width: 2, height: 2 };
const SMALL: Box = { xMin: 0, yMin: 0, xMax: 10, yMax: 10, probability: 0.9 };
const LARGE: Box = { xMin: 50, yMin: 0, xMax: 90, yMax: 40, probability: 0.6 };

/** Detectors that note their passes and see faces only in the pass called `seenIn`. */
function cascade(seenIn: string, faces: Box[]) {
  const passes: string[] = [];
  const detector = (name: string): FaceDetector => ({
    detect: (_image, { border }) => {
      passes.push(`${name} ${border}`);
      return Promise.resolve(passes.at(-1) === seenIn ? faces : []);
    },
  });
  return { passes, detectors: new DetectorCascade(detector('ssd'), detector('tiny')) };
}

describe('the cascade of detectors', () => {
  it('looks once when it finds a face at once', async () => {
    const { passes, detectors } = cascade('ssd 0', [SMALL]);
    expect(await detectors.detect(IMAGE, 0.5)).toEqual([SMALL]);
    expect(passes).toEqual(['ssd 0']);
  });

  it('gives the image a border when it finds none', async () => {
    const { passes, detectors } = cascade('ssd 2', [SMALL]);
    expect(await detectors.detect(IMAGE, 0.5)).toEqual([SMALL]);
    expect(passes).toEqual(['ssd 0', 'tiny 1', 'ssd 1', 'ssd 0.5', 'ssd 2']);
  });

  it('finds nothing when no pass does', async () => {
    expect(await cascade('never', []).detectors.detect(IMAGE, 0.5)).toEqual([]);
  });

  it('puts the biggest face first, not the most probable', async () => {
    expect(await cascade('ssd 0', [SMALL, LARGE]).detectors.detect(IMAGE, 0.5)).toEqual([LARGE, SMALL]);
  });
});
