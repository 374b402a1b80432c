import { unindexed } from '../database/sql.js';

/**
 * `pending`: kept, but nobody has looked for the face yet (CompreFace was away); the service does by itself.
 * `ready`: a face with box, crop and embedding. `rejected`: looked at, no usable face; a person can only delete it.
 */
export type FaceState = 'pending' | 'ready' | 'rejected';

/**
 * Why a ready face of a person is kept out of training. `marked_invalid`: somebody said so. `not_confirmed`: it was assigned by itself, and
 * nobody has confirmed it. `poor_quality`: the quality gate holds it back until somebody says "train anyway".
 */
export type Exclusion = 'marked_invalid' | 'not_confirmed' | 'poor_quality';

/**
 * Of a face without a person. `unidentified`: nobody that it looks like. `needs_review`: a suggestion waits for an answer.
 * `unknown`: somebody said that it is a stranger; nothing is suggested any more.
 */
export type FaceReview = 'unidentified' | 'needs_review' | 'unknown';

/** Of a photo that was sent for itself. `pending`: CompreFace was away, it is looked at when it is back. `rejected`: CompreFace breaks on it. */
export type PhotoState = 'pending' | 'examined' | 'rejected';

/** Why examples of a face leave the collection. */
export type WithdrawalReason = 'unassigned' | 'reassigned' | 'face_deleted' | 'marked_invalid' | 'person_deleted';

/** SQL for an eligible face (alias `f`): assigned, looked at, not excluded. The one place that says so. */
export const ELIGIBLE_SQL = `f.person_id IS NOT NULL AND f.state = 'ready' AND f.exclusion IS NULL`;

/** `ELIGIBLE_SQL`, for where the content leads to fewer faces than all that are eligible. */
export const ELIGIBLE_BY_CONTENT_SQL = `f.person_id IS NOT NULL AND ${unindexed('f.state')} = 'ready' AND ${unindexed('f.exclusion')} IS NULL`;

/** Why an assigned face is not eligible; null when it is. */
export function exclusionOf(face: { readonly state: FaceState; readonly exclusion: Exclusion | null }): string | null {
  if (face.state === 'pending') return 'not_examined_yet';
  if (face.state === 'rejected') return 'no_usable_face';
  return face.exclusion;
}

/**
 * What keeps a face out of training once somebody has said whose it is: its quality, unless it is to be trained anyway; null for nothing.
 */
export function exclusionWhenConfirmed(face: {
  readonly qualityRefusal: string | null;
  readonly trainAnywayAt: Date | null;
}): Exclusion | null {
  return face.qualityRefusal !== null && face.trainAnywayAt === null ? 'poor_quality' : null;
}
