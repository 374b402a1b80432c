import type { FaceBox, HeadPose, Recognition, RecognizedFace, SubjectCandidate } from '../face-engine.js';
import { isRecord } from './answer-body.js';
import { decodeAll, successBody } from './decode-examples.js';
import type { Answer } from './observation.js';

type Point = readonly [number, number];

/** The answer of POST /recognize with the plugins calculator, landmarks and pose; undefined when it is anything else. */
export function decodeRecognition(answer: Answer): Recognition | undefined {
  const body = successBody(answer);
  if (!isRecord(body) || !isRecord(body.plugins_versions)) return undefined;
  const { calculator } = body.plugins_versions;
  const faces = decodeAll(body.result, decodeFace);
  if (faces === undefined || typeof calculator !== 'string' || calculator === '') return undefined;
  return { faces: faces.sort((a, b) => area(b.box) - area(a.box)), calculator };
}

function decodeFace(face: unknown): RecognizedFace | undefined {
  if (!isRecord(face)) return undefined;
  const box = decodeBox(face.box);
  const embedding = decodeAll(face.embedding, numberOrNothing);
  const candidates = decodeAll(face.subjects, decodeCandidate);
  const landmarks = absent(face.landmarks) ? null : decodeAll(face.landmarks, decodePoint);
  const pose = absent(face.pose) ? null : decodePose(face.pose);
  if (box === undefined || embedding === undefined || embedding.length === 0 || candidates === undefined)
    return undefined;
  return landmarks === undefined || pose === undefined ? undefined : { box, embedding, landmarks, pose, candidates };
}

function decodeBox(box: unknown): FaceBox | undefined {
  if (!isRecord(box)) return undefined;
  const { x_min: xMin, y_min: yMin, x_max: xMax, y_max: yMax, probability } = box;
  if (!isNumber(xMin) || !isNumber(yMin) || !isNumber(xMax) || !isNumber(yMax) || !isShare(probability))
    return undefined;
  return xMax >= xMin && yMax >= yMin ? { xMin, yMin, xMax, yMax, probability } : undefined;
}

function decodeCandidate(candidate: unknown): SubjectCandidate | undefined {
  if (!isRecord(candidate)) return undefined;
  const { subject, similarity } = candidate;
  return typeof subject === 'string' && isShare(similarity) ? { subject, similarity } : undefined;
}

function decodePoint(point: unknown): Point | undefined {
  if (!Array.isArray(point) || point.length !== 2) return undefined;
  const [x, y] = point as unknown[];
  return isNumber(x) && isNumber(y) ? [x, y] : undefined;
}

function decodePose(pose: unknown): HeadPose | undefined {
  if (!isRecord(pose)) return undefined;
  const { pitch, roll, yaw } = pose;
  return isNumber(pitch) && isNumber(roll) && isNumber(yaw) ? { pitch, roll, yaw } : undefined;
}

function area(box: FaceBox): number {
  return (box.xMax - box.xMin) * (box.yMax - box.yMin);
}

function absent(value: unknown): boolean {
  return value === undefined || value === null;
}

function numberOrNothing(value: unknown): number | undefined {
  return isNumber(value) ? value : undefined;
}

// JSON.parse makes Infinity of 1e999.
function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isShare(value: unknown): value is number {
  return isNumber(value) && value >= 0 && value <= 1;
}
