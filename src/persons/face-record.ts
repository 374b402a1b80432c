import type { FaceBoxRecord, FaceRecord } from './dto/face.dto.js';
import type { Face } from './entities/face.entity.js';
import { exclusionOf } from './face-state.js';
import type { FaceBoxShown } from './photos/face-finder.js';
import { toQualityRecord } from './quality/stored-quality.js';

/** A face as the API shows it. */
export function toFaceRecord(face: Face): FaceRecord {
  const excluded = exclusionOf(face);
  return {
    id: face.id,
    photo_id: face.photoId,
    person_id: face.personId,
    state: face.state,
    eligible: face.personId !== null && excluded === null,
    excluded_because: excluded,
    box: face.xMin === null ? null : boxOf(face),
    image: face.contentHash === null ? null : `/api/faces/${face.id}/image`,
    assignment_method: face.assignmentMethod,
    assignment_confidence: face.assignmentConfidence,
    review: face.review,
    quality: toQualityRecord(face),
    created_at: face.createdAt,
  };
}

export function toBoxRecord(box: FaceBoxShown): FaceBoxRecord {
  return { x_min: box.xMin, y_min: box.yMin, x_max: box.xMax, y_max: box.yMax, probability: box.probability };
}

function boxOf(face: Face): FaceBoxRecord {
  return {
    x_min: face.xMin ?? 0,
    y_min: face.yMin ?? 0,
    x_max: face.xMax ?? 0,
    y_max: face.yMax ?? 0,
    probability: face.probability,
  };
}
