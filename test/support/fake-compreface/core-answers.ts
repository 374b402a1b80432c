import { isReply, parameter, type ApiContext, type ApiRequest } from './api-request.js';
import { UndecodablePhoto, type DetectedFace } from './detected-faces.js';
import { cannedReplies, empty, type Reply } from './replies.js';
import type { Upload } from './upload.js';

/** Sends the photo to the fake core as the API does; a Reply is what the API makes of the core's refusal. */
export async function findFaces(
  upload: Upload,
  { query }: ApiRequest,
  context: ApiContext,
): Promise<readonly DetectedFace[] | Reply> {
  const threshold = Number(parameter('det_prob_threshold', query, upload.fields) ?? 0.8);
  if (Number.isNaN(threshold)) return empty(400);
  // The core refuses it with 400, and every 400 of the core becomes "no face".
  if (threshold < 0 || threshold > 1) return cannedReplies['no-face'];
  const found = await askCore(upload.photo, context);
  if (isReply(found)) return found;
  const faces = found.filter((face) => face.probability > threshold);
  if (faces.some((face) => face.mark === 'crashes')) return cannedReplies['core-crash'];
  return faces.length === 0 ? cannedReplies['no-face'] : faces;
}

/** The API stops waiting after `readTimeoutMs`; the core goes on working on the photo for nothing. */
function askCore(photo: Buffer, context: ApiContext): Promise<readonly DetectedFace[] | Reply> {
  const work = context.core.run(() => context.detector.detect(photo)).catch(asCoreError);
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      resolve(cannedReplies['core-timeout']);
    }, context.readTimeoutMs).unref();
    void work.then((found) => {
      clearTimeout(timer);
      resolve(found);
    });
  });
}

function asCoreError(error: unknown): Reply {
  return error instanceof UndecodablePhoto ? cannedReplies['no-face'] : cannedReplies['core-crash'];
}

/** The parts of a found face that every answer has, and those that were asked for as plugins. */
export function faceOnTheWire(face: DetectedFace, plugins: readonly string[], withTimes: boolean): object {
  return {
    box: { probability: face.probability, ...face.box },
    ...(plugins.includes('calculator') && { embedding: face.embedding }),
    ...(plugins.includes('landmarks') && { landmarks: face.landmarks }),
    ...(plugins.includes('pose') && { pose: { pitch: 1.5, roll: -0.5, yaw: 2.5 } }),
    ...(withTimes && { execution_time: { detector: 20, calculator: 5 } }),
  };
}

export function pluginVersions(plugins: readonly string[], { calculator }: ApiContext): object {
  const library = calculator.split('.')[0] ?? '';
  return {
    detector: `${library}.FaceDetector`,
    // The API always needs the calculator, whether it was asked for or not.
    calculator,
    ...(plugins.includes('landmarks') && { landmarks: `${library}.LandmarksDetector` }),
    ...(plugins.includes('pose') && { pose: `${library}.PoseEstimator` }),
  };
}
