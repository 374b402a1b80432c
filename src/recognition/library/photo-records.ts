import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { placeholders, select } from '../../database/sql.js';
import { Face } from '../../persons/entities/face.entity.js';
import { Photo } from '../../persons/entities/photo.entity.js';
import type { PhotoAnswer, PhotoRecord } from '../dto/photo.dto.js';
import { JudgedFaces } from '../review/judged-faces.js';
import { NewestDecisions } from './newest-decisions.js';
import { unknownPhoto } from './photo-removal.js';

interface FaceCounts {
  readonly photo_id: number;
  readonly faces: number | string;
  readonly pending: number | string;
}

/** Photos as the API shows them. */
@Injectable()
export class PhotoRecords {
  constructor(
    private readonly db: Database,
    private readonly judged: JudgedFaces,
    private readonly decisions: NewestDecisions,
  ) {}

  /** Throws `NOT_FOUND`. */
  async get(id: number): Promise<Photo> {
    const photo = await this.db.reader.findOneBy(Photo, { id });
    if (!photo) throw unknownPhoto(id);
    return photo;
  }

  /** A photo with its faces and what was decided on them. Throws `NOT_FOUND`. */
  async show(id: number): Promise<PhotoAnswer> {
    const photo = await this.get(id);
    const faces = await this.db.reader.find(Face, { where: { photoId: id }, order: { id: 'ASC' } });
    const shown = await this.judged.show(faces);
    const decisions = await this.decisions.of(faces.map((face) => face.id));
    const counts = await this.count([id]);
    return {
      photo: toPhotoRecord(photo, counts.get(id)),
      faces: shown.map((face) => ({ ...face, decision: decisions.get(face.id) ?? null })),
    };
  }

  /** Newest first, those that were sent as a person's as well. */
  async list(limit: number, page: number): Promise<{ photos: PhotoRecord[]; total: number }> {
    const [photos, total] = await this.db.reader.findAndCount(Photo, {
      order: { id: 'DESC' },
      take: limit,
      skip: (page - 1) * limit,
    });
    const counts = await this.count(photos.map(({ id }) => id));
    return { photos: photos.map((photo) => toPhotoRecord(photo, counts.get(photo.id))), total };
  }

  private async count(photoIds: readonly number[]): Promise<ReadonlyMap<number, FaceCounts>> {
    if (photoIds.length === 0) return new Map();
    const rows = await select<FaceCounts>(
      this.db.reader,
      `SELECT photo_id, COUNT(*) AS faces, SUM(CASE WHEN state = 'pending' THEN 1 ELSE 0 END) AS pending FROM face
       WHERE photo_id IN (${placeholders(photoIds)}) GROUP BY photo_id`,
      photoIds,
    );
    return new Map(rows.map((row) => [row.photo_id, row]));
  }
}

/** One that was sent as a person's has no state of its own: it waits while its face does. */
function toPhotoRecord(photo: Photo, counts: FaceCounts | undefined): PhotoRecord {
  return {
    id: photo.id,
    state: photo.state ?? (Number(counts?.pending ?? 0) > 0 ? 'pending' : 'examined'),
    original_name: photo.originalName,
    width: photo.width,
    height: photo.height,
    image: `/api/photos/${photo.id}/image`,
    face_count: Number(counts?.faces ?? 0),
    created_at: photo.createdAt,
  };
}
