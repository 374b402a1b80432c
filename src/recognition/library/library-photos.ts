import { readFile } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import { FaceEngineError } from '../../compreface/face-engine-error.js';
import { isDiskFull, isUniqueViolation } from '../../database/write-errors.js';
import { DomainError, type ErrorCode } from '../../errors/domain-error.js';
import { type FileRefusal, PhotoDecoding, UNREADABLE } from '../../persons/photos/photo-decoding.js';
import { UnreadablePhotoError, type UprightPhoto } from '../../persons/photos/photo-image.js';
import type { UploadedPhoto } from '../../persons/photos/photo-intake.js';
import { sha256 } from '../../persons/photos/photo-store.js';
import { KeptLibraryPhotos } from './kept-library-photos.js';
import { LibraryRecords } from './library-records.js';
import { PhotoFaces, type SeenPhoto } from './photo-faces.js';

/** What became of a photo that was sent for itself. `pending`: CompreFace was away, it is looked at when it is back. */
export interface TakenIn {
  readonly photoId: number;
  readonly status: 'taken' | 'duplicate' | 'pending';
}

/** Takes photos in, to recognise who is in them. */
@Injectable()
export class LibraryPhotos {
  constructor(
    private readonly decoding: PhotoDecoding,
    private readonly faces: PhotoFaces,
    private readonly records: LibraryRecords,
    private readonly kept: KeptLibraryPhotos,
  ) {}

  /** Throws `PAYLOAD_TOO_LARGE`, `UNSUPPORTED_MEDIA_TYPE`, `INSUFFICIENT_DATA` for what is no photo, `INSUFFICIENT_STORAGE`. */
  async takeIn(file: UploadedPhoto): Promise<TakenIn> {
    const refusal = await this.decoding.refusalOf(file);
    if (refusal) throw refused(refusal);
    const source = await readFile(file.path);
    const sourceHash = sha256(source);
    const known = await this.records.findSame(sourceHash);
    if (known !== null) return { photoId: known, status: 'duplicate' };
    const photo = await this.decode(source);
    try {
      return await this.takeNew({ photo, sourceHash, originalName: file.originalName });
    } catch (error) {
      if (isDiskFull(error)) {
        throw new DomainError('INSUFFICIENT_STORAGE', 'The disk is full: free some space and send it again');
      }
      const same = isUniqueViolation(error) ? await this.records.findSame(sourceHash) : null;
      if (same === null) throw error;
      return { photoId: same, status: 'duplicate' };
    }
  }

  private async takeNew(taken: { photo: UprightPhoto; sourceHash: string; originalName: string }): Promise<TakenIn> {
    let seen: SeenPhoto;
    try {
      seen = await this.faces.find(taken.photo);
    } catch (error) {
      if (!(error instanceof FaceEngineError)) throw error;
      const { kind } = error.failure;
      if (kind === 'rejected') throw refused(CANNOT_WORK);
      return { photoId: await this.kept.keepPending(taken, kind === 'suspect' ? 1 : 0), status: 'pending' };
    }
    return { photoId: await this.kept.keepExamined(taken, seen), status: 'taken' };
  }

  private async decode(source: Buffer): Promise<UprightPhoto> {
    try {
      return await this.decoding.decode(source);
    } catch (error) {
      throw error instanceof UnreadablePhotoError ? refused(UNREADABLE) : error;
    }
  }
}

const CANNOT_WORK: FileRefusal = {
  code: 'UNREADABLE_IMAGE',
  message: 'CompreFace cannot work with this photo: use another one',
};

function refused({ code, message }: FileRefusal): DomainError {
  const status: ErrorCode = code === 'UNREADABLE_IMAGE' ? 'INSUFFICIENT_DATA' : code;
  return new DomainError(status, message, { code });
}
