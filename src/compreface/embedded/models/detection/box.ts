/** A face's place in an image, in its pixels, and how sure the detector is, 0..1. */
export interface Box {
  readonly xMin: number;
  readonly yMin: number;
  readonly xMax: number;
  readonly yMax: number;
  readonly probability: number;
}

/** Two boxes that share more than this part of their common area are the same face. */
const SAME_FACE_OVERLAP = 0.4;
/** So are two of which one lies in the other by more than this part of the smaller one. */
const SAME_FACE_CONTAINED = 0.7;
/** A detector asked with a threshold near 0 answers with thousands of boxes: the best so many are looked at. */
const MAX_CANDIDATES = 500;

export function area(box: Box): number {
  return Math.max(0, box.xMax - box.xMin) * Math.max(0, box.yMax - box.yMin);
}

/** Keeps the best box of each face (greedy non-maximum suppression), best first. */
export function suppressOverlaps(boxes: readonly Box[]): Box[] {
  const candidates = boxes.toSorted((a, b) => b.probability - a.probability).slice(0, MAX_CANDIDATES);
  const kept: Box[] = [];
  for (const box of candidates) {
    if (!kept.some((better) => isSameFace(box, better))) kept.push(box);
  }
  return kept;
}

function isSameFace(a: Box, b: Box): boolean {
  const width = Math.min(a.xMax, b.xMax) - Math.max(a.xMin, b.xMin);
  const height = Math.min(a.yMax, b.yMax) - Math.max(a.yMin, b.yMin);
  if (width <= 0 || height <= 0) return false;
  const common = width * height;
  const union = area(a) + area(b) - common;
  return common / union >= SAME_FACE_OVERLAP || common / Math.min(area(a), area(b)) >= SAME_FACE_CONTAINED;
}
