import { Injectable } from '@nestjs/common';
import { Canary } from '../compreface/canary.js';
import { FaceEngine } from '../compreface/face-engine.js';
import { Database } from '../database/database.js';
import { select, unindexed } from '../database/sql.js';
import { PhotoStore } from '../persons/photos/photo-store.js';
import { Clock } from '../time/clock.js';

const PHOTOS = 3;

/** Asks whether CompreFace still finds the faces in crops that it took as examples before. */
@Injectable()
export class ExampleCanary extends Canary {
  constructor(
    engine: FaceEngine,
    private readonly db: Database,
    private readonly store: PhotoStore,
    clock: Clock,
  ) {
    super(engine, clock);
  }

  protected async *knownFaces(): AsyncGenerator<Buffer> {
    const photos = await select<{ content_hash: string }>(
      this.db.reader,
      `SELECT content_hash FROM example WHERE ${unindexed('state')} = 'present' ORDER BY id DESC LIMIT ${PHOTOS}`,
    );
    for (const { content_hash } of photos) {
      const jpeg = await this.store.read('faces', content_hash).catch(() => null);
      if (jpeg) yield jpeg;
    }
  }
}
