import type { AnalyseOptions, Analysis } from '../face-analyser.js';

/** What the pool sends to a worker process; one at a time. */
export interface AnalyseRequest {
  /** An encoded image. */
  readonly image: Buffer;
  readonly options: AnalyseOptions;
}

/** What the process answers. Error classes do not survive the way between processes, hence the kinds. */
export type AnalyseReply =
  | { readonly kind: 'analysed'; readonly analysis: Analysis }
  | { readonly kind: 'unreadable'; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string };
