import { Injectable } from '@nestjs/common';
import { coefficientsOf } from '../compreface/similarity.js';
import { Database } from '../database/database.js';
import { placeholders, select } from '../database/sql.js';
import { unpackEmbedding } from '../persons/embedding.js';
import { ELIGIBLE_SQL } from '../persons/face-state.js';
import type { ValidationReport } from './dto/validation-report.dto.js';
import { toUnitLength } from './embedding-distance.js';
import { type MeasuredFace, type Measurement, measurePerson } from './measurement.js';

/** The similarity from which a face is taken for a person without asking. */
export const AUTO_ASSIGN_THRESHOLD = 0.95;

const PAGE = 2_000;
const MIN_TRIALS = 2;

interface EmbeddingRow {
  readonly face_id: number;
  readonly photo_id: number;
  readonly person_id: number | null;
  readonly calculator: string;
  readonly vector: Buffer;
}

/** Measures from stored embeddings, with CompreFace's own formula. Never writes, and never asks the engine. */
@Injectable()
export class ValidationService {
  constructor(private readonly db: Database) {}

  /** `checkHeld` is called between pages and throws when the work is to stop. */
  async measure(personId: number, checkHeld: () => void): Promise<ValidationReport> {
    const own = await this.load(`f.person_id = ? AND ${ELIGIBLE_SQL}`, [personId]);
    const calculator = mostFrequent(own.map((row) => row.calculator));
    const coefficients = calculator === null ? null : coefficientsOf(calculator);
    if (calculator === null || !coefficients)
      return notMeasured(calculator === null ? 'no_embeddings' : 'unknown_calculator', calculator);
    const others = await this.loadOthers(personId, calculator, checkHeld);
    const measurement = measurePerson(toFaces(own, calculator), others, coefficients, AUTO_ASSIGN_THRESHOLD);
    return this.report(measurement, calculator);
  }

  /** Strangers and the faces of everybody else, from the same model. */
  private async loadOthers(personId: number, calculator: string, checkHeld: () => void): Promise<MeasuredFace[]> {
    const faces: MeasuredFace[] = [];
    for (let after = 0; ;) {
      checkHeld();
      const page = await this.load(
        `e.calculator = ? AND f.id > ? AND (f.person_id IS NULL OR f.person_id <> ?) AND f.state = 'ready' AND f.exclusion IS NULL`,
        [calculator, after, personId],
      );
      faces.push(...toFaces(page, calculator));
      const last = page.at(-1);
      if (!last || page.length < PAGE) return faces;
      after = last.face_id;
    }
  }

  private load(where: string, values: readonly (string | number)[]): Promise<EmbeddingRow[]> {
    return select<EmbeddingRow>(
      this.db.reader,
      `SELECT f.id AS face_id, f.photo_id, f.person_id, e.calculator, e.vector FROM face f JOIN face_embedding e ON e.face_id = f.id
       WHERE ${where} ORDER BY f.id LIMIT ${PAGE}`,
      values,
    );
  }

  private async report(measured: Measurement, calculator: string): Promise<ValidationReport> {
    const ids = [
      ...measured.confusedWith.map(({ personId }) => personId),
      ...measured.suspiciousFaces.map((face) => face.closestPersonId),
    ];
    const names = await this.namesOf(ids);
    const person = (id: number): { person_id: number; name: string } => ({ person_id: id, name: names.get(id) ?? '' });
    return {
      verdict: measured.genuineTrials < MIN_TRIALS ? 'not_enough_different_photos' : 'measured',
      genuine_trials: measured.genuineTrials,
      impostor_trials: measured.impostorTrials,
      rank1_rate: measured.rank1Rate,
      fnmr: measured.fnmr,
      fmr: measured.fmr,
      threshold: AUTO_ASSIGN_THRESHOLD,
      recommended_threshold: measured.recommendedThreshold,
      confused_with: measured.confusedWith.map(({ personId, rate }) => ({ ...person(personId), rate })),
      suspicious_faces: measured.suspiciousFaces.map(({ faceId, closestPersonId }) => ({
        face_id: faceId,
        reason: 'Closer to another person than to its own: look at it and reassign or delete it',
        closest_person: person(closestPersonId),
      })),
      calculator,
    };
  }

  private async namesOf(ids: readonly number[]): Promise<Map<number, string>> {
    if (ids.length === 0) return new Map();
    const rows = await select<{ id: number; name: string }>(
      this.db.reader,
      `SELECT id, name FROM person WHERE id IN (${placeholders(ids)})`,
      ids,
    );
    return new Map(rows.map(({ id, name }) => [id, name]));
  }
}

function toFaces(rows: readonly EmbeddingRow[], calculator: string): MeasuredFace[] {
  return rows.flatMap((row) => {
    const vector = row.calculator === calculator ? toUnitLength(unpackEmbedding(row.vector)) : null;
    return vector ? [{ faceId: row.face_id, photoId: row.photo_id, personId: row.person_id, vector }] : [];
  });
}

function mostFrequent(values: readonly string[]): string | null {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? null;
}

function notMeasured(verdict: string, calculator: string | null): ValidationReport {
  return {
    verdict,
    genuine_trials: 0,
    impostor_trials: 0,
    rank1_rate: null,
    fnmr: null,
    fmr: null,
    threshold: AUTO_ASSIGN_THRESHOLD,
    recommended_threshold: null,
    confused_with: [],
    suspicious_faces: [],
    calculator,
  };
}
