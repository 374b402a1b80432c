import type { Raster } from '../image/raster.js';
import { toPlanes } from '../image/raster.js';
import { TINY_ANCHORS, TINY_INPUT_SIZE, writeTinyFace } from '../networks/tiny-face.js';
import { Network } from '../onnx/network.js';
import type { Box } from './box.js';
import { type DetectOptions, type FaceDetector, sigmoid } from './face-detector.js';
import { letterbox } from './letterbox.js';

/** Mean colour of this network's own training photos. */
const TINY_MEAN = [117.001, 114.697, 97.404] as const;
const VALUES_PER_ANCHOR = 5;

/** The fallback detector: half the work of the main one and good with one large face, but it loses faces in groups. */
export class TinyDetector implements FaceDetector {
  private readonly network = new Network(() => writeTinyFace());

  async detect(image: Raster, { border, threshold }: DetectOptions): Promise<Box[]> {
    const { square, scale, offset } = await letterbox(image, TINY_INPUT_SIZE, border);
    const input = toPlanes(square, TINY_MEAN, 255);
    const { values, shape } = await this.network.run(input, [1, 3, TINY_INPUT_SIZE, TINY_INPUT_SIZE]);
    const grid = shape[2] ?? 0;
    const toImage = (cells: number) => ((cells / grid) * TINY_INPUT_SIZE - offset) / scale;
    return decodeGrid(values, grid, threshold).map(({ x, y, width, height, probability }) => ({
      xMin: toImage(x - width / 2),
      yMin: toImage(y - height / 2),
      xMax: toImage(x + width / 2),
      yMax: toImage(y + height / 2),
      probability,
    }));
  }
}

interface CellBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly probability: number;
}

/** YOLO v2: centre = cell + sigmoid, size = anchor x exp; all in cells. Each kind of value has a plane of its own. */
function decodeGrid(values: Float32Array, grid: number, threshold: number): CellBox[] {
  const cells = grid * grid;
  const found: CellBox[] = [];
  for (const [anchor, [anchorWidth, anchorHeight]] of TINY_ANCHORS.entries()) {
    for (let cell = 0; cell < cells; cell++) {
      const at = (value: number) => values[(anchor * VALUES_PER_ANCHOR + value) * cells + cell] ?? 0;
      const probability = sigmoid(at(4));
      if (probability <= threshold) continue;
      const x = (cell % grid) + sigmoid(at(0));
      const y = Math.floor(cell / grid) + sigmoid(at(1));
      found.push({ x, y, width: Math.exp(at(2)) * anchorWidth, height: Math.exp(at(3)) * anchorHeight, probability });
    }
  }
  return found;
}
