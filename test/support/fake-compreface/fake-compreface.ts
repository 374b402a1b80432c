import type { Pace } from './core-queue.js';
import type { FaultRule } from './faults.js';
import type { RequestReport } from './request-log.js';
import type { CalculatorName } from './similarity.js';

export interface FakeCompreFaceOptions {
  /** Everything random (ids, order of lists, probabilities) follows from it; default `fake`. */
  readonly seed?: string;
  /** A UUID; default: from the seed. */
  readonly apiKey?: string;
  /** 0, the default, takes a free port. */
  readonly port?: number;
  /** Photos that the core works on at once (CompreFace: 2 by default; here 8) and ms for each (default 0). */
  readonly capacity?: number;
  readonly latencyMs?: number;
  /** How long the API waits for the core before it answers 500/41; default 60,000 as CompreFace. */
  readonly readTimeoutMs?: number;
  readonly calculator?: CalculatorName;
  /** `SAVE_IMAGES_TO_DB`; default true. */
  readonly savesImages?: boolean;
}

/** What is in the fake's database. */
export interface StoreReport {
  readonly subjects: readonly string[];
  /** With the SHA-256 of the stored bytes; null when images are not stored. */
  readonly examples: readonly { readonly imageId: string; readonly subject: string; readonly sha256: string | null }[];
  /** Image bytes whose example is gone with its subject (CompreFace's issue 1300). */
  readonly orphanImages: readonly { readonly imageId: string; readonly sha256: string }[];
  /** Requests that wiped the collection, or that might have: must stay empty. */
  readonly wipes: readonly string[];
}

/** Reading and steering a fake CompreFace, in this process or in one of its own. */
export interface FakeCompreFace {
  /** For `COMPREFACE_URL`: without `/api/v1`. */
  readonly url: string;
  readonly apiKey: string;
  store(): Promise<StoreReport>;
  requests(): Promise<RequestReport>;
  /** Adds a fault; the first rule that matches a request wins. */
  script(rule: FaultRule): Promise<void>;
  clearScript(): Promise<void>;
  setPace(pace: Partial<Pace>): Promise<void>;
  /** Changes the model's name and formula, as a CompreFace that was replaced by another build. */
  setCalculator(calculator: CalculatorName): Promise<void>;
  /** Stores an example of one face as somebody else would, outside the log and the script. Returns its id. */
  addForeignExample(subject: string, photoBase64: string): Promise<string>;
  /** Resolves when every request has been answered or left, and every late effect has happened. */
  settled(): Promise<void>;
  /** Forgets requests only. */
  clearRequests(): Promise<void>;
  /** Empties the collection, the log and the script, and sets pace and calculator back. */
  reset(): Promise<void>;
  close(): Promise<void>;
}
