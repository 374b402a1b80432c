import { Injectable } from '@nestjs/common';
import {
  FaceEngine,
  type RecognizedFace,
  type RecognizeOptions,
  type SubjectCandidate,
} from '../../compreface/face-engine.js';
import { PhotoSettings } from '../../config/settings.js';
import { nearestTheCentre } from '../../persons/embeddings/crop-face.js';
import { scaled } from '../../persons/photos/face-finder.js';
import { FaceSearch } from '../../persons/photos/face-search.js';
import type { JudgedFace } from '../../persons/photos/kept-photos.js';
import { type Box, cropFace, placeInCrop, searchCopy, type UprightPhoto } from '../../persons/photos/photo-image.js';
import { measureFace } from '../../persons/quality/face-measures.js';
import { QualityGate } from '../../persons/quality/quality-gate.js';
import { Clock } from '../../time/clock.js';

/**
 * As many examples as the engine names, since one person may have many near ones. Where all of them are one person's, nobody else is seen:
 * a hundred examples that agree count as clear, whatever the margin.
 */
export const MOST_CANDIDATES = 100;

/** A face of a photo, with the nearest examples. */
export type MatchedPhotoFace = JudgedFace & { readonly matches: readonly SubjectCandidate[] };

/** What the engine saw in a photo. */
export interface SeenPhoto {
  /** Biggest first; faces that are too small are left out. */
  readonly faces: readonly MatchedPhotoFace[];
  readonly calculator: string;
  /** When it was asked. */
  readonly matchedAt: Date;
}

/** Whom the face of a crop looks like; no matches when no face was seen in it. */
export interface MatchedCrop extends Omit<SeenPhoto, 'faces'> {
  readonly matches: readonly SubjectCandidate[] | null;
}

/** Lets the engine look for all faces of a photo, and for whom they look like. */
@Injectable()
export class PhotoFaces {
  constructor(
    private readonly engine: FaceEngine,
    private readonly search: FaceSearch,
    private readonly gate: QualityGate,
    private readonly settings: PhotoSettings,
    private readonly clock: Clock,
  ) {}

  /** Throws `FaceEngineError` when the engine cannot look, or is not to be believed. */
  async find(photo: UprightPhoto, signal?: AbortSignal): Promise<SeenPhoto> {
    const matchedAt = this.clock.now();
    const { jpeg, scale } = await searchCopy(photo);
    const { faces, calculator } = await this.search.search(jpeg, asked(signal));
    const boxes = faces.map((face) => scaled(face.box, scale, photo));
    const found: MatchedPhotoFace[] = [];
    for (const [index, face] of faces.entries()) {
      const box = boxes[index];
      if (!box || sideOf(box) < this.settings.minFaceSidePx) continue;
      const others = boxes.filter((_, other) => other !== index);
      const crop = await cropFace(photo, box, others);
      const seen = { ...placed(face, scale), box };
      const measures = await measureFace(crop, placeInCrop(photo, box, others), seen);
      found.push({ ...seen, crop, calculator, judgement: await this.gate.judge(measures, null) });
    }
    return { faces: found, calculator, matchedAt };
  }

  /** The nearest examples to the face that the crop was cut for. Throws as `find` does. */
  async match(crop: Buffer, signal?: AbortSignal): Promise<MatchedCrop> {
    const matchedAt = this.clock.now();
    const { faces, calculator } = await this.engine.recognize(crop, asked(signal));
    const face = await nearestTheCentre(crop, faces);
    return { matches: face?.candidates ?? null, calculator, matchedAt };
  }
}

function asked(signal: AbortSignal | undefined): RecognizeOptions {
  return { candidateCount: MOST_CANDIDATES, ...(signal && { signal }) };
}

function placed(
  face: RecognizedFace,
  scale: number,
): Omit<MatchedPhotoFace, 'box' | 'crop' | 'calculator' | 'judgement'> {
  return {
    kind: 'found',
    embedding: face.embedding,
    landmarks: face.landmarks?.map(([x, y]) => [x * scale, y * scale] as const) ?? null,
    pose: face.pose,
    matches: face.candidates,
  };
}

function sideOf(box: Box): number {
  return Math.min(box.xMax - box.xMin, box.yMax - box.yMin);
}
