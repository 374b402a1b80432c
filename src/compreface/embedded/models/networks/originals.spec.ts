/** @jest-environment ./src/compreface/embedded/models/testing/native-arrays.cjs */
import { FACE_MEAN, toPlanes } from '../image/raster.js';
import { Network } from '../onnx/network.js';
import { writeAgeGender } from './age-gender.js';
import { writeLandmarks68 } from './landmarks-68.js';
import { writeRecognition } from './recognition.js';
import { ssdAnchors, writeSsdMobilenet } from './ssd-mobilenet.js';
import { writeTinyFace } from './tiny-face.js';

/** A picture of waves: sharp enough to tell apart every mistake in layout, order of channels, stride and padding. */
function waves(size: number, mean: readonly [number, number, number], divisor: number): Float32Array {
  const pixels = Uint8Array.from({ length: 3 * size * size }, (_, i) => Math.round(127.5 + 127.5 * Math.sin(i / 97)));
  return toPlanes({ pixels, width: size, height: size }, mean, divisor);
}

async function run(write: () => Buffer, size: number, input: Float32Array): Promise<Float32Array> {
  return (await new Network(write).run(input, [1, 3, size, size])).values;
}

jest.setTimeout(30_000);

/**
 * The answers on the right were computed once by the original implementation, face-api 1.7.15 on TensorFlow.js (its CPU
 * backend), from the same pixels. Embeddings already stored can be compared with new ones only while these hold.
 */
describe('the networks written as ONNX answer as the originals do', () => {
  it('recognition', async () => {
    const embedding = await run(writeRecognition, 150, waves(150, FACE_MEAN, 255));
    expect(embedding).toHaveLength(128);
    for (const [i, original] of [-0.09744, 0.10385, 0.09252].entries()) expect(embedding[i]).toBeCloseTo(original, 4);
    expect(embedding[127]).toBeCloseTo(0.03986, 4);
  });

  it('landmarks', async () => {
    const points = await run(writeLandmarks68, 112, waves(112, FACE_MEAN, 255));
    expect(points).toHaveLength(136);
    for (const [i, original] of [0.26201, 0.50765, 0.36594].entries()) expect(points[i]).toBeCloseTo(original, 4);
    expect(points[135]).toBeCloseTo(0.33796, 4);
  });

  it('age and gender', async () => {
    const answer = await run(writeAgeGender, 112, waves(112, FACE_MEAN, 255));
    expect(answer).toHaveLength(3);
    for (const [i, original] of [53.5106, 6.30574, -5.91871].entries()) expect(answer[i]).toBeCloseTo(original, 3);
  });

  it('tiny face detector', async () => {
    const cells = await run(writeTinyFace, 416, waves(416, [117.001, 114.697, 97.404], 255));
    expect(cells).toHaveLength(25 * 13 * 13);
    for (const [i, original] of [0.5993, -0.4561, 0.9303].entries()) expect(cells[i]).toBeCloseTo(original, 2);
    expect(cells[4224]).toBeCloseTo(-24.6598, 2);
  });

  it('SSD detector, with its anchors', async () => {
    const rows = await run(writeSsdMobilenet, 512, waves(512, [127.5, 127.5, 127.5], 127.5));
    const anchors = ssdAnchors();
    expect([rows.length, anchors.length]).toEqual([5118 * 7, 5118 * 4]);
    for (const [anchor, logit, top] of [
      [0, -4.6992, -0.00125],
      [2500, -5.6742, 0.74173],
      [5117, -5.6868, -0.11318],
    ] as const) {
      const row = rows.subarray(7 * anchor);
      expect(row[5]).toBeCloseTo(logit, 2);
      const [yMin = 0, , yMax = 0] = anchors.subarray(4 * anchor);
      const [height, shift = 0, , growth = 0] = [yMax - yMin, ...row];
      expect(yMin + height / 2 + (shift / 10) * height - (Math.exp(growth / 5) * height) / 2).toBeCloseTo(top, 4);
    }
  });
});
