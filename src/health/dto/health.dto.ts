/** The process lives. */
export class LiveAnswer {
  /** @example 'ok' */
  status!: string;
}

/** Whether the service can take requests. */
export class ReadyAnswer {
  /** @example 'ok' */
  status!: string;

  /** @example 'up' */
  database!: string;

  /**
   * away: it does not answer, or work is held back for what it met last; uploads wait and trainings stay pending; the service itself is ready all the same.
   * @example 'up'
   */
  compreface!: 'up' | 'away';

  /**
   * differs: many persons have lost examples in CompreFace, and nothing is mended by itself; see `/api/compreface/consistency`.
   * @example 'ok'
   */
  collection!: 'ok' | 'differs';
}
