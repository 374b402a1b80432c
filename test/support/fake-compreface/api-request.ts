import type { Collection } from './collection.js';
import type { CoreQueue } from './core-queue.js';
import type { FaceDetector } from './detected-faces.js';
import type { Reply } from './replies.js';
import type { Match } from './routes.js';
import type { CalculatorName } from './similarity.js';

/** A request with its body read. */
export interface ApiRequest extends Match {
  readonly query: URLSearchParams;
  readonly contentType: string;
  readonly accept: string;
  readonly body: Buffer;
}

/** What the answers work with; one per fake server. */
export interface ApiContext {
  readonly collection: Collection;
  readonly core: CoreQueue;
  readonly detector: FaceDetector;
  readonly calculator: CalculatorName;
  readonly readTimeoutMs: number;
  readonly savesImages: boolean;
  readonly random: () => number;
  /** Requests that wiped the collection or might have. */
  readonly wipes: string[];
}

export type Answer = (request: ApiRequest, context: ApiContext) => Promise<Reply> | Reply;

/** A parameter from the query or the form; one that comes twice is joined with a comma, as Spring does. */
export function parameter(name: string, query: URLSearchParams, fields?: ReadonlyMap<string, string>): string | null {
  const values = [...query.getAll(name), ...(fields?.has(name) ? [fields.get(name) ?? ''] : [])];
  return values.length === 0 ? null : values.join(',');
}

export function isReply(value: object): value is Reply {
  return 'status' in value && 'headers' in value;
}
