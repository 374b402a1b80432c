import type { Box } from '../detection/box.js';
import { FACE_MEAN, type Raster, toPlanes } from '../image/raster.js';
import { apply, invert, type Point, warp } from '../image/transform.js';
import { LANDMARKS_INPUT_SIZE, writeLandmarks68 } from '../networks/landmarks-68.js';
import { Network } from '../onnx/network.js';
import { squareAround } from './alignment.js';

/** Finds the 68 points of the iBUG scheme: jaw 0-16, brows 17-26, nose 27-35, eyes 36-47, mouth 48-67. */
export class LandmarkFinder {
  private readonly network = new Network(() => writeLandmarks68());

  /** The points in pixels of the image; `box` is a face in it. */
  async find(image: Raster, box: Box): Promise<Point[]> {
    const toCrop = squareAround(box, LANDMARKS_INPUT_SIZE);
    const input = toPlanes(warp(image, toCrop, LANDMARKS_INPUT_SIZE), FACE_MEAN, 255);
    const { values } = await this.network.run(input, [1, 3, LANDMARKS_INPUT_SIZE, LANDMARKS_INPUT_SIZE]);
    const toImage = invert(toCrop);
    return Array.from({ length: values.length / 2 }, (_, i) => {
      const [x = 0, y = 0] = values.subarray(2 * i, 2 * i + 2);
      return apply(toImage, [x * LANDMARKS_INPUT_SIZE, y * LANDMARKS_INPUT_SIZE]);
    });
  }
}
