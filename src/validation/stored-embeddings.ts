import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { select } from '../database/sql.js';
import { unpackEmbedding } from '../persons/embedding.js';
import { ELIGIBLE_SQL } from '../persons/face-state.js';
import { CollectionVectors, type MeasuredFace } from './collection-vectors.js';
import type { MeasuringThresholds } from './measurement.js';

/** What recognition starts with, as long as nobody has stored anything else. */
export const DEFAULT_THRESHOLDS: MeasuringThresholds = { review: 0.85, autoAssign: 0.95 };

/**
 * A face (alias `f`) that somebody marked as a stranger's. An unusable face of nobody has that review too, but may be anybody's: of an
 * enrolled person even.
 */
const STRANGER_SQL = `f.person_id IS NULL AND f.state = 'ready' AND f.review = 'unknown'
  AND (f.exclusion IS NULL OR f.exclusion <> 'marked_invalid')`;

/** Few enough that the event loop is not held up for long: SQLite answers at once. */
const PAGE = 250;

interface EmbeddingRow {
  readonly face_id: number;
  readonly photo_id: number;
  readonly person_id: number | null;
  readonly vector: Buffer;
}

/** Reads what is measured with; never writes. */
@Injectable()
export class StoredEmbeddings {
  constructor(private readonly db: Database) {}

  /** The eligible faces of all persons, and the faces that somebody has marked as strangers. `checkHeld` is called between pages. */
  load(calculator: string, checkHeld: () => void): Promise<CollectionVectors> {
    return CollectionVectors.gather(this.pages(calculator, checkHeld));
  }

  /** The thresholds that recognition works with. */
  async thresholds(): Promise<MeasuringThresholds> {
    const [row] = await select<{ review_threshold: number; auto_assign_threshold: number }>(
      this.db.reader,
      'SELECT review_threshold, auto_assign_threshold FROM recognition_settings WHERE id = 1',
    );
    return row ? { review: row.review_threshold, autoAssign: row.auto_assign_threshold } : DEFAULT_THRESHOLDS;
  }

  /** The calculator that most eligible faces of a person, or of everybody, have an embedding of; null without any. */
  async mostUsedCalculator(personId?: number): Promise<string | null> {
    const [row] = await select<{ calculator: string }>(
      this.db.reader,
      `SELECT e.calculator FROM face f JOIN face_embedding e ON e.face_id = f.id
       WHERE ${ELIGIBLE_SQL} ${personId === undefined ? '' : 'AND f.person_id = ?'} GROUP BY e.calculator ORDER BY COUNT(*) DESC, e.calculator LIMIT 1`,
      personId === undefined ? [] : [personId],
    );
    return row?.calculator ?? null;
  }

  /** Whether an eligible face of the person has an embedding of the calculator. */
  async has(personId: number, calculator: string): Promise<boolean> {
    const rows = await select(
      this.db.reader,
      `SELECT 1 FROM face f JOIN face_embedding e ON e.face_id = f.id WHERE f.person_id = ? AND e.calculator = ? AND ${ELIGIBLE_SQL} LIMIT 1`,
      [personId, calculator],
    );
    return rows.length > 0;
  }

  private async *pages(calculator: string, checkHeld: () => void): AsyncGenerator<MeasuredFace[]> {
    for (let after = 0; ;) {
      checkHeld();
      const rows = await select<EmbeddingRow>(
        this.db.reader,
        `SELECT f.id AS face_id, f.photo_id, f.person_id, e.vector FROM face_embedding e JOIN face f ON f.id = e.face_id
         WHERE e.calculator = ? AND e.face_id > ? AND ((${ELIGIBLE_SQL}) OR (${STRANGER_SQL}))
         ORDER BY e.face_id LIMIT ${PAGE}`,
        [calculator, after],
      );
      yield rows.map((row) => ({
        faceId: row.face_id,
        photoId: row.photo_id,
        personId: row.person_id,
        vector: unpackEmbedding(row.vector),
      }));
      const last = rows.at(-1);
      if (!last || rows.length < PAGE) return;
      after = last.face_id;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
