import { FACE_MEAN, type Raster, toPlanes } from '../image/raster.js';
import { type Point, warp } from '../image/transform.js';
import { RECOGNITION_INPUT_SIZE, writeRecognition } from '../networks/recognition.js';
import { Network } from '../onnx/network.js';
import { chipTransform } from './alignment.js';

/** Turns a face into 128 numbers that lie close together for one person (dlib's face recognition ResNet). */
export class EmbeddingCalculator {
  private readonly network = new Network(() => writeRecognition());

  /** The raw embedding: its length is about 1.3 to 1.6, not 1. `landmarks` are in pixels of the image. */
  async calculate(image: Raster, landmarks: readonly Point[]): Promise<Float32Array> {
    const chip = warp(image, chipTransform(landmarks, RECOGNITION_INPUT_SIZE), RECOGNITION_INPUT_SIZE);
    const input = toPlanes(chip, FACE_MEAN, 255);
    const { values } = await this.network.run(input, [1, 3, RECOGNITION_INPUT_SIZE, RECOGNITION_INPUT_SIZE]);
    // A copy of its own: the runtime's memory may be larger and shared.
    return Float32Array.from(values);
  }
}
