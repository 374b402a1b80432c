import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { coefficientsOf, normalisedDistance } from '../../compreface/similarity.js';
import { select } from '../../database/sql.js';
import { unpackEmbedding } from '../../persons/embedding.js';
import { ELIGIBLE_SQL } from '../../persons/face-state.js';
import type { RecognitionSettingsRecord } from '../dto/recognition-settings.dto.js';
import type { WaitingFace } from './photo-situation.js';

/**
 * How different a face must be from each eligible face of the person, as a part of `c0`, the distance at which CompreFace's similarity is
 * one half. Copies of one photo and pictures of one moment are nearer: they teach nothing.
 */
export const LEAST_VARIETY = 0.25;

/** A face that is assigned without asking. */
export interface LearnableFace {
  readonly face: WaitingFace;
  readonly personId: number;
  readonly similarity: number;
  readonly calculator: string;
}

interface EligibleFaces {
  readonly eligible: number | string;
  readonly automatic: number | string | null;
}

/** Whether a face that nobody has confirmed may be trained: only if switched on, sure, good, different, and not one of too many. */
@Injectable()
export class AutomaticLearning {
  async mayLearn(em: EntityManager, found: LearnableFace, settings: RecognitionSettingsRecord): Promise<boolean> {
    if (!settings.learnAutomatically || found.similarity < settings.learnThreshold) return false;
    if (found.face.qualityRefusal !== null) return false;
    return (
      (await this.isWithinShare(em, found.personId, settings.learnMaxShare)) && (await this.addsVariety(em, found))
    );
  }

  private async isWithinShare(em: EntityManager, personId: number, maxShare: number): Promise<boolean> {
    const [counts] = await select<EligibleFaces>(
      em,
      `SELECT COUNT(*) AS eligible, SUM(CASE WHEN f.assignment_method = 'automatic' THEN 1 ELSE 0 END) AS automatic
       FROM face f WHERE f.person_id = ? AND ${ELIGIBLE_SQL}`,
      [personId],
    );
    const eligible = Number(counts?.eligible ?? 0) + 1;
    const automatic = Number(counts?.automatic ?? 0) + 1;
    return automatic * 100 <= maxShare * eligible;
  }

  private async addsVariety(em: EntityManager, { face, personId, calculator }: LearnableFace): Promise<boolean> {
    const coefficients = coefficientsOf(calculator);
    const [own] = await vectors(em, 'f.id = ?', face.id, calculator);
    if (!coefficients || !own) return false;
    const others = await vectors(em, `f.person_id = ? AND ${ELIGIBLE_SQL}`, personId, calculator);
    const least = LEAST_VARIETY * coefficients.c0;
    return others.every((other) => other.length === own.length && normalisedDistance(own, other) > least);
  }
}

async function vectors(em: EntityManager, where: string, id: number, calculator: string): Promise<Float32Array[]> {
  const rows = await select<{ vector: Buffer }>(
    em,
    `SELECT e.vector FROM face f JOIN face_embedding e ON e.face_id = f.id WHERE ${where} AND e.calculator = ?`,
    [id, calculator.slice(0, 100)],
  );
  return rows.map(({ vector }) => unpackEmbedding(vector));
}
