import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { Face } from '../entities/face.entity.js';
import { exclusionOf } from '../face-state.js';
import { PersonsService } from '../persons.service.js';
import type { FaceQualityRecord, PersonQualityAnswer } from './quality.dto.js';
import { toQualityRecord, unpackQuality } from './stored-quality.js';

/** Pairs in one answer. */
const MOST_PAIRS = 200;
/** Worst first. */
const ORDER: readonly FaceQualityRecord['verdict'][] = ['refused', 'would_refuse', 'warning', 'not_measured', 'good'];

/** How good a person's photos are, taken together. */
@Injectable()
export class PersonQuality {
  constructor(
    private readonly db: Database,
    private readonly persons: PersonsService,
  ) {}

  /** A page of the person's faces, worst first. Throws `NOT_FOUND`. */
  async of(personId: number, limit: number, page: number): Promise<PersonQualityAnswer> {
    await this.persons.get(personId);
    const faces = await this.db.reader.find(Face, {
      select: { id: true, personId: true, state: true, exclusion: true, quality: true, trainAnywayAt: true },
      where: { personId },
      order: { id: 'ASC' },
    });
    const judged = faces
      .map((face) => ({ face_id: face.id, eligible: exclusionOf(face) === null, quality: toQualityRecord(face) }))
      .sort((a, b) => ORDER.indexOf(a.quality.verdict) - ORDER.indexOf(b.quality.verdict));
    const count = (verdict: FaceQualityRecord['verdict']): number =>
      judged.filter(({ quality }) => quality.verdict === verdict).length;
    return {
      person_id: personId,
      total: faces.length,
      verdicts: {
        good: count('good'),
        warning: count('warning'),
        refused: count('refused'),
        would_refuse: count('would_refuse'),
        not_measured: count('not_measured'),
      },
      nearly_identical: pairsOf(faces),
      faces: judged.slice((page - 1) * limit, page * limit),
    };
  }
}

/** Pairs of which both faces are still the person's. */
function pairsOf(faces: readonly Face[]): PersonQualityAnswer['nearly_identical'] {
  const ids = new Set(faces.map(({ id }) => id));
  return faces
    .flatMap(({ id, quality }) => {
      const twin = unpackQuality(quality)?.likeness?.nearly_identical_to ?? null;
      return twin !== null && ids.has(twin) ? [{ face_id: id, nearly_identical_to: twin }] : [];
    })
    .slice(0, MOST_PAIRS);
}
