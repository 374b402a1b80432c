import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../../database/database.js';
import { execute, select } from '../../database/sql.js';
import { FaceChanges } from '../face-changes.js';
import type { Exclusion } from '../face-state.js';
import { type Judgement, judgeBy } from './quality-gate.js';
import type { QualityLimits } from './quality-rules.js';
import { unpackQuality } from './stored-quality.js';

/** Faces in one transaction. */
const PAGE = 200;

/** What new verdicts changed. */
export interface VerdictChanges {
  readonly judged: number;
  readonly excluded: number;
  readonly admitted: number;
}

interface JudgedRow {
  readonly id: number;
  readonly person_id: number | null;
  readonly quality: string;
  readonly quality_refusal: string | null;
}

type Effect = 'excluded' | 'admitted' | null;

/**
 * Writes verdicts on faces that are here already. A face that is refused only now is kept out of training as long as nothing of its
 * person is trained; later its verdict is shown, and somebody may mark it invalid: what is trained is never taken out by itself.
 */
@Injectable()
export class QualityVerdicts {
  constructor(
    private readonly db: Database,
    private readonly changes: FaceChanges,
  ) {}

  /** The first verdict on a face; does nothing when it has one or is gone. */
  async addFirst(faceId: number, judgement: Judgement): Promise<void> {
    await this.db.write(async (em) => {
      const changed = await execute(em, 'UPDATE face SET quality = ? WHERE id = ? AND quality IS NULL', [
        judgement.quality,
        faceId,
      ]);
      if (changed === 1) await this.write(em, faceId, judgement);
    });
  }

  /** Judges all measured faces anew, without looking at their pixels; stopped in the middle, the next call does the rest. */
  async judgeAll(limits: QualityLimits): Promise<VerdictChanges> {
    const changes = { judged: 0, excluded: 0, admitted: 0 };
    for (let afterId = 0; ;) {
      const rows = await this.page(afterId);
      const effects = await this.db.write((em) => this.judgePage(em, rows, limits));
      changes.judged += rows.length;
      changes.excluded += effects.filter((effect) => effect === 'excluded').length;
      changes.admitted += effects.filter((effect) => effect === 'admitted').length;
      afterId = rows.at(-1)?.id ?? 0;
      if (rows.length < PAGE) return changes;
    }
  }

  private page(afterId: number): Promise<JudgedRow[]> {
    return select<JudgedRow>(
      this.db.reader,
      `SELECT id, person_id, quality, quality_refusal FROM face WHERE id > ? AND quality IS NOT NULL ORDER BY id LIMIT ${PAGE}`,
      [afterId],
    );
  }

  private async judgePage(em: EntityManager, rows: readonly JudgedRow[], limits: QualityLimits): Promise<Effect[]> {
    const effects: Effect[] = [];
    for (const row of rows) {
      const stored = unpackQuality(row.quality);
      if (!stored?.measures) continue;
      const judgement = judgeBy(limits, stored.measures, stored.likeness);
      if (judgement.quality === row.quality && judgement.refusal === row.quality_refusal) continue;
      effects.push(await this.write(em, row.id, judgement));
    }
    return effects;
  }

  private async write(em: EntityManager, faceId: number, { quality, refusal }: Judgement): Promise<Effect> {
    const [face] = await select<{
      person_id: number | null;
      exclusion: Exclusion | null;
      train_anyway_at: unknown;
    }>(em, `SELECT person_id, exclusion, train_anyway_at FROM face WHERE id = ? ${this.db.forUpdate}`, [faceId]);
    if (!face) return null;
    await execute(em, 'UPDATE face SET quality = ?, quality_refusal = ? WHERE id = ?', [quality, refusal, faceId]);
    const { person_id: personId, exclusion } = face;
    if (personId === null) return null;
    if (refusal === null) return exclusion === 'poor_quality' ? this.exclude(em, faceId, personId, null) : null;
    if (exclusion !== null || face.train_anyway_at !== null || (await this.isTrained(em, personId))) return null;
    return this.exclude(em, faceId, personId, 'poor_quality');
  }

  private async exclude(
    em: EntityManager,
    faceId: number,
    personId: number,
    exclusion: Exclusion | null,
  ): Promise<Effect> {
    await execute(em, 'UPDATE face SET exclusion = ? WHERE id = ?', [exclusion, faceId]);
    await this.changes.raiseGeneration(em, personId);
    return exclusion === null ? 'admitted' : 'excluded';
  }

  /** Locks the person: no training takes its snapshot meanwhile. */
  private async isTrained(em: EntityManager, personId: number): Promise<boolean> {
    const [person] = await select<{ example_count: number; is_training: number }>(
      em,
      `SELECT example_count, is_training FROM person WHERE id = ? ${this.db.forUpdate}`,
      [personId],
    );
    return (person?.example_count ?? 0) > 0 || (person?.is_training ?? 0) !== 0;
  }
}
