import { Injectable } from '@nestjs/common';
import { type ComparedFace, FaceLikeness } from './face-likeness.js';
import type { FaceMeasures } from './face-measures.js';
import { issuesOf, type Likeness, type QualityCode, type QualityLimits, refusalOf } from './quality-rules.js';
import { QualitySettingsService } from './quality-settings.service.js';
import { packQuality, type StoredQuality } from './stored-quality.js';

/** What the gate says of a face: the columns `quality` and `quality_refusal` of its row. */
export interface Judgement {
  readonly quality: string;
  readonly refusal: QualityCode | null;
  readonly issues: StoredQuality['issues'];
}

/** Says whether a face is good enough to be trained, by the limits of the installation. */
@Injectable()
export class QualityGate {
  constructor(
    private readonly settings: QualitySettingsService,
    private readonly likeness: FaceLikeness,
  ) {}

  /** `compared` is null for a face that belongs to nobody: then there is nobody whom it could be mistaken for. */
  async judge(measures: FaceMeasures, compared: ComparedFace | null): Promise<Judgement> {
    const likeness = compared && (await this.likeness.of(compared));
    return judgeBy(await this.settings.get(), measures, likeness);
  }
}

/** The judgement by given limits, from what was measured. */
export function judgeBy(limits: QualityLimits, measures: FaceMeasures, likeness: Likeness | null): Judgement {
  const issues = issuesOf(measures, likeness, limits);
  return { quality: packQuality({ measures, likeness, issues }), refusal: refusalOf(issues, limits), issues };
}
