import type { AnalyseOptions, Analysis } from '../face-analyser.js';

/** What the pool sends to a thread; one at a time. */
export interface AnalyseRequest {
  /** An encoded image. A Buffer arrives as a plain Uint8Array. */
  readonly image: Uint8Array;
  readonly options: AnalyseOptions;
}

/** What the thread answers. Error classes do not survive the way between threads, hence the kinds. */
export type AnalyseReply =
  | { readonly kind: 'analysed'; readonly analysis: Analysis }
  | { readonly kind: 'unreadable'; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string };
