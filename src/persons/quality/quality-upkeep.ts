import { Injectable } from '@nestjs/common';
import type { HeadPose, RecognizedFace } from '../../compreface/face-engine.js';
import { Database } from '../../database/database.js';
import { select, unindexed } from '../../database/sql.js';
import { unpackEmbedding } from '../embedding.js';
import { PhotoStore } from '../photos/photo-store.js';
import type { ComparedFace } from './face-likeness.js';
import { type FaceMeasures, measureFace } from './face-measures.js';
import { QualityGate } from './quality-gate.js';
import { QualityVerdicts } from './quality-verdicts.js';

const BATCH = 10;
/** Rows are not always seen in the order of their ids: so many below the highest one are looked at again. */
const LOOK_BACK = 1_000;

interface UnmeasuredFace {
  readonly id: number;
  readonly person_id: number | null;
  readonly photo_hash: string;
  readonly x_min: number;
  readonly y_min: number;
  readonly x_max: number;
  readonly y_max: number;
  readonly probability: number | null;
  readonly landmarks: string | null;
  readonly pose: string | null;
}

/** Measures the faces that came in without: those of former releases. */
@Injectable()
export class QualityUpkeep {
  /** All faces up to it have been looked at: nothing tells them from the others but a look at each row. */
  private lookedUpTo = 0;
  /** Their files are missing or broken; tried again after the next start. */
  private readonly unreadable = new Set<number>();

  constructor(
    private readonly db: Database,
    private readonly store: PhotoStore,
    private readonly gate: QualityGate,
    private readonly verdicts: QualityVerdicts,
  ) {}

  /** Measures ten faces at most and returns how many. A photo that cannot be read holds nobody up. */
  async measureDue(): Promise<number> {
    const due = await this.nextFaces();
    let measured = 0;
    for (const face of due) {
      if (this.unreadable.has(face.id)) continue;
      const measures = await this.measure(face);
      if (measures === null) this.unreadable.add(face.id);
      else {
        await this.verdicts.addFirst(face.id, await this.gate.judge(measures, await this.compared(face)));
        measured += 1;
      }
    }
    return measured;
  }

  private async nextFaces(): Promise<UnmeasuredFace[]> {
    const [newest] = await select<{ id: number | null }>(this.db.reader, 'SELECT MAX(id) AS id FROM face');
    const most = BATCH + this.unreadable.size;
    const due = await select<UnmeasuredFace>(
      this.db.reader,
      `SELECT f.id, f.person_id, p.content_hash AS photo_hash, f.x_min, f.y_min, f.x_max, f.y_max, f.probability, f.landmarks, f.pose
       FROM face f JOIN photo p ON p.id = f.photo_id
       WHERE f.id > ? AND f.quality IS NULL AND ${unindexed('f.state')} = 'ready' AND f.x_min IS NOT NULL ORDER BY f.id LIMIT ${most}`,
      [this.lookedUpTo],
    );
    const lastLookedAt = due.length < most ? Infinity : (due.at(-1)?.id ?? 0);
    this.goOnAfter(Math.min(lastLookedAt, (newest?.id ?? 0) - LOOK_BACK));
    return due;
  }

  private goOnAfter(faceId: number): void {
    this.lookedUpTo = Math.max(this.lookedUpTo, faceId);
    for (const id of this.unreadable) if (id <= this.lookedUpTo) this.unreadable.delete(id);
  }

  private async measure(face: UnmeasuredFace): Promise<FaceMeasures | null> {
    const box = { xMin: face.x_min, yMin: face.y_min, xMax: face.x_max, yMax: face.y_max };
    try {
      const photo = await this.store.read('photos', face.photo_hash);
      return await measureFace(photo, box, {
        box: { ...box, probability: face.probability },
        landmarks: face.landmarks === null ? null : (JSON.parse(face.landmarks) as RecognizedFace['landmarks']),
        pose: face.pose === null ? null : (JSON.parse(face.pose) as HeadPose),
      });
    } catch {
      // A fault of the installation, never a verdict on the face.
      return null;
    }
  }

  private async compared({ id: faceId, person_id: personId }: UnmeasuredFace): Promise<ComparedFace | null> {
    if (personId === null) return null;
    const [row] = await select<{ calculator: string; vector: Buffer }>(
      this.db.reader,
      'SELECT calculator, vector FROM face_embedding WHERE face_id = ? ORDER BY calculator LIMIT 1',
      [faceId],
    );
    return row ? { faceId, personId, calculator: row.calculator, embedding: unpackEmbedding(row.vector) } : null;
  }
}
