import { fitSimilarity, type Point, type Similarity } from '../image/transform.js';

/** The five of the 68 landmarks that dlib aligns by: outer and inner corner of each eye, base of the nose. */
const ALIGNMENT_LANDMARKS = [45, 42, 36, 39, 33] as const;

/** Where dlib's mean face has them, in parts of the face's own square. */
const MEAN_FACE: readonly Point[] = [
  [0.8595674595992, 0.2134981538014],
  [0.6460604764104, 0.2289674387677],
  [0.1205750620789, 0.2137274526848],
  [0.3340850613712, 0.2290642403242],
  [0.4901123135679, 0.6277975316475],
];

/** Room around the mean face's square in the chip, in parts of that square: what dlib's network was trained with. */
const CHIP_PADDING = 0.25;

/** Maps image pixels to the upright chip of `size` pixels that the recognition network wants (dlib's get_face_chip). */
export function chipTransform(landmarks: readonly Point[], size: number): Similarity {
  const from = ALIGNMENT_LANDMARKS.map((index) => landmarks[index] ?? ([0, 0] as const));
  const inChip = (part: number) => ((part + CHIP_PADDING) / (1 + 2 * CHIP_PADDING)) * size;
  const to = MEAN_FACE.map(([x, y]) => [inChip(x), inChip(y)] as const);
  return fitSimilarity(from, to);
}

/** Maps image pixels to a square of `size` pixels that holds the box in its middle. */
export function squareAround(
  box: { xMin: number; yMin: number; xMax: number; yMax: number },
  size: number,
): Similarity {
  const side = Math.max(box.xMax - box.xMin, box.yMax - box.yMin);
  const scale = size / side;
  const [left, top] = [(box.xMin + box.xMax - side) / 2, (box.yMin + box.yMax - side) / 2];
  return { a: scale, b: 0, tx: -left * scale, ty: -top * scale };
}

/** Room around the landmarks in the portrait for age and gender, in parts of their own extent, both sides together. */
const PORTRAIT_PADDING = 0.2;

/** Maps image pixels to the unrotated square around all landmarks that the age and gender network wants. */
export function portraitTransform(landmarks: readonly Point[], size: number): Similarity {
  const [xs, ys] = [landmarks.map(([x]) => x), landmarks.map(([, y]) => y)];
  const [xMin, yMin, xMax, yMax] = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  const [roomX, roomY] = [((xMax - xMin) * PORTRAIT_PADDING) / 2, ((yMax - yMin) * PORTRAIT_PADDING) / 2];
  return squareAround({ xMin: xMin - roomX, yMin: yMin - roomY, xMax: xMax + roomX, yMax: yMax + roomY }, size);
}
