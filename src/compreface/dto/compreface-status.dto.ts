/** What is wrong with CompreFace, and what to do about it. */
export class CompreFaceProblem {
  /** @example 'Failed to connect to CompreFace service' */
  message!: string;

  /** @example 'Check if CompreFace is running' */
  suggestion!: string;
}

/** What is known of CompreFace at this moment; the API key is in no field. */
export class CompreFaceStatusAnswer {
  /** @example true */
  reachable!: boolean;

  /** @example 'http://compreface-ui:80' */
  url!: string;

  /**
   * Whether it is the engine inside this service.
   * @example false
   */
  embedded!: boolean;

  /** @example '1.2.0' */
  version!: string | null;

  /**
   * The model that makes the embeddings, once it is known.
   * @example 'facenet.Calculator'
   */
  calculator!: string | null;

  /**
   * Of the probe that was just made, in ms; null when it failed.
   * @example 12
   */
  latency!: number | null;

  /**
   * How many uploads may be under way at once; it adapts to how fast CompreFace answers.
   * @example 4
   */
  concurrency_limit!: number;

  /**
   * closed: calls go through. open, half_open: it is away, and tried again by itself. misconfigured: a setting must be changed.
   * @example 'closed'
   */
  state!: 'closed' | 'open' | 'half_open' | 'misconfigured';

  /**
   * Examples behind our API key, those of others included; 0 while it is away.
   * @example 240
   */
  examples!: number;

  problem!: CompreFaceProblem | null;
}
