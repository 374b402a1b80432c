import { Injectable } from '@nestjs/common';
import { FaceEngine, type Recognition } from '../../compreface/face-engine.js';
import { FaceEngineError } from '../../compreface/face-engine-error.js';
import { Database } from '../../database/database.js';
import { execute, select, unindexed } from '../../database/sql.js';
import { isUniqueViolation } from '../../database/write-errors.js';
import { packEmbedding } from '../embedding.js';
import { PhotoStore } from '../photos/photo-store.js';
import { nearestTheCentre } from './crop-face.js';

const PAGE = 100;
/** Asked at the same time; the engine's own limit holds below that. */
const AT_ONCE = 4;

/** What became of the faces that had no embedding of a calculator. */
export interface BackfillResult {
  readonly added: number;
  /** No face was found in the crop any more, CompreFace breaks on it, or its file is gone. */
  readonly left: number;
  /** The engine was away: the rest is for the next time. */
  readonly stopped: boolean;
}

export interface BackfillOptions {
  /** Only this person's faces; left out: all. */
  readonly personId?: number;
  /** Called before each face; throws when the work is to stop. */
  readonly checkHeld: () => void;
  /** Hears how many faces were looked at so far. */
  readonly tell?: (faces: number) => void;
}

interface BareFace {
  readonly id: number;
  readonly content_hash: string;
}

/**
 * Embeddings of different calculators cannot be compared. After a change of the engine's model, faces get one of the new calculator from their
 * stored crops; what is done stays done, so that it can be stopped at any time and goes on where it was.
 */
@Injectable()
export class EmbeddingBackfill {
  constructor(
    private readonly engine: FaceEngine,
    private readonly db: Database,
    private readonly store: PhotoStore,
  ) {}

  /** The engine's calculator; null when it cannot be asked now. */
  async currentCalculator(): Promise<string | null> {
    const { reachable, calculator } = await this.engine.status();
    return reachable ? calculator : null;
  }

  /** How many faces have no embedding of the calculator. */
  async count(calculator: string, personId?: number): Promise<number> {
    const [row] = await select<{ n: number | string }>(
      this.db.reader,
      `SELECT COUNT(*) AS n ${bareFaces(personId)}`,
      values(calculator, personId),
    );
    return Number(row?.n ?? 0);
  }

  /** Asks the engine for each face without an embedding of the calculator, until all are done or it is away. */
  async fill(calculator: string, { personId, checkHeld, tell }: BackfillOptions): Promise<BackfillResult> {
    let [added, left, after] = [0, 0, 0];
    for (;;) {
      const page = await this.page(calculator, personId, after);
      for (let start = 0; start < page.length; start += AT_ONCE) {
        checkHeld();
        const outcomes = await Promise.all(page.slice(start, start + AT_ONCE).map((face) => this.fillOne(face)));
        added += outcomes.filter((outcome) => outcome === 'added').length;
        left += outcomes.filter((outcome) => outcome === 'left').length;
        tell?.(added + left);
        if (outcomes.includes('away')) return { added, left, stopped: true };
      }
      const last = page.at(-1);
      if (!last || page.length < PAGE) return { added, left, stopped: false };
      after = last.id;
    }
  }

  private page(calculator: string, personId: number | undefined, after: number): Promise<BareFace[]> {
    return select<BareFace>(
      this.db.reader,
      `SELECT f.id, f.content_hash ${bareFaces(personId)} AND f.id > ? ORDER BY f.id LIMIT ${PAGE}`,
      [...values(calculator, personId), after],
    );
  }

  private async fillOne({ id, content_hash }: BareFace): Promise<'added' | 'left' | 'away'> {
    const crop = await this.store.read('faces', content_hash).catch(() => null);
    if (!crop) return 'left';
    try {
      return (await this.keep(id, crop, await this.engine.recognize(crop))) ? 'added' : 'left';
    } catch (error) {
      if (!(error instanceof FaceEngineError)) throw error;
      const { kind } = error.failure;
      return kind === 'rejected' || kind === 'suspect' ? 'left' : 'away';
    }
  }

  /** Under the calculator that answered. Returns false without a face, or when somebody else was faster. */
  private async keep(faceId: number, crop: Buffer, { faces, calculator }: Recognition): Promise<boolean> {
    const face = await nearestTheCentre(crop, faces);
    if (!face || face.embedding.length === 0 || calculator === '') return false;
    try {
      // The face may have been deleted meanwhile.
      const kept = await execute(
        this.db.reader,
        'INSERT INTO face_embedding (face_id, calculator, vector) SELECT id, ?, ? FROM face WHERE id = ?',
        [calculator.slice(0, 100), packEmbedding(face.embedding), faceId],
      );
      return kept > 0;
    } catch (error) {
      if (isUniqueViolation(error)) return false;
      throw error;
    }
  }
}

function bareFaces(personId: number | undefined): string {
  return `FROM face f LEFT JOIN face_embedding e ON e.face_id = f.id AND e.calculator = ?
    WHERE e.face_id IS NULL AND ${unindexed('f.state')} = 'ready' AND f.content_hash IS NOT NULL ${personId === undefined ? '' : 'AND f.person_id = ?'}`;
}

function values(calculator: string, personId: number | undefined): (string | number)[] {
  return personId === undefined ? [calculator] : [calculator, personId];
}
