import type { Clock } from '../time/clock.js';
import type { EngineFailure, FaceEngine } from './face-engine.js';
import { FaceEngineError } from './face-engine-error.js';

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

const RECOVERED: EngineFailure = {
  kind: 'unavailable',
  reason: 'overloaded',
  message:
    'The recognition core of CompreFace was broken a moment ago: what it said of photos meanwhile does not count',
  retryAfterMs: null,
};

/**
 * CompreFace says "no face" for whatever its core refuses, so that a broken core looks like bad photos; and a core without memory
 * breaks on good ones. Before a photo is blamed, it must have found a face in another one since, and not have been found broken since it
 * found one before.
 */
export abstract class Canary {
  /** When the newest photo was sent in which CompreFace found a face (monotonic). */
  private lastFaceMs = Number.NEGATIVE_INFINITY;
  /** When the newest look began that showed that the core is broken. */
  private brokenMs = Number.NEGATIVE_INFINITY;
  /** From the last face before it broke to the first one after; without an end while it is broken. */
  private disbelieved = { fromMs: Number.POSITIVE_INFINITY, toMs: Number.NEGATIVE_INFINITY };
  private looking: Promise<EngineFailure | 'nothing to compare' | null> | null = null;

  constructor(
    private readonly engine: FaceEngine,
    private readonly clock: Clock,
  ) {}

  /** A few photos in which CompreFace found a face before: one may have been taken by a hair, all of several are not. */
  protected abstract knownFaces(): AsyncIterable<Buffer>;

  /** CompreFace found a face in a photo sent at that time: one sent before it broke proves nothing of later ones. */
  sawFace(sentAtMs: number): void {
    if (sentAtMs > this.brokenMs) this.disbelieved.toMs = Math.min(this.disbelieved.toMs, sentAtMs);
    this.lastFaceMs = Math.max(this.lastFaceMs, sentAtMs);
  }

  /**
   * Null: a "no face", or a break of its core (`broke`), for a photo sent at that time (monotonic ms) is to be believed. Otherwise why it
   * is not. Where it is known only that it was sent between two times, `sentAtMs` is the later one.
   */
  async doubt(sentAtMs: number, broke = false, earliestMs = sentAtMs): Promise<EngineFailure | null> {
    let seen: EngineFailure | 'nothing to compare' | null = null;
    // A look that somebody else had begun before says nothing yet.
    while (seen === null && this.lastFaceMs <= sentAtMs) {
      this.looking ??= this.look().finally(() => (this.looking = null));
      seen = await this.looking;
    }
    // Without any photo to compare with, a "no face" has to do; a core that has broken on all it ever got has proven nothing.
    if (seen === 'nothing to compare') return broke ? BROKEN : null;
    return seen ?? (this.wasBroken(earliestMs) ? RECOVERED : null);
  }

  private wasBroken(atMs: number): boolean {
    return atMs >= this.disbelieved.fromMs && atMs < this.disbelieved.toMs;
  }

  private sawBreak(sentAtMs: number): void {
    const isBroken = this.disbelieved.toMs === Number.POSITIVE_INFINITY;
    if (!isBroken) this.disbelieved = { fromMs: this.lastFaceMs, toMs: Number.POSITIVE_INFINITY };
    this.brokenMs = sentAtMs;
  }

  private async look(): Promise<EngineFailure | 'nothing to compare' | null> {
    const beganMs = this.clock.monotonicMs();
    const seen = await this.lookAtKnownFaces();
    if (seen !== null && seen !== 'nothing to compare') this.sawBreak(beganMs);
    return seen;
  }

  private async lookAtKnownFaces(): Promise<EngineFailure | 'nothing to compare' | null> {
    let blind = false;
    for await (const jpeg of this.knownFaces()) {
      try {
        const sentAtMs = this.clock.monotonicMs();
        if ((await this.engine.recognize(jpeg)).faces.length > 0) {
          this.sawFace(sentAtMs);
          return null;
        }
        blind = true;
      } catch (error) {
        if (!(error instanceof FaceEngineError)) throw error;
        if (error.failure.kind === 'suspect') return BROKEN;
        // A proxy may have come to refuse large photos: that says nothing of the core.
        if (error.failure.kind !== 'rejected') return error.failure;
      }
    }
    return blind ? BLIND : 'nothing to compare';
  }
}
