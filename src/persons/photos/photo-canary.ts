import { Injectable } from '@nestjs/common';
import { Canary } from '../../compreface/canary.js';
import { FaceEngine } from '../../compreface/face-engine.js';
import { Database } from '../../database/database.js';
import { select, unindexed } from '../../database/sql.js';
import { Clock } from '../../time/clock.js';
import { searchCopy } from './photo-image.js';
import { PhotoStore } from './photo-store.js';

const PHOTOS = 3;
/** Several faces may be of one photo. */
const FACES = 20;

interface KnownPhoto {
  readonly content_hash: string;
  readonly width: number;
  readonly height: number;
}

/** Asks whether CompreFace still finds a face in photos in which it found one before, of the size in which photos are sent to it. */
@Injectable()
export class PhotoCanary extends Canary {
  constructor(
    engine: FaceEngine,
    private readonly db: Database,
    private readonly store: PhotoStore,
    clock: Clock,
  ) {
    super(engine, clock);
  }

  protected async *knownFaces(): AsyncGenerator<Buffer> {
    const photos = await select<KnownPhoto>(
      this.db.reader,
      `SELECT p.content_hash, p.width, p.height FROM face f JOIN photo p ON p.id = f.photo_id
       WHERE ${unindexed('f.state')} = 'ready' ORDER BY f.id DESC LIMIT ${FACES}`,
    );
    const byHash = new Map(photos.map((photo) => [photo.content_hash, photo]));
    for (const { content_hash, width, height } of [...byHash.values()].slice(0, PHOTOS)) {
      const jpeg = await this.store.read('photos', content_hash).catch(() => null);
      if (jpeg) yield (await searchCopy({ jpeg, width, height })).jpeg;
    }
  }
}
