/** Decisions that were made together, and can be taken back together. */
export class RecognitionBatchRecord {
  /** @example 7 */
  id!: number;

  /**
   * photo: one photo that was sent. auto_recognize: a call of that route. after_training: waiting faces, looked at again by themselves.
   * @example 'photo'
   */
  kind!: 'photo' | 'auto_recognize' | 'after_training';

  /**
   * Faces that it assigned without asking.
   * @example 3
   */
  assigned!: number;

  /** @example '2023-06-17T09:00:00.000Z' */
  created_at!: Date;

  /**
   * When it was taken back; null if it was not.
   * @example null
   */
  undone_at!: Date | null;
}

/** A page of batches, newest first. */
export class RecognitionBatchListAnswer {
  batches!: RecognitionBatchRecord[];

  /** @example 42 */
  total!: number;
}

/** A batch was taken back. */
export class RecognitionBatchUndoneAnswer {
  /** @example true */
  success!: boolean;

  /** @example '2 of 3 assignments taken back; the others were confirmed or changed since' */
  message!: string;

  batch!: RecognitionBatchRecord;

  /**
   * Faces that wait for review again.
   * @example 2
   */
  faces_taken_back!: number;

  /**
   * pending: examples of those faces leave the collection in a moment, by themselves.
   * @example 'done'
   */
  withdrawal!: 'done' | 'pending';
}
