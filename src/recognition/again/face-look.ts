import { Injectable } from '@nestjs/common';
import { FaceEngineError } from '../../compreface/face-engine-error.js';
import { Database } from '../../database/database.js';
import { execute, placeholders } from '../../database/sql.js';
import { PhotoStore } from '../../persons/photos/photo-store.js';
import { isOutage, PhotoTrouble, TROUBLE_WAIT_MS } from '../../persons/photos/photo-trouble.js';
import { type DecidedFace, type MatchedFace, type OpenBatch, PhotoDecisions } from '../decisions/photo-decisions.js';
import type { RecognitionSettingsRecord } from '../dto/recognition-settings.dto.js';
import { type MatchedCrop, PhotoFaces } from '../library/photo-faces.js';
import { Clock } from '../../time/clock.js';

/** A face that is looked at again. */
export interface FaceToLookAt {
  readonly id: number;
  readonly photo_id: number;
  readonly content_hash: string;
  /** How often CompreFace broke on its crop since it was compared last. */
  readonly examine_tries: number;
}

/** By what it is decided again. */
export interface LookContext {
  readonly settings: RecognitionSettingsRecord;
  readonly batch: OpenBatch;
  readonly signal?: AbortSignal;
}

/** What became of the faces. `postponed`: nothing was decided on these, they wait for a while. */
export interface LookResult {
  readonly decided: readonly DecidedFace[];
  readonly postponed: readonly number[];
}

type Look = MatchedCrop & { readonly faceId: number };

/** After CompreFace broke on a crop, it may have been CompreFace. */
const SUSPECT_WAIT_MS = 15_000;
/** CompreFace broke on the crop itself so often: it is the crop. */
const MAX_TRIES = 2;

/** Compares stored crops with the collection again, and decides anew. */
@Injectable()
export class FaceLook {
  private readonly trouble = new PhotoTrouble();

  constructor(
    private readonly db: Database,
    private readonly store: PhotoStore,
    private readonly faces: PhotoFaces,
    private readonly decisions: PhotoDecisions,
    private readonly clock: Clock,
  ) {}

  /** Decides on waiting faces of one photo together. Throws `FaceEngineError` when CompreFace is away: nothing is decided then. */
  async lookAt(faces: readonly FaceToLookAt[], { settings, batch, signal }: LookContext): Promise<LookResult> {
    const looks: Look[] = [];
    const postponed: number[] = [];
    for (const face of faces) {
      const look = await this.match(face, signal);
      if (look) looks.push({ ...look, faceId: face.id });
      else postponed.push(face.id);
    }
    const [first] = looks;
    const photoId = faces[0]?.photo_id;
    if (!first || photoId === undefined) return { decided: [], postponed };
    const calculator = looks.find((look) => look.calculator !== '')?.calculator ?? '';
    const context = { settings, batch, calculator, matchedAt: first.matchedAt };
    const found = looks.flatMap(({ faceId, matches }): MatchedFace[] => (matches ? [{ faceId, matches }] : []));
    const decided = found.length === 0 ? [] : await this.decisions.decideOn(photoId, found, context);
    for (const { faceId, matches } of looks) {
      if (matches !== null) continue;
      await this.decisions.noteNotFound(photoId, faceId, context);
      decided.push({ faceId, outcome: 'unidentified', person: null, similarity: null });
    }
    await this.forgetTries(looks.map(({ faceId }) => faceId));
    return { decided, postponed };
  }

  /** No matches for a crop that CompreFace cannot work with. Null for one about which nothing is known yet: the next face is looked at. */
  private async match(face: FaceToLookAt, signal?: AbortSignal): Promise<MatchedCrop | null> {
    const matchedAt = this.clock.now();
    try {
      return await this.faces.match(await this.store.read('faces', face.content_hash), signal);
    } catch (error) {
      if (!isOutage(error) && !signal?.aborted) {
        this.trouble.tell(`Face ${face.id}`, error);
        await this.postpone(face.id, TROUBLE_WAIT_MS, 0);
        return null;
      }
      const kind = error instanceof FaceEngineError ? error.failure.kind : null;
      if (kind === 'suspect' && face.examine_tries + 1 < MAX_TRIES) {
        await this.postpone(face.id, SUSPECT_WAIT_MS, 1);
        return null;
      }
      if (kind !== 'rejected' && kind !== 'suspect') throw error;
      return { matches: null, calculator: '', matchedAt };
    }
  }

  private async forgetTries(faceIds: readonly number[]): Promise<void> {
    await execute(
      this.db.reader,
      `UPDATE face SET examine_tries = 0 WHERE id IN (${placeholders(faceIds)}) AND examine_tries > 0`,
      faceIds,
    );
  }

  private async postpone(faceId: number, waitMs: number, tries: number): Promise<void> {
    await execute(
      this.db.reader,
      `UPDATE face SET examine_at = ${this.db.now} + ${waitMs}, examine_tries = examine_tries + ? WHERE id = ?`,
      [tries, faceId],
    );
  }
}

/** Faces of one photo are decided on together. */
export function groupedByPhoto(faces: readonly FaceToLookAt[]): FaceToLookAt[][] {
  const groups = new Map<number, FaceToLookAt[]>();
  for (const face of faces) groups.set(face.photo_id, [...(groups.get(face.photo_id) ?? []), face]);
  return [...groups.values()];
}
