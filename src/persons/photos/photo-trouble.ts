import { Logger } from '@nestjs/common';
import { FaceEngineError } from '../../compreface/face-engine-error.js';
import { translateDatabaseError } from '../../database/database-errors.js';
import { MissingFileError } from './photo-store.js';

/** How long an image waits that cannot be looked at for a fault of the installation: others go first. */
export const TROUBLE_WAIT_MS = 600_000;

/** Troubles with single images, which hold no other image up. Each is told of once. */
export class PhotoTrouble {
  private readonly logger = new Logger('PhotoTrouble');
  private readonly told = new Set<string>();

  /** `image`: what the log calls it, by its id and never by a name of the user's. */
  tell(image: string, error: unknown): void {
    if (this.told.has(image)) return;
    this.told.add(image);
    this.logger.error(`${image} cannot be looked at, and waits: ${wordsOf(error)}`);
  }
}

/** CompreFace or the database is away, or the disk full: the next image would fare no better. */
export function isOutage(error: unknown): boolean {
  return error instanceof FaceEngineError || translateDatabaseError(error) !== null;
}

/** The message of another error may name what it met. */
function wordsOf(error: unknown): string {
  if (error instanceof MissingFileError) return error.message;
  const frames = error instanceof Error ? (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)) : [];
  return [error instanceof Error ? error.name : 'unknown error', ...frames.slice(0, 5)].join('\n');
}
