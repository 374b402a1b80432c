import type { Raster } from '../image/raster.js';
import { toPlanes } from '../image/raster.js';
import { ssdAnchors, SSD_INPUT_SIZE, SSD_VALUES_PER_ANCHOR, writeSsdMobilenet } from '../networks/ssd-mobilenet.js';
import { Network } from '../onnx/network.js';
import type { Box } from './box.js';
import { type DetectOptions, type FaceDetector, sigmoid } from './face-detector.js';
import { letterbox } from './letterbox.js';

/** The network speaks of an anchor's shift in tenths of its size, and of its growth in fifths on a log scale. */
const CENTRE_VARIANCE = 10;
const SIZE_VARIANCE = 5;
/** Place of the class "face" in a row, after four values of the box and the class "background". */
const FACE_CLASS = 5;

/** The main detector: reliable on whole scenes, blind to a face that fills the image unless it gets a border. */
export class SsdDetector implements FaceDetector {
  private readonly network = new Network(() => writeSsdMobilenet());
  private anchors: Float32Array | null = null;

  async detect(image: Raster, { border, threshold }: DetectOptions): Promise<Box[]> {
    const { square, scale, offset } = await letterbox(image, SSD_INPUT_SIZE, border);
    // Bytes to -1..1.
    const input = toPlanes(square, [127.5, 127.5, 127.5], 127.5);
    const { values } = await this.network.run(input, [1, 3, SSD_INPUT_SIZE, SSD_INPUT_SIZE]);
    const anchors = (this.anchors ??= ssdAnchors());
    const boxes: Box[] = [];
    for (let anchor = 0; anchor < anchors.length / 4; anchor++) {
      const probability = sigmoid(values[anchor * SSD_VALUES_PER_ANCHOR + FACE_CLASS] ?? 0);
      if (probability <= threshold) continue;
      const [xMin, yMin, xMax, yMax] = decodeBox(
        values.subarray(anchor * SSD_VALUES_PER_ANCHOR, (anchor + 1) * SSD_VALUES_PER_ANCHOR),
        anchors.subarray(4 * anchor, 4 * anchor + 4),
      ).map((part) => (part * SSD_INPUT_SIZE - offset) / scale) as [number, number, number, number];
      boxes.push({ xMin, yMin, xMax, yMax, probability });
    }
    return boxes;
  }
}

/** The anchor, moved and resized as the network says: xmin, ymin, xmax, ymax in parts of the square. */
function decodeBox(row: Float32Array, anchor: Float32Array): [number, number, number, number] {
  const [dy = 0, dx = 0, dHeight = 0, dWidth = 0] = row;
  const [yMin = 0, xMin = 0, yMax = 0, xMax = 0] = anchor;
  const [width, height] = [xMax - xMin, yMax - yMin];
  const centreX = xMin + width / 2 + (dx / CENTRE_VARIANCE) * width;
  const centreY = yMin + height / 2 + (dy / CENTRE_VARIANCE) * height;
  const halfWidth = (Math.exp(dWidth / SIZE_VARIANCE) * width) / 2;
  const halfHeight = (Math.exp(dHeight / SIZE_VARIANCE) * height) / 2;
  return [centreX - halfWidth, centreY - halfHeight, centreX + halfWidth, centreY + halfHeight];
}
