import { Injectable } from '@nestjs/common';
import { FaceEngine, type ListedExample } from '../compreface/face-engine.js';
import { Database } from '../database/database.js';
import { placeholders, select } from '../database/sql.js';
import { sha256 } from '../persons/photos/photo-store.js';

/** Examples in CompreFace that no row of the ledger names: uploads whose answer was lost, or what others have put there. */
@Injectable()
export class UnnamedExamples {
  constructor(
    private readonly engine: FaceEngine,
    private readonly db: Database,
  ) {}

  /** Those under a subject. Throws `FaceEngineError`. */
  async of(subject: string, signal?: AbortSignal): Promise<string[]> {
    return this.among(await this.engine.listExamples(subject, signal));
  }

  async among(listed: readonly ListedExample[]): Promise<string[]> {
    return this.amongIds(listed.map(({ imageId }) => imageId));
  }

  async amongIds(imageIds: readonly string[]): Promise<string[]> {
    const unnamed: string[] = [];
    for (let start = 0; start < imageIds.length; start += 500) {
      const ids = imageIds.slice(start, start + 500);
      const rows = await select<{ image_id: string }>(
        this.db.reader,
        `SELECT image_id FROM example WHERE image_id IN (${placeholders(ids)})`,
        ids,
      );
      const known = new Set(rows.map((row) => row.image_id));
      unnamed.push(...ids.filter((id) => !known.has(id)));
    }
    return unnamed;
  }

  /** SHA-256 of the bytes CompreFace got; null when it does not keep them, or does not know the id. */
  async contentHash(imageId: string, signal?: AbortSignal): Promise<string | null> {
    const bytes = await this.engine.downloadExample(imageId, signal);
    return bytes && sha256(bytes);
  }
}
