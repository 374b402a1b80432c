import { Injectable } from '@nestjs/common';
import { type EngineFailure, FaceEngine } from '../compreface/face-engine.js';
import { FaceEngineError } from '../compreface/face-engine-error.js';
import { Database } from '../database/database.js';
import { select, unindexed } from '../database/sql.js';
import { PhotoStore } from '../persons/photos/photo-store.js';
import { Clock } from '../time/clock.js';

/** One photo may have been taken by a hair; all of several are not. */
const PHOTOS = 3;

const BLIND: EngineFailure = {
  kind: 'unavailable',
  reason: 'overloaded',
  message:
    'CompreFace finds no face in photos in which it found one before: look at its log and its detection threshold',
  retryAfterMs: null,
};

const BROKEN: EngineFailure = {
  kind: 'unavailable',
  reason: 'overloaded',
  message: 'The recognition core of CompreFace breaks on every photo: look at its log and its memory',
  retryAfterMs: null,
};

/**
 * CompreFace says "no face" for whatever its core refuses, so that a broken core looks like bad photos; and a core without memory
 * breaks on good ones. Before a photo is blamed, it must
 * have found a face in another one since: in one of the same uploads, or in examples that it took before.
 */
@Injectable()
export class Canary {
  /** When the newest photo was sent in which CompreFace found a face (monotonic). */
  private lastFaceMs = Number.NEGATIVE_INFINITY;
  private looking: Promise<EngineFailure | 'nothing to compare' | null> | null = null;

  constructor(
    private readonly engine: FaceEngine,
    private readonly db: Database,
    private readonly store: PhotoStore,
    private readonly clock: Clock,
  ) {}

  /** CompreFace found a face in a photo sent at that time: one sent before it broke proves nothing of later ones. */
  sawFace(sentAtMs: number): void {
    this.lastFaceMs = Math.max(this.lastFaceMs, sentAtMs);
  }

  /**
   * Null: a "no face", or a break of its core (`broke`), for a photo sent at that time (monotonic ms) is to be believed. Otherwise why it
   * is not.
   */
  async doubt(sentAtMs: number, broke = false): Promise<EngineFailure | null> {
    let seen: EngineFailure | 'nothing to compare' | null = null;
    // A look that somebody else had begun before says nothing yet.
    while (seen === null && this.lastFaceMs <= sentAtMs) {
      this.looking ??= this.look().finally(() => (this.looking = null));
      seen = await this.looking;
    }
    // Without any photo to compare with, a "no face" has to do; a core that has broken on all it ever got has proven nothing.
    return seen === 'nothing to compare' ? (broke ? BROKEN : null) : seen;
  }

  private async look(): Promise<EngineFailure | 'nothing to compare' | null> {
    const photos = await select<{ content_hash: string }>(
      this.db.reader,
      `SELECT content_hash FROM example WHERE ${unindexed('state')} = 'present' ORDER BY id DESC LIMIT ${PHOTOS}`,
    );
    let blind = false;
    for (const { content_hash } of photos) {
      const jpeg = await this.store.read('faces', content_hash).catch(() => null);
      if (!jpeg) continue;
      try {
        const sentAtMs = this.clock.monotonicMs();
        if ((await this.engine.recognize(jpeg)).faces.length > 0) {
          this.sawFace(sentAtMs);
          return null;
        }
        blind = true;
      } catch (error) {
        if (error instanceof FaceEngineError) return error.failure.kind === 'suspect' ? BROKEN : error.failure;
        throw error;
      }
    }
    return blind ? BLIND : 'nothing to compare';
  }
}
