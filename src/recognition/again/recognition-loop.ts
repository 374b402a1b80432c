import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { FaceEngineError } from '../../compreface/face-engine-error.js';
import { WorkerSettings } from '../../config/settings.js';
import { translateDatabaseError } from '../../database/database-errors.js';
import { PendingLibraryPhotos } from '../library/pending-library-photos.js';
import { Clock } from '../../time/clock.js';
import { SecondLook } from './second-look.js';

/** How long CompreFace is left alone when it was away. */
const PAUSE_MS = 15_000;

/** Goes on by itself: photos that wait for CompreFace, and faces that a training may have made known. */
@Injectable()
export class RecognitionLoop implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('RecognitionLoop');
  private readonly stopping = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private current: Promise<unknown> = Promise.resolve();
  private pausedUntilMs = 0;

  constructor(
    private readonly photos: PendingLibraryPhotos,
    private readonly secondLook: SecondLook,
    private readonly settings: WorkerSettings,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.schedule();
  }

  /** A look that is under way is given up; the face or photo is looked at again by whoever comes next. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort(new Error('The application stops'));
    clearTimeout(this.timer);
    await this.current;
  }

  /**
   * One round: a batch of photos, then a batch of faces, which are looked at whatever became of the photos. Returns how many; throws
   * `FaceEngineError` when CompreFace is away.
   */
  async runOnce(): Promise<number> {
    const { signal } = this.stopping;
    let photos: number;
    try {
      photos = await this.photos.examineDue(signal);
    } catch (error) {
      if (!signal.aborted) await this.secondLook.lookAtDue(signal);
      throw error;
    }
    return photos + (await this.secondLook.lookAtDue(signal));
  }

  private schedule(): void {
    if (this.stopping.signal.aborted) return;
    // A little jitter keeps replicas that started together apart.
    this.timer = setTimeout(
      () => {
        this.current = this.round().finally(() => {
          this.schedule();
        });
      },
      this.settings.reapMs * (0.8 + 0.4 * Math.random()),
    );
  }

  private async round(): Promise<void> {
    if (this.clock.now().getTime() < this.pausedUntilMs) return;
    try {
      let done = 1;
      while (done > 0 && !this.stopping.signal.aborted) done = await this.runOnce();
    } catch (error) {
      this.giveWay(error);
    }
  }

  /** An outage is no news here: each photo and face says itself that it waits. */
  private giveWay(error: unknown): void {
    if (this.stopping.signal.aborted) return;
    this.pausedUntilMs = this.clock.now().getTime() + PAUSE_MS;
    if (error instanceof FaceEngineError || translateDatabaseError(error)) return;
    this.logger.error(error instanceof Error ? (error.stack ?? error.message) : 'unknown error');
  }
}
