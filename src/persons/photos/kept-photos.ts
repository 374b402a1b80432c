import { Injectable } from '@nestjs/common';
import { FaceOwnership } from '../face-ownership.js';
import type { Judgement } from '../quality/quality-gate.js';
import type { FoundFace } from './face-finder.js';
import { FaceRecords } from './face-records.js';
import { KeptFiles } from './kept-files.js';
import type { Box, UprightPhoto } from './photo-image.js';

/** A face with what the quality gate says of it. */
export type JudgedFace = FoundFace & { readonly judgement: Judgement };

/** A decoded upload. */
export interface TakenPhoto {
  readonly photo: UprightPhoto;
  readonly sourceHash: string;
  readonly originalName: string;
}

/** Keeps photos of a person: files first, then the rows that name them. */
@Injectable()
export class KeptPhotos {
  constructor(
    private readonly files: KeptFiles,
    private readonly records: FaceRecords,
    private readonly ownership: FaceOwnership,
  ) {}

  /**
   * The person's face from the same file, with a chosen box at that place; null when there is none. Sending it as the person's says that it is
   * them: a face that was assigned without asking is confirmed.
   */
  async findSame(personId: number, sourceHash: string, chosen: Box | null): Promise<number | null> {
    const faceId = await this.records.findSame(personId, sourceHash, chosen);
    if (faceId !== null) await this.confirm(faceId, personId);
    return faceId;
  }

  /** A photo with its face. `existed`: the person had the very same crop; nothing is kept then. */
  async keepReady(
    personId: number,
    taken: TakenPhoto,
    face: JudgedFace,
  ): Promise<{ faceId: number; existed: boolean }> {
    const kept = await this.files.keeping(
      async (put) => {
        const photoHash = await put('photos', taken.photo.jpeg);
        const cropHash = await put('faces', face.crop);
        return this.records.addReady(personId, { ...taken, photoHash }, { ...face, cropHash });
      },
      ({ existed }) => !existed,
    );
    if (kept.existed) await this.confirm(kept.faceId, personId);
    return kept;
  }

  /** A photo that nobody has looked at yet. Returns the id of its face. */
  async keepPending(personId: number, taken: TakenPhoto, chosen: Box | null): Promise<number> {
    return this.files.keeping(
      async (put) => {
        const photoHash = await put('photos', taken.photo.jpeg);
        return this.records.addPending(personId, { ...taken, photoHash }, chosen);
      },
      () => true,
    );
  }

  /** Gives a pending face what was found in its photo. Returns false when somebody else did, or the face is gone. */
  async complete(faceId: number, face: JudgedFace): Promise<boolean> {
    return this.files.keeping(
      async (put) => {
        const cropHash = await put('faces', face.crop);
        return this.records.makeReady(faceId, { ...face, cropHash });
      },
      (isWanted) => isWanted,
    );
  }

  private confirm(faceId: number, personId: number): Promise<void> {
    return this.ownership.change(faceId, async (em, face) => {
      if (face.personId === personId) await this.ownership.confirm(em, face);
    });
  }
}
