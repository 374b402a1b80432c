import { Injectable } from '@nestjs/common';
import type { FoundFace } from './face-finder.js';
import { FaceRecords } from './face-records.js';
import type { Box, UprightPhoto } from './photo-image.js';
import { PhotoStore, type StoredKind } from './photo-store.js';

/** A decoded upload. */
export interface TakenPhoto {
  readonly photo: UprightPhoto;
  readonly sourceHash: string;
  readonly originalName: string;
}

type Put = (kind: StoredKind, bytes: Buffer) => Promise<string>;
/** A face's id, whether it existed before, or whether it is still wanted. */
type Kept = number | boolean | { readonly existed: boolean };

/** Keeps photos: files first, then the rows that name them. Files whose rows do not come to be are taken back. */
@Injectable()
export class KeptPhotos {
  constructor(
    private readonly store: PhotoStore,
    private readonly records: FaceRecords,
  ) {}

  /** A photo with its face. `existed`: the person had the very same crop; nothing is kept then. */
  async keepReady(personId: number, taken: TakenPhoto, face: FoundFace): Promise<{ faceId: number; existed: boolean }> {
    return this.takingBack(async (put) => {
      const photoHash = await put('photos', taken.photo.jpeg);
      const cropHash = await put('faces', face.crop);
      return this.records.addReady(personId, { ...taken, photoHash }, { ...face, cropHash });
    });
  }

  /** A photo that nobody has looked at yet. Returns the id of its face. */
  async keepPending(personId: number, taken: TakenPhoto, chosen: Box | null): Promise<number> {
    return this.takingBack(async (put) => {
      const photoHash = await put('photos', taken.photo.jpeg);
      return this.records.addPending(personId, { ...taken, photoHash }, chosen);
    });
  }

  /** Gives a pending face what was found in its photo. Returns false when somebody else did, or the face is gone. */
  async complete(faceId: number, face: FoundFace): Promise<boolean> {
    return this.takingBack(async (put) => {
      const cropHash = await put('faces', face.crop);
      return this.records.makeReady(faceId, { ...face, cropHash });
    });
  }

  private async takingBack<T extends Kept>(work: (put: Put) => Promise<T>): Promise<T> {
    const files: { kind: StoredKind; hash: string }[] = [];
    const takeBack = async (): Promise<void> => {
      for (const { kind, hash } of files) {
        await this.store.removeUnlessReferenced(kind, hash, () => this.records.isReferenced(kind, hash));
      }
    };
    try {
      const kept = await work(async (kind, bytes) => {
        const hash = await this.store.put(kind, bytes);
        files.push({ kind, hash });
        return hash;
      });
      if (kept === false || (typeof kept === 'object' && kept.existed)) await takeBack();
      return kept;
    } catch (error) {
      await takeBack();
      throw error;
    }
  }
}
