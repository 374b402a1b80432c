import type { AddOutcome, EngineFailure, RejectionCode } from '../compreface/face-engine.js';

/** Why a face did not become an example, as a job shows it. */
export type FaceReasonCode =
  | 'NO_FACE'
  | 'SEVERAL_FACES'
  | 'UNSUPPORTED_IMAGE'
  | 'IMAGE_TOO_LARGE'
  | 'SERVICE_REFUSED'
  | 'FILE_MISSING'
  | 'NO_LONGER_ELIGIBLE';

/** What follows from the outcome of one upload. */
export type UploadVerdict =
  | { readonly kind: 'added'; readonly imageId: string }
  | { readonly kind: 'rejected'; readonly code: FaceReasonCode; readonly message: string }
  /** It was announced and never sent. */
  | { readonly kind: 'unsent' }
  /** Nothing was stored; the face is tried once more. */
  | { readonly kind: 'again' }
  /** Nothing was stored, and the next face would fare no better: stop. */
  | { readonly kind: 'outage'; readonly failure: EngineFailure }
  /** It may have been stored: look after the settle time. */
  | { readonly kind: 'unknown'; readonly failure: EngineFailure };

const REASONS: Readonly<Record<RejectionCode, readonly [FaceReasonCode, string]>> = {
  no_face: ['NO_FACE', 'CompreFace finds no face in the crop: use a sharper or larger photo'],
  several_faces: [
    'SEVERAL_FACES',
    'CompreFace finds another face in the crop: use a photo in which the faces are further apart',
  ],
  unsupported_image: ['UNSUPPORTED_IMAGE', 'CompreFace does not take this image: upload another photo'],
  image_too_large: ['IMAGE_TOO_LARGE', 'The image is too large for CompreFace: upload a smaller photo'],
};

const SERVICE_REFUSED = 'CompreFace breaks on this image whenever it is sent: use another photo';

/** `brokeOnce`: CompreFace broke on this face before; twice is the photo. A fault of the service is never blamed on a photo. */
export function judgeUpload(outcome: AddOutcome, brokeOnce: boolean): UploadVerdict {
  switch (outcome.kind) {
    case 'stored':
      return { kind: 'added', imageId: outcome.imageId };
    case 'rejected': {
      const [code, message] = REASONS[outcome.code];
      return { kind: 'rejected', code, message };
    }
    case 'suspect':
      return brokeOnce ? { kind: 'rejected', code: 'SERVICE_REFUSED', message: SERVICE_REFUSED } : { kind: 'again' };
    case 'unknown':
      return { kind: 'unknown', failure: outcome };
    case 'unavailable':
    case 'misconfigured':
      return { kind: 'outage', failure: outcome };
  }
}
