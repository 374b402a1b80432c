import type { HeadPose, RecognizedFace } from '../../compreface/face-engine.js';

const DEGREES = 180 / Math.PI;
/**
 * How far apart the eyes of an average head are, over how far the tip of its nose is in front of them: 62 mm over 35 mm, the head of
 * src/compreface/embedded/models/face/pose.ts.
 */
const EYES_OVER_NOSE = 62 / 35;

/** Degrees, 0 for straight into the camera, as far as it is known. */
export type KnownPose = { readonly [Angle in keyof HeadPose]: number | null };

/** What the engine says; where it has no pose, yaw and roll are estimated from the five landmarks. */
export function poseOf({ pose, landmarks }: Pick<RecognizedFace, 'pose' | 'landmarks'>): KnownPose {
  if (pose) return { yaw: pose.yaw, pitch: pose.pitch, roll: pose.roll };
  return { pitch: null, ...fromLandmarks(landmarks ?? []) };
}

/**
 * Along the line through the eyes, the nose moves by its length times the sine of the yaw, and the eyes come together by its cosine.
 * The pitch cannot be told from five points: faces differ in length.
 */
function fromLandmarks(points: NonNullable<RecognizedFace['landmarks']>): { yaw: number | null; roll: number | null } {
  const [left, right, nose] = points;
  if (points.length !== 5 || !left || !right || !nose) return { yaw: null, roll: null };
  const [dx, dy] = [right[0] - left[0], right[1] - left[1]];
  const apart = Math.hypot(dx, dy);
  if (!(apart > 0)) return { yaw: null, roll: null };
  const [x, y] = [nose[0] - (left[0] + right[0]) / 2, nose[1] - (left[1] + right[1]) / 2];
  const along = (x * dx + y * dy) / apart;
  return { yaw: Math.atan((along / apart) * EYES_OVER_NOSE) * DEGREES, roll: Math.atan2(dy, dx) * DEGREES };
}
