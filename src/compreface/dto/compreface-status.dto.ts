/** What is wrong with CompreFace, and what to do about it. */
export class CompreFaceProblem {
  /** @example 'Failed to connect to CompreFace service' */
  message!: string;

  /** @example 'Check if CompreFace is running' */
  suggestion!: string;

  /**
   * In how many ms work is tried again by itself, 0 with the next that comes; null while nothing holds it back.
   * @example 27000
   */
  retry_in!: number | null;
}

/** What is known of CompreFace at this moment; the API key is in no field. */
export class CompreFaceStatusAnswer {
  /**
   * Whether CompreFace answers now. Work may be held back all the same, for what it met last: see `state` and `problem`.
   * @example true
   */
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
   * Of the question that was just asked, in ms; null when it failed.
   * @example 12
   */
  latency!: number | null;

  /**
   * How many uploads may be under way at once; it adapts to how fast CompreFace answers.
   * @example 4
   */
  concurrency_limit!: number;

  /**
   * closed: calls go through. open, half_open: it is away or asked for a pause, and is tried again by itself. misconfigured: a setting must
   * be changed.
   * @example 'closed'
   */
  state!: 'closed' | 'open' | 'half_open' | 'misconfigured';

  /**
   * Examples behind our API key, those of others included; 0 while it is away.
   * @example 240
   */
  examples!: number;

  /** What was met just now, or else what work is held back for; null when all is well. */
  problem!: CompreFaceProblem | null;
}
