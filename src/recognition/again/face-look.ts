import { Injectable, Logger } from '@nestjs/common';
import { FaceEngineError } from '../../compreface/face-engine-error.js';
import { MissingFileError, PhotoStore } from '../../persons/photos/photo-store.js';
import { type DecidedFace, type MatchedFace, type OpenBatch, PhotoDecisions } from '../decisions/photo-decisions.js';
import type { RecognitionSettingsRecord } from '../dto/recognition-settings.dto.js';
import { type MatchedCrop, PhotoFaces } from '../library/photo-faces.js';
import { Clock } from '../../time/clock.js';

/** A face that is looked at again. */
export interface FaceToLookAt {
  readonly id: number;
  readonly photo_id: number;
  readonly content_hash: string;
}

/** By what it is decided again. */
export interface LookContext {
  readonly settings: RecognitionSettingsRecord;
  readonly batch: OpenBatch;
  readonly signal?: AbortSignal;
}

type Look = MatchedCrop & { readonly faceId: number };

/** Compares stored crops with the collection again, and decides anew. */
@Injectable()
export class FaceLook {
  private readonly logger = new Logger('FaceLook');

  constructor(
    private readonly store: PhotoStore,
    private readonly faces: PhotoFaces,
    private readonly decisions: PhotoDecisions,
    private readonly clock: Clock,
  ) {}

  /** Decides on waiting faces of one photo together. Throws `FaceEngineError` when CompreFace is away: nothing is decided then. */
  async lookAt(faces: readonly FaceToLookAt[], { settings, batch, signal }: LookContext): Promise<DecidedFace[]> {
    const looks: Look[] = [];
    for (const face of faces) looks.push({ ...(await this.match(face, signal)), faceId: face.id });
    const [first] = looks;
    const photoId = faces[0]?.photo_id;
    if (!first || photoId === undefined) return [];
    const context = { settings, batch, calculator: first.calculator, matchedAt: first.matchedAt };
    const found = looks.flatMap(({ faceId, matches }): MatchedFace[] => (matches ? [{ faceId, matches }] : []));
    const decided = found.length === 0 ? [] : await this.decisions.decideOn(photoId, found, context);
    for (const { faceId, matches } of looks) {
      if (matches !== null) continue;
      await this.decisions.noteNotFound(photoId, faceId, context);
      decided.push({ faceId, outcome: 'unidentified', person: null, similarity: null });
    }
    return decided;
  }

  /** No matches for a crop that CompreFace cannot work with, and for one that is not where it must be: the next face is looked at. */
  private async match(face: FaceToLookAt, signal?: AbortSignal): Promise<MatchedCrop> {
    const matchedAt = this.clock.now();
    try {
      return await this.faces.match(await this.store.read('faces', face.content_hash), signal);
    } catch (error) {
      if (error instanceof MissingFileError) this.logger.warn(`Face ${face.id} cannot be looked at: ${error.message}`);
      else if (!isAboutTheCrop(error)) throw error;
      return { matches: null, calculator: '', matchedAt };
    }
  }
}

function isAboutTheCrop(error: unknown): boolean {
  return error instanceof FaceEngineError && (error.failure.kind === 'suspect' || error.failure.kind === 'rejected');
}

/** Faces of one photo are decided on together. */
export function groupedByPhoto(faces: readonly FaceToLookAt[]): FaceToLookAt[][] {
  const groups = new Map<number, FaceToLookAt[]>();
  for (const face of faces) groups.set(face.photo_id, [...(groups.get(face.photo_id) ?? []), face]);
  return [...groups.values()];
}
