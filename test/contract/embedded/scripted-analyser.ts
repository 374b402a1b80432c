import {
  type AnalysedFace,
  type Analysis,
  type AnalyseOptions,
  FaceAnalyser,
  UnreadableImageError,
} from '../../../src/compreface/embedded/models/face-analyser.js';

/** What a scripted photo shows: people by name, the biggest face first. `note` makes two photos of one scene differ. */
export interface Scene {
  readonly people: readonly string[];
  readonly note?: string;
}

/** A "photo" that the scripted analyser reads. */
export const photoOf = (...people: string[]): Buffer => Buffer.from(JSON.stringify({ people } satisfies Scene));

/** Sees in an image what its text says, with an embedding that depends on the name alone. Counts its calls. */
export class ScriptedAnalyser extends FaceAnalyser {
  calls = 0;
  /** Runs before every answer: to fail or to wait. */
  before: (image: Buffer) => Promise<void> = () => Promise.resolve();

  async analyse(image: Buffer, { plugins, maxFaces = Infinity }: AnalyseOptions): Promise<Analysis> {
    this.calls++;
    await this.before(image);
    const { people } = parse(image);
    const faces = people.map((name, i) => face(name, i, i < maxFaces && plugins.has('calculator')));
    return { width: 640, height: 480, faces, millis: { detector: 2, calculator: 1 } };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** 128 numbers that belong to this name, not of unit length. */
export function embeddingOf(name: string): Float32Array {
  let state = Array.from(name).reduce((hash, letter) => (Math.imul(hash, 31) + letter.charCodeAt(0)) | 0, 7);
  return Float32Array.from({ length: 128 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  });
}

function parse(image: Buffer): Scene {
  try {
    return JSON.parse(image.toString()) as Scene;
  } catch {
    throw new UnreadableImageError('Not a scripted photo');
  }
}

function face(name: string, index: number, described: boolean): AnalysedFace {
  const box = { xMin: 100.4 * index - 3, yMin: 20.6, xMax: 100.4 * index + 90, yMax: 120.2, probability: 0.9876543 };
  const landmarks = Array.from({ length: 68 }, (_, i) => [i, 2 * i] as const);
  return { box, landmarks, embedding: described ? embeddingOf(name) : null, pose: null, age: null, gender: null };
}
