import { Injectable } from '@nestjs/common';
import { FaceEngine, type Recognition, type RecognizeOptions } from '../../compreface/face-engine.js';
import { FaceEngineError } from '../../compreface/face-engine-error.js';
import { CompreFaceOptions } from '../../compreface/http/compreface-options.js';
import { Clock } from '../../time/clock.js';
import { PhotoCanary } from './photo-canary.js';

export interface WellnessOptions {
  /** The core has just broken on a photo: without another one to compare with, that is not believed. */
  readonly broke?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Before the photo in doubt was sent (monotonic ms); left out: now. */
  readonly earliestMs?: number;
}

/** Lets the engine look for faces in a photo that was taken in. What would be held against the photo is believed of a well engine only. */
@Injectable()
export class FaceSearch {
  constructor(
    private readonly engine: FaceEngine,
    private readonly canary: PhotoCanary,
    private readonly options: CompreFaceOptions,
    private readonly clock: Clock,
  ) {}

  /** Throws `FaceEngineError`; `suspect` and no faces mean that the engine still finds a face in another photo, sent after this one. */
  async search(jpeg: Buffer, options: RecognizeOptions = {}): Promise<Recognition> {
    const { signal } = options;
    const earliestMs = this.clock.monotonicMs();
    const recognition = await this.engine.recognize(jpeg, options).catch(async (error: unknown) => {
      const broke = error instanceof FaceEngineError && error.failure.kind === 'suspect';
      if (broke) await this.mustBeWell({ broke, signal, earliestMs });
      throw error;
    });
    if (recognition.faces.length === 0) await this.mustBeWell({ signal, earliestMs });
    return recognition;
  }

  /** Throws `FaceEngineError` unless the engine finds the face in a photo that is sent now, or there is none to send. */
  async mustBeWell({ broke = false, signal, earliestMs }: WellnessOptions = {}): Promise<void> {
    const failure = await unlessStopped(this.canary.doubt(this.clock.monotonicMs(), broke, earliestMs), signal);
    if (failure) throw new FaceEngineError(failure, this.options.shownUrl);
  }
}

/** Everybody may wait for the same work: whoever is stopped leaves it to the others. */
async function unlessStopped<T>(work: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (!signal) return work;
  const settled = new AbortController();
  const stopped = new Promise<never>((_, reject) => {
    const stop = (): void => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', stop, { signal: settled.signal });
  });
  try {
    signal.throwIfAborted();
    return await Promise.race([work, stopped]);
  } finally {
    settled.abort();
  }
}
