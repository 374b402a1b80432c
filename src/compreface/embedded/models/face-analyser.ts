/** What the recognition models say about one face. */
export interface AnalysedFace {
  /** Pixels of the upright (EXIF orientation baked in), full-resolution image; floats, may reach past the border. */
  readonly box: {
    readonly xMin: number;
    readonly yMin: number;
    readonly xMax: number;
    readonly yMax: number;
    /** Detector's score, 0..1. */
    readonly probability: number;
  };
  /** The 68 points of the iBUG scheme, in the same frame. Empty for faces past `maxFaces`. */
  readonly landmarks: readonly (readonly [number, number])[];
  /** 128 numbers, not of unit length; null unless the calculator was asked for. */
  readonly embedding: Float32Array | null;
  /** Degrees, estimated from the landmarks; null unless asked for. */
  readonly pose: { readonly pitch: number; readonly roll: number; readonly yaw: number } | null;
  /** Years; null unless asked for. */
  readonly age: { readonly low: number; readonly high: number; readonly probability: number } | null;
  /** What the model takes the face for, with its confidence 0.5..1; null unless asked for. */
  readonly gender: { readonly value: 'male' | 'female'; readonly probability: number } | null;
}

export type ModelPlugin = 'calculator' | 'landmarks' | 'pose' | 'age' | 'gender';

export interface AnalyseOptions {
  /** A face is kept when its probability is strictly greater, 0..1. */
  readonly detectionThreshold: number;
  readonly plugins: ReadonlySet<ModelPlugin>;
  /** Faces past this many, counted from the biggest, are boxes only. Default: no limit. */
  readonly maxFaces?: number;
}

export interface Analysis {
  /** Pixels of the upright, full-resolution image. */
  readonly width: number;
  readonly height: number;
  /** Biggest area first; empty when no face was found. */
  readonly faces: readonly AnalysedFace[];
  /** Milliseconds per step over all faces: decoder, detector, landmarks, calculator, agegender. */
  readonly millis: Readonly<Record<string, number>>;
}

/** The bytes are no image we can read: corrupt, hostile, empty, not an accepted format, or too many pixels. */
export class UnreadableImageError extends Error {
  override readonly name = 'UnreadableImageError';
}

/** No answer within the time limit: the request waited or ran too long. The image itself may be fine. */
export class AnalysisTimeoutError extends Error {
  override readonly name = 'AnalysisTimeoutError';
}

/** More requests wait than the analyser takes on; nothing was looked at. Come back later. */
export class AnalyserBusyError extends Error {
  override readonly name = 'AnalyserBusyError';
}

/** Finds faces in an image and describes them. */
export abstract class FaceAnalyser {
  /**
   * Analyses the first frame of an encoded JPEG, PNG, GIF, WebP or TIFF of at most 64 megapixels.
   * @throws UnreadableImageError when the bytes are at fault; any other error means the analyser is.
   */
  abstract analyse(image: Buffer, options: AnalyseOptions): Promise<Analysis>;

  /** Frees the models and processes; requests still under way are rejected. Calling it again does nothing. */
  abstract close(): Promise<void>;
}

/** Probability above which a detection counts as a face when the caller names none. */
export const DEFAULT_DETECTION_THRESHOLD = 0.5;

/** Coefficients of CompreFace's similarity curve for the embeddings of these models (see docs/decisions/0003). */
export const SIMILARITY = { c0: 0.41, c1: 14 } as const;

/** What the status answers call these models. */
export const MODEL_VERSIONS = {
  detector: 'ssd_mobilenetv1@face-api-1.7.15',
  calculator: 'dlib_resnet_v1@face-api-1.7.15',
  landmarks: 'face_landmark_68@face-api-1.7.15',
  pose: 'landmark_geometry_v1',
  age: 'age_gender@face-api-1.7.15',
  gender: 'age_gender@face-api-1.7.15',
} as const;
