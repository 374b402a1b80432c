import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../../database/database.js';
import { execute, insertRow, select } from '../../database/sql.js';
import { packEmbedding } from '../../persons/embedding.js';
import { intersectionOverUnion } from '../../persons/photos/face-finder.js';
import type { TakenPhoto } from '../../persons/photos/kept-photos.js';
import { Clock } from '../../time/clock.js';
import type { MatchedFace } from '../decisions/photo-decisions.js';
import type { MatchedPhotoFace } from './photo-faces.js';

/** A photo whose file is stored. */
export type StoredLibraryPhoto = TakenPhoto & { readonly photoHash: string };
/** A face whose crop is stored. */
export type StoredPhotoFace = MatchedPhotoFace & { readonly cropHash: string };

/** The faces of a photo now, and the photos that have none any more because theirs became part of it. */
export interface KeptFaces {
  readonly faces: readonly MatchedFace[];
  readonly emptiedHashes: readonly string[];
}

interface EarlierFace {
  readonly id: number;
  readonly photo_id: number;
  readonly content_hash: string;
  readonly x_min: number;
  readonly y_min: number;
  readonly x_max: number;
  readonly y_max: number;
}

const SAME_PLACE = 0.8;

/** Writes photos that were sent for themselves, and their faces. */
@Injectable()
export class LibraryRecords {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  /** The photo that was sent before as the very same file. */
  async findSame(sourceHash: string): Promise<number | null> {
    const [row] = await select<{ id: number }>(this.db.reader, 'SELECT id FROM photo WHERE library_hash = ?', [
      sourceHash,
    ]);
    return row?.id ?? null;
  }

  /** Breaks the unique index when the same file came at the same time. `tries`: how often CompreFace broke on it. */
  insertPhoto(em: EntityManager, taken: StoredLibraryPhoto, state: 'pending' | 'examined', tries = 0): Promise<number> {
    return insertRow(
      em,
      `INSERT INTO photo (source_hash, content_hash, width, height, original_name, created_at, library_hash, state, examine_at, examine_tries)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ${state === 'pending' ? this.db.now : 'NULL'}, ?)`,
      [
        taken.sourceHash,
        taken.photoHash,
        taken.photo.width,
        taken.photo.height,
        taken.originalName,
        this.clock.now(),
        taken.sourceHash,
        state,
        tries,
      ],
    );
  }

  /** A pending photo was looked at. Returns false when somebody else did, or it is gone. */
  async markExamined(em: EntityManager, photoId: number): Promise<boolean> {
    return (
      (await execute(em, "UPDATE photo SET state = 'examined', examine_at = NULL WHERE id = ? AND state = 'pending'", [
        photoId,
      ])) === 1
    );
  }

  /** A face that the same file brought for a person becomes part of this photo; the others are new. */
  async keepFaces(
    em: EntityManager,
    photoId: number,
    sourceHash: string,
    faces: readonly StoredPhotoFace[],
  ): Promise<KeptFaces> {
    const earlier = await this.earlierFaces(em, photoId, sourceHash);
    const kept: MatchedFace[] = [];
    const moved: EarlierFace[] = [];
    for (const face of faces) {
      const same = earlier.filter((one) => intersectionOverUnion(boxOf(one), face.box) >= SAME_PLACE);
      moved.push(...same);
      if (same.length === 0) {
        kept.push({ faceId: await this.insertFace(em, photoId, sourceHash, face), matches: face.matches });
      }
      for (const { id } of same) {
        await execute(em, 'UPDATE face SET photo_id = ? WHERE id = ?', [photoId, id]);
        kept.push({ faceId: id, matches: face.matches });
      }
    }
    return { faces: kept, emptiedHashes: await removeEmpty(em, moved) };
  }

  private earlierFaces(em: EntityManager, photoId: number, sourceHash: string): Promise<EarlierFace[]> {
    return select<EarlierFace>(
      em,
      `SELECT f.id, f.photo_id, p.content_hash, f.x_min, f.y_min, f.x_max, f.y_max FROM photo p JOIN face f ON f.photo_id = p.id
       WHERE p.source_hash = ? AND p.id <> ? AND p.library_hash IS NULL AND f.state = 'ready' AND f.x_min IS NOT NULL
       ORDER BY f.id ${this.db.forUpdate}`,
      [sourceHash, photoId],
    );
  }

  private async insertFace(
    em: EntityManager,
    photoId: number,
    sourceHash: string,
    face: StoredPhotoFace,
  ): Promise<number> {
    const { box, landmarks, pose, judgement, cropHash } = face;
    const faceId = await insertRow(
      em,
      `INSERT INTO face (photo_id, source_hash, content_hash, x_min, y_min, x_max, y_max, probability, landmarks, pose, quality,
         quality_refusal, state, examine_tries, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'ready', 0, ?)`,
      [
        photoId,
        sourceHash,
        cropHash,
        ...[box.xMin, box.yMin, box.xMax, box.yMax, box.probability],
        landmarks && JSON.stringify(landmarks),
        pose && JSON.stringify(pose),
        judgement.quality,
        judgement.refusal,
        this.clock.now(),
      ],
    );
    await insertEmbedding(em, faceId, face);
    return faceId;
  }
}

async function insertEmbedding(em: EntityManager, faceId: number, face: StoredPhotoFace): Promise<void> {
  if (face.embedding.length === 0) return;
  await execute(em, 'INSERT INTO face_embedding (face_id, calculator, vector) VALUES (?, ?, ?)', [
    faceId,
    face.calculator.slice(0, 100),
    packEmbedding(face.embedding),
  ]);
}

/** Rows of photos that have no face any more go. Returns the hashes of their files. */
async function removeEmpty(em: EntityManager, moved: readonly EarlierFace[]): Promise<string[]> {
  const hashes = new Map(moved.map(({ photo_id, content_hash }) => [photo_id, content_hash]));
  for (const photoId of hashes.keys()) {
    await execute(
      em,
      'DELETE FROM photo WHERE id = ? AND NOT EXISTS (SELECT 1 FROM face WHERE face.photo_id = photo.id)',
      [photoId],
    );
  }
  return [...new Set(hashes.values())];
}

function boxOf({ x_min, y_min, x_max, y_max }: EarlierFace): {
  xMin: number;
  yMin: number;
  xMax: number;
  yMax: number;
} {
  return { xMin: x_min, yMin: y_min, xMax: x_max, yMax: y_max };
}
