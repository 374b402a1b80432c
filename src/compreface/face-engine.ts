/** A face's box in pixels of the image that was sent; the probability is the detector's, 0..1. */
export interface FaceBox {
  readonly xMin: number;
  readonly yMin: number;
  readonly xMax: number;
  readonly yMax: number;
  readonly probability: number;
}

/** A subject with the similarity (0..1) of its one nearest example; the same subject may stand in a list more than once. */
export interface SubjectCandidate {
  readonly subject: string;
  readonly similarity: number;
}

/** Head pose in degrees: 0 looks straight into the camera. */
export interface HeadPose {
  readonly pitch: number;
  readonly roll: number;
  readonly yaw: number;
}

/** One face found in an image. */
export interface RecognizedFace {
  readonly box: FaceBox;
  /** As the engine gives it, not normalised; its length depends on the model. */
  readonly embedding: readonly number[];
  /** Left eye, right eye, nose, left and right corner of the mouth, in pixels; null where the engine has no such plugin. */
  readonly landmarks: readonly (readonly [number, number])[] | null;
  readonly pose: HeadPose | null;
  /** Nearest examples, best first; empty while the collection is empty. No threshold is applied. */
  readonly candidates: readonly SubjectCandidate[];
}

export interface Recognition {
  /** Biggest face first; empty when there is no face. */
  readonly faces: readonly RecognizedFace[];
  /**
   * The model that made the embeddings; embeddings of different calculators must never be compared. CompreFace names none when there is no
   * face: then it is the last one known, or empty.
   */
  readonly calculator: string;
}

/** An example as the engine lists it. */
export interface ListedExample {
  readonly imageId: string;
  readonly subject: string;
}

/** Why an image can never become an example, whoever asks again. */
export type RejectionCode = 'no_face' | 'several_faces' | 'unsupported_image' | 'image_too_large';

/** Every way in which a call can fail: nobody above the port reads a status code. */
export type EngineFailure =
  /** This image is refused for good; the service is well. */
  | { readonly kind: 'rejected'; readonly code: RejectionCode; readonly message: string }
  /** The service broke on this very image (core 5xx): two tries, then the image is refused. */
  | { readonly kind: 'suspect'; readonly message: string }
  /** Nothing was stored; the service is away, overloaded or paused. Try again later. */
  | {
      readonly kind: 'unavailable';
      readonly reason: 'unreachable' | 'overloaded' | 'migrating' | 'throttled';
      readonly message: string;
      readonly retryAfterMs: number | null;
    }
  /** Wrong address, key or key type: a person has to change the settings. Nothing was stored. */
  | { readonly kind: 'misconfigured'; readonly message: string; readonly suggestion: string }
  /** It may have been stored or not: look after `settleMs`, never send again blindly. */
  | { readonly kind: 'unknown'; readonly message: string };

export type AddOutcome = { readonly kind: 'stored'; readonly imageId: string } | EngineFailure;

/** Whether an upload that still waits for a free place may be begun. */
export interface UploadStart {
  /** Ends the wait; an upload that is under way goes on. */
  readonly signal: AbortSignal;
  /** Asked in the last moment before the first byte. */
  readonly allowed: () => boolean;
}

/** What is known of the engine at this moment, without an API key in any field. */
export interface EngineStatus {
  /** Whether it answers now. Work may be held back all the same: `breaker` says so. */
  readonly reachable: boolean;
  readonly url: string;
  readonly embedded: boolean;
  /** CompreFace's release or that of the embedded engine; null where it does not say. */
  readonly version: string | null;
  readonly calculator: string | null;
  /** Of the look that was just taken; null when it failed. */
  readonly latencyMs: number | null;
  /** How many uploads may be under way at once, as the adaptive limit stands now. */
  readonly concurrencyLimit: number;
  readonly breaker: 'closed' | 'open' | 'half_open' | 'misconfigured';
  readonly examples: number | null;
  /**
   * What is wrong and what to do about it; null when all is well. Also while it is reachable, when the breaker refuses work. `retryInMs`: when
   * the breaker lets work try again, 0 with the very next; null while it holds nothing back.
   */
  readonly problem: {
    readonly message: string;
    readonly suggestion: string;
    readonly retryInMs: number | null;
  } | null;
}

/**
 * The face recognition server, in our own words: CompreFace or the embedded engine, which nothing above this port can tell apart.
 * Every method but `addExample` and `status` throws `FaceEngineError`, which carries the same `EngineFailure`. A call that its signal ends
 * throws the signal's reason; an upload that its signal ends is `unknown` once it was sent, else `unavailable`. Names and ids that must
 * never be sent (blank, not ours, no UUID) throw a `DomainError` with the code VALIDATION_ERROR.
 */
export abstract class FaceEngine {
  /** How long after a call of unknown outcome the server may still store it, in ms. 0 for an engine that dies with its client. */
  abstract readonly settleMs: number;

  /** Creates the subject; one that is there already is success. */
  abstract createSubject(subject: string, signal?: AbortSignal): Promise<void>;

  /** Sends one JPEG with one face. Never throws for a failure of the engine: the outcome says which it was. */
  abstract addExample(subject: string, jpeg: Buffer, signal?: AbortSignal, start?: UploadStart): Promise<AddOutcome>;

  /** All examples of a subject, or of the whole collection, read to the last page; throws when the list does not hold still. */
  abstract listExamples(subject?: string, signal?: AbortSignal): Promise<ListedExample[]>;

  abstract listSubjects(signal?: AbortSignal): Promise<string[]>;

  /** The bytes that were sent for an example; null when the engine does not keep images or does not know the id. */
  abstract downloadExample(imageId: string, signal?: AbortSignal): Promise<Buffer | null>;

  /**
   * How similar an example is to each of some embeddings, 0..1 by the engine's own formula; costs no inference. Null when the id is unknown.
   */
  abstract similaritiesTo(
    imageId: string,
    embeddings: readonly (readonly number[])[],
    signal?: AbortSignal,
  ): Promise<number[] | null>;

  /** Removes examples by id; ids that are not there count as removed. */
  abstract removeExamples(imageIds: readonly string[], signal?: AbortSignal): Promise<void>;

  /**
   * Removes a subject of ours; one that is gone is success. Throws a `DomainError` when the name is not of our own pattern
   * (VALIDATION_ERROR), or when examples or a twin in other case are left (INVALID_STATE).
   */
  abstract removeEmptySubject(subject: string, signal?: AbortSignal): Promise<void>;

  /** Finds the faces in a JPEG and the nearest examples of each. No face is an empty list, not an error. */
  abstract recognize(jpeg: Buffer, options?: RecognizeOptions): Promise<Recognition>;

  /**
   * Resolves when the service answers with our key within 5 s; throws `FaceEngineError` otherwise. For who is about to work: it bypasses an
   * open breaker, and success closes it.
   */
  abstract probe(signal?: AbortSignal): Promise<void>;

  /**
   * Looks and reports; never throws for a failure of the engine. It leaves the breaker as it is, however often it is asked, but for
   * `misconfigured`, which a look that succeeds ends.
   */
  abstract status(): Promise<EngineStatus>;
}

export interface RecognizeOptions {
  /** How many examples to name for each face, 1..100; default 1. */
  readonly candidateCount?: number;
  readonly signal?: AbortSignal;
}
