import type { Face } from '../entities/face.entity.js';
import type { FaceQualityRecord } from './quality.dto.js';
import type { FaceMeasures } from './face-measures.js';
import type { Likeness, QualityIssue } from './quality-rules.js';

/** What `face.quality` holds, as JSON. `measures` is null for a photo that could not be measured. */
export interface StoredQuality {
  readonly measures: FaceMeasures | null;
  readonly likeness: Likeness | null;
  readonly issues: readonly QualityIssue[];
}

export function packQuality(quality: StoredQuality): string {
  return JSON.stringify(quality);
}

/** Null for a face that was not measured. */
export function unpackQuality(json: string | null): StoredQuality | null {
  return json === null ? null : (JSON.parse(json) as StoredQuality);
}

/** A face's quality as the API shows it. */
export function toQualityRecord(face: Pick<Face, 'quality' | 'exclusion' | 'trainAnywayAt'>): FaceQualityRecord {
  const stored = unpackQuality(face.quality);
  const issues = stored?.issues ?? [];
  return {
    verdict: stored?.measures ? verdictOf(issues, face.exclusion === 'poor_quality') : 'not_measured',
    measures: stored?.measures ?? null,
    issues: [...issues],
    train_anyway: face.trainAnywayAt !== null,
  };
}

function verdictOf(issues: readonly QualityIssue[], excluded: boolean): FaceQualityRecord['verdict'] {
  if (issues.some(({ severity }) => severity === 'refusal')) return excluded ? 'refused' : 'would_refuse';
  return issues.length > 0 ? 'warning' : 'good';
}
