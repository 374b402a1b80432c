import type { IncomingImage } from '../intake/image-intake.js';
import type { AnalysedFace, Analysis, ModelPlugin } from '../models/face-analyser.js';
import type { Call } from '../wire/call.js';
import { pluginsVersions } from '../wire/face-answer.js';
import { assertThreshold, type ImageParameters } from '../wire/image-parameters.js';
import { undefinedError } from '../wire/wire-error.js';
import type { Engine } from './engine.js';

/** Analyses an image that came with a request. */
export async function analyse(
  { analyses }: Engine,
  { signal }: Call,
  image: IncomingImage | undefined,
  parameters: ImageParameters,
): Promise<Analysis> {
  if (!image) throw undefinedError();
  const { detectionThreshold, plugins, limit } = parameters;
  assertThreshold(detectionThreshold);
  return analyses.find(image.bytes(), { detectionThreshold, plugins, ...(limit > 0 && { maxFaces: limit }) }, signal);
}

/** The faces to answer. */
export function limited({ faces }: Analysis, { limit }: ImageParameters): readonly AnalysedFace[] {
  return limit > 0 ? faces.slice(0, limit) : faces;
}

/** The same parameters with the embeddings, for comparing. */
export function withCalculator<P extends ImageParameters>(parameters: P): P {
  return { ...parameters, plugins: new Set<ModelPlugin>([...parameters.plugins, 'calculator']) };
}

/** `plugins_versions` of the plugins that ran, when the caller wants them. */
export function versions({ status, plugins }: ImageParameters): Record<string, unknown> {
  return status ? { plugins_versions: pluginsVersions(plugins) } : {};
}
