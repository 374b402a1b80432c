import { Injectable } from '@nestjs/common';
import type { RecognizedFace } from '../../compreface/face-engine.js';
import { PhotoSettings } from '../../config/settings.js';
import { type FaceMeasures, measureFace } from '../quality/face-measures.js';
import { FaceSearch } from './face-search.js';
import { type Box, cropFace, placeInCrop, searchCopy, type UprightPhoto } from './photo-image.js';

/** A face that can become an example. */
export interface FoundFace {
  readonly kind: 'found';
  readonly box: Box & { readonly probability: number };
  readonly crop: Buffer;
  readonly embedding: readonly number[];
  readonly calculator: string;
  readonly landmarks: RecognizedFace['landmarks'];
  readonly pose: RecognizedFace['pose'];
}

/** The same, with the measures of its quality. */
export type MeasuredFoundFace = FoundFace & { readonly measures: FaceMeasures };

/** Why there is no one face to take. */
export interface NoFace {
  readonly kind: 'refused';
  readonly code: 'NO_FACE' | 'SEVERAL_FACES' | 'FACE_TOO_SMALL';
  readonly message: string;
  readonly boxes: readonly FaceBoxShown[];
}

export interface FaceBoxShown extends Box {
  readonly probability: number;
}

/** Lets the engine look for the one face of a photo that is meant. */
@Injectable()
export class FaceFinder {
  constructor(
    private readonly search: FaceSearch,
    private readonly settings: PhotoSettings,
  ) {}

  /** `chosen` points at one face of several. Throws `FaceEngineError` when the engine cannot look, or is not to be believed. */
  async find(photo: UprightPhoto, chosen: Box | null): Promise<MeasuredFoundFace | NoFace> {
    const { jpeg, scale } = await searchCopy(photo);
    const { faces, calculator } = await this.search.search(jpeg);
    const boxes = faces.map((face) => scaled(face.box, scale, photo));
    const index = pick(boxes, chosen);
    const face = faces[index];
    const box = boxes[index];
    if (!face || !box) return refusal(boxes, chosen);
    const side = Math.min(box.xMax - box.xMin, box.yMax - box.yMin);
    if (side < this.settings.minFaceSidePx) {
      const message = `The face is ${side} pixels wide, at least ${this.settings.minFaceSidePx} are needed: use a larger photo`;
      return { kind: 'refused', code: 'FACE_TOO_SMALL', message, boxes: [box] };
    }
    const others = boxes.filter((_, other) => other !== index);
    const crop = await cropFace(photo, box, others);
    const landmarks = face.landmarks?.map(([x, y]) => [x * scale, y * scale] as const) ?? null;
    const { embedding, pose } = face;
    const measures = await measureFace(crop, placeInCrop(photo, box, others), { box, landmarks, pose });
    return { kind: 'found', box, crop, embedding, calculator, landmarks, pose, measures };
  }
}

/** A box of the search copy in pixels of the photo. */
export function scaled(box: FaceBoxShown, scale: number, photo: UprightPhoto): FaceBoxShown {
  return {
    xMin: Math.max(0, Math.round(box.xMin * scale)),
    yMin: Math.max(0, Math.round(box.yMin * scale)),
    xMax: Math.min(photo.width, Math.round(box.xMax * scale)),
    yMax: Math.min(photo.height, Math.round(box.yMax * scale)),
    probability: box.probability,
  };
}

/** The only face, or the one that overlaps the chosen box best; -1 for none. */
function pick(boxes: readonly FaceBoxShown[], chosen: Box | null): number {
  if (!chosen) return boxes.length === 1 ? 0 : -1;
  let best = -1;
  let bestOverlap = 0.3;
  boxes.forEach((box, index) => {
    const overlap = intersectionOverUnion(box, chosen);
    if (overlap > bestOverlap) [best, bestOverlap] = [index, overlap];
  });
  return best;
}

function refusal(boxes: readonly FaceBoxShown[], chosen: Box | null): NoFace {
  if (boxes.length === 0) {
    return {
      kind: 'refused',
      code: 'NO_FACE',
      message: 'No face was found: use a sharper photo in which the face is larger',
      boxes,
    };
  }
  const message = chosen
    ? 'No face was found in the chosen box: choose one of the boxes'
    : `There are ${boxes.length} faces in the photo: choose one with "box"`;
  return { kind: 'refused', code: chosen ? 'NO_FACE' : 'SEVERAL_FACES', message, boxes };
}

/** How much two boxes overlap, 0..1. */
export function intersectionOverUnion(a: Box, b: Box): number {
  const width = Math.min(a.xMax, b.xMax) - Math.max(a.xMin, b.xMin);
  const height = Math.min(a.yMax, b.yMax) - Math.max(a.yMin, b.yMin);
  if (width <= 0 || height <= 0) return 0;
  return (width * height) / (area(a) + area(b) - width * height);
}

function area(box: Box): number {
  return (box.xMax - box.xMin) * (box.yMax - box.yMin);
}
