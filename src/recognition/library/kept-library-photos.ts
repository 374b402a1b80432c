import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../../database/database.js';
import { KeptFiles, type PutFile } from '../../persons/photos/kept-files.js';
import type { TakenPhoto } from '../../persons/photos/kept-photos.js';
import { PhotoDecisions } from '../decisions/photo-decisions.js';
import { RecognitionSettingsService } from '../settings/recognition-settings.service.js';
import { LibraryRecords, type StoredPhotoFace } from './library-records.js';
import type { SeenPhoto } from './photo-faces.js';

/** Writes the photo's row. Returns its id, or 0 when the photo is not wanted any more. */
type WritePhoto = (em: EntityManager) => Promise<number>;

/** Keeps photos that were sent for themselves: files first, then the rows of photo, faces and decisions together. */
@Injectable()
export class KeptLibraryPhotos {
  constructor(
    private readonly db: Database,
    private readonly files: KeptFiles,
    private readonly records: LibraryRecords,
    private readonly decisions: PhotoDecisions,
    private readonly settings: RecognitionSettingsService,
  ) {}

  /** A photo with its faces, decided on. Returns its id; breaks the unique index when the same file came at the same time. */
  keepExamined(taken: TakenPhoto, seen: SeenPhoto): Promise<number> {
    return this.keep(taken.sourceHash, seen, async (put) => {
      const photoHash = await put('photos', taken.photo.jpeg);
      return (em) => this.records.insertPhoto(em, { ...taken, photoHash }, 'examined');
    });
  }

  /** A photo that nobody has looked at yet. Returns its id. */
  keepPending(taken: TakenPhoto, tries: number): Promise<number> {
    return this.files.keeping(
      async (put) => {
        const photoHash = await put('photos', taken.photo.jpeg);
        return this.db.write((em) => this.records.insertPhoto(em, { ...taken, photoHash }, 'pending', tries));
      },
      () => true,
    );
  }

  /** Gives a pending photo what was found in it. Does nothing when somebody else did, or the photo is gone. */
  async complete(photoId: number, sourceHash: string, seen: SeenPhoto): Promise<void> {
    const write: WritePhoto = async (em) => ((await this.records.markExamined(em, photoId)) ? photoId : 0);
    await this.keep(sourceHash, seen, () => Promise.resolve(write));
  }

  private keep(sourceHash: string, seen: SeenPhoto, prepare: (put: PutFile) => Promise<WritePhoto>): Promise<number> {
    return this.files.keeping(
      async (put) => {
        const write = await prepare(put);
        const faces: StoredPhotoFace[] = [];
        for (const face of seen.faces) faces.push({ ...face, cropHash: await put('faces', face.crop) });
        const settings = await this.settings.get();
        return this.decisions.retried(() => this.write(sourceHash, faces, { ...seen, settings }, write));
      },
      (photoId) => photoId !== 0,
    );
  }

  private async write(
    sourceHash: string,
    faces: readonly StoredPhotoFace[],
    context: Omit<Parameters<PhotoDecisions['decideIn']>[3], 'batch'>,
    write: WritePhoto,
  ): Promise<number> {
    const { photoId, emptiedHashes } = await this.db.write(async (em) => {
      const id = await write(em);
      if (id === 0) return { photoId: 0, emptiedHashes: [] };
      const kept = await this.records.keepFaces(em, id, sourceHash, faces);
      await this.decisions.decideIn(em, id, kept.faces, { ...context, batch: { kind: 'photo', id: null } });
      return { photoId: id, emptiedHashes: kept.emptiedHashes };
    });
    await this.files.removeUnnamed(emptiedHashes.map((hash) => ({ kind: 'photos' as const, hash })));
    return photoId;
  }
}
