import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { execute, placeholders, readTime, select, type SqlValue, unindexed } from '../../database/sql.js';
import type { OpenBatch } from '../decisions/photo-decisions.js';
import { STILL_UNDECIDED_SQL } from '../decisions/photo-situation.js';
import { RecognitionSettingsService } from '../settings/recognition-settings.service.js';
import { Clock } from '../../time/clock.js';
import { FaceLook, type FaceToLookAt, groupedByPhoto } from './face-look.js';

const BATCH = 50;
/** Long enough for a batch; another process may look again after it. */
const CLAIM_MS = 120_000;

/** Faces that came as a person's, and are nobody's now, were never compared. */
const isOutdated = (matchedAt: string): string => `(${matchedAt} IS NULL OR ${matchedAt} <= ?)`;

const REVIEWS = "('unidentified', 'needs_review')";

/** Looks again, after a training, at the faces that were waiting when it ended. */
@Injectable()
export class SecondLook {
  /** Of the pass that goes on until no face is left. */
  private batch: OpenBatch = newBatch();

  constructor(
    private readonly db: Database,
    private readonly look: FaceLook,
    private readonly settings: RecognitionSettingsService,
    private readonly clock: Clock,
  ) {}

  /** Looks at a batch of faces at most, and returns how many. Throws `FaceEngineError` when CompreFace is away. */
  async lookAtDue(signal?: AbortSignal): Promise<number> {
    const trainedAt = await this.newestTraining();
    const due = trainedAt ? await this.due(trainedAt) : [];
    if (!trainedAt || due.length === 0) {
      this.batch = newBatch();
      return 0;
    }
    const settings = await this.settings.get();
    let looked = 0;
    for (const photo of groupedByPhoto(due)) {
      const claimed = await this.claim(photo, trainedAt);
      let postponed: readonly number[] = [];
      try {
        ({ postponed } = await this.look.lookAt(claimed, { settings, batch: this.batch, ...(signal && { signal }) }));
        looked += claimed.length;
      } finally {
        await this.release(claimed.filter(({ id }) => !postponed.includes(id)));
      }
    }
    return looked;
  }

  /** Null before the first, and while it lies ahead: it may have ended in a process whose clock is. */
  private async newestTraining(): Promise<Date | null> {
    const [newest] = await select<{ at: Date | string | null }>(
      this.db.reader,
      'SELECT MAX(last_trained_at) AS at FROM person',
    );
    const trainedAt = readTime(newest?.at);
    return trainedAt && trainedAt < this.clock.now() ? trainedAt : null;
  }

  /** Faces that were compared last before the training ended, or never, with the other waiting faces of their photos. */
  private async due(trainedAt: Date): Promise<FaceToLookAt[]> {
    const never = await this.photosOf('f.matched_at IS NULL', BATCH, []);
    const before = await this.photosOf('f.matched_at <= ?', BATCH - never.length, [trainedAt]);
    const photoIds = [...new Set([...never, ...before])];
    if (photoIds.length === 0) return [];
    return select<FaceToLookAt>(
      this.db.reader,
      `SELECT f.id, f.photo_id, f.content_hash, f.examine_tries FROM face f WHERE f.photo_id IN (${placeholders(photoIds)}) AND ${unindexed('f.review')} IN ${REVIEWS} AND ${STILL_UNDECIDED_SQL}
         AND ${isOutdated('f.matched_at')} AND ${this.free} ORDER BY f.photo_id, f.id`,
      [...photoIds, trainedAt],
    );
  }

  /** Apart for each of the two conditions, so that an index leads to either. */
  private async photosOf(matched: string, most: number, values: readonly SqlValue[]): Promise<number[]> {
    const faces = await select<{ photo_id: number }>(
      this.db.reader,
      `SELECT f.photo_id FROM face f WHERE f.review IN ${REVIEWS} AND ${STILL_UNDECIDED_SQL} AND ${matched} AND ${this.free}
       ORDER BY f.matched_at, f.id LIMIT ${most}`,
      values,
    );
    return faces.map(({ photo_id }) => photo_id);
  }

  /** A claim is a time: a process that dies leaves nothing behind for longer. What another one has looked at meanwhile is left out. */
  private async claim(faces: readonly FaceToLookAt[], trainedAt: Date): Promise<FaceToLookAt[]> {
    const claimed: FaceToLookAt[] = [];
    for (const face of faces) {
      const matched = await execute(
        this.db.reader,
        `UPDATE face SET examine_at = ${this.db.now} + ${CLAIM_MS} WHERE id = ? AND person_id IS NULL AND ${isOutdated('matched_at')}
           AND (examine_at IS NULL OR examine_at <= ${this.db.now})`,
        [face.id, trainedAt],
      );
      if (matched === 1) claimed.push(face);
    }
    return claimed;
  }

  private async release(faces: readonly FaceToLookAt[]): Promise<void> {
    if (faces.length === 0) return;
    const ids = faces.map(({ id }) => id);
    await execute(this.db.reader, `UPDATE face SET examine_at = NULL WHERE id IN (${placeholders(ids)})`, ids);
  }

  private get free(): string {
    return `(f.examine_at IS NULL OR f.examine_at <= ${this.db.now})`;
  }
}

function newBatch(): OpenBatch {
  return { kind: 'after_training', id: null };
}
