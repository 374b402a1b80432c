import { DEFAULT_DETECTION_THRESHOLD, type ModelPlugin } from '../models/face-analyser.js';
import type { Parameters } from './parameters.js';
import { noFace } from './wire-error.js';

/** What the caller asks of an image, whichever route gets it. */
export interface ImageParameters {
  /** How many faces to answer, the biggest first; 0 means all. */
  readonly limit: number;
  readonly detectionThreshold: number;
  readonly plugins: ReadonlySet<ModelPlugin>;
  /** Whether `plugins_versions` and `execution_time` are wanted. */
  readonly status: boolean;
}

const PLUGINS: readonly ModelPlugin[] = ['calculator', 'landmarks', 'pose', 'age', 'gender'];

/** Reads `limit`, `det_prob_threshold`, `face_plugins`, `status` and `detect_faces`; a bad range is collected, a bad type thrown. */
export function readImageParameters(parameters: Parameters): ImageParameters {
  const limit = parameters.integer('limit', 0);
  const threshold = readThreshold(parameters);
  const plugins = readPlugins(parameters.text('face_plugins') ?? '');
  const status = parameters.flag('status', false);
  parameters.require(parameters.flag('detect_faces', true), 'detect_faces=false is not supported');
  parameters.require(limit >= 0, 'Limit should be equal or greater than 0');
  return { limit, detectionThreshold: threshold, plugins, status };
}

export function readThreshold(parameters: Parameters): number {
  return parameters.decimal('det_prob_threshold') ?? DEFAULT_DETECTION_THRESHOLD;
}

/** CompreFace's core refuses the threshold, and the API calls every refusal of the core "no face". */
export function assertThreshold(threshold: number): void {
  if (threshold < 0 || threshold > 1) throw noFace();
}

function readPlugins(text: string): Set<ModelPlugin> {
  const named = text.split(',').map((slug) => slug.trim());
  const known = PLUGINS.filter((plugin) => named.includes(plugin));
  // CompreFace looks for the word anywhere in the parameter, not for the slug.
  return new Set(text.includes('calculator') ? [...known, 'calculator'] : known);
}
