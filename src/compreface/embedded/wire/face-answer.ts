import { type AnalysedFace, type Analysis, MODEL_VERSIONS, type ModelPlugin } from '../models/face-analyser.js';
import { fiveDecimals } from '../rounding.js';
import type { ImageParameters } from './image-parameters.js';

type Json = Record<string, unknown>;

/** The fields of one face that every service answers; what was not asked for or is not known is left out. */
export function faceAnswer(face: AnalysedFace, analysis: Analysis, { plugins, status }: ImageParameters): Json {
  return {
    box: boxAnswer(face, analysis),
    ...(plugins.has('calculator') && face.embedding && { embedding: Array.from(face.embedding) }),
    ...(plugins.has('landmarks') && { landmarks: fivePoints(face.landmarks) }),
    ...(plugins.has('age') && face.age && { age: face.age }),
    ...(plugins.has('gender') && face.gender && { gender: face.gender }),
    ...(plugins.has('pose') && face.pose && { pose: face.pose }),
    ...(status && { execution_time: executionTime(analysis, plugins) }),
  };
}

/** The same for a face that was compared: only the detection service leaves the probability unrounded, and the calculator always ran. */
export function comparedFaceAnswer(face: AnalysedFace, analysis: Analysis, parameters: ImageParameters): Json {
  const { box, ...rest } = faceAnswer(face, analysis, parameters);
  const { probability, ...corners } = box as BoxAnswer;
  const plugins = new Set<ModelPlugin>([...parameters.plugins, 'calculator']);
  return {
    box: { probability: fiveDecimals(probability), ...corners },
    ...rest,
    ...(parameters.status && { execution_time: executionTime(analysis, plugins) }),
  };
}

/** The models in use: the detector always, the others as asked for. */
export function pluginsVersions(plugins: Iterable<ModelPlugin>): Json {
  const entries = [...plugins].map((plugin) => [plugin, MODEL_VERSIONS[plugin]] as const);
  return { detector: MODEL_VERSIONS.detector, ...Object.fromEntries(entries) };
}

interface BoxAnswer {
  readonly probability: number;
  readonly x_min: number;
  readonly y_min: number;
  readonly x_max: number;
  readonly y_max: number;
}

function boxAnswer(face: AnalysedFace, { width, height }: Analysis): BoxAnswer {
  const clip = (value: number, max: number): number => Math.min(Math.max(Math.round(value), 0), max);
  const { probability, xMin, yMin, xMax, yMax } = face.box;
  return {
    probability,
    x_max: clip(xMax, width),
    y_max: clip(yMax, height),
    x_min: clip(xMin, width),
    y_min: clip(yMin, height),
  };
}

/** Left eye, right eye, nose, left and right corner of the mouth, as seen in the picture, from the 68 points of iBUG. */
function fivePoints(points: AnalysedFace['landmarks']): number[][] {
  const mean = (from: number, to: number): number[] => {
    const some = points.slice(from, to);
    return [0, 1].map((axis) => Math.round(some.reduce((sum, point) => sum + (point[axis] ?? 0), 0) / some.length));
  };
  return [mean(36, 42), mean(42, 48), mean(30, 31), mean(48, 49), mean(54, 55)];
}

/** Whole milliseconds; what is measured over all faces is told as the mean of a face. */
function executionTime(analysis: Analysis, plugins: ReadonlySet<ModelPlugin>): Json {
  const { millis, faces } = analysis;
  const perFace = (step: string): number => Math.round((millis[step] ?? 0) / Math.max(faces.length, 1));
  const steps: Record<ModelPlugin, string> = {
    calculator: 'calculator',
    landmarks: 'landmarks',
    pose: 'landmarks',
    age: 'agegender',
    gender: 'agegender',
  };
  const entries = [...plugins].map((plugin) => [plugin, perFace(steps[plugin])] as const);
  return { detector: Math.round(millis['detector'] ?? 0), ...Object.fromEntries(entries) };
}
