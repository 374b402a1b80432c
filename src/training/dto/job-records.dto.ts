/** An error of a job. */
export class JobErrorRecord {
  /** @example 'EXTERNAL_SERVICE_ERROR' */
  code!: string;

  /** @example 'Failed to connect to CompreFace service' */
  message!: string;
}

/** How far a job is. */
export class JobProgress {
  /** @example 15 */
  total!: number;

  /**
   * Faces whose outcome is known.
   * @example 6
   */
  done!: number;

  /** @example 0 */
  failed!: number;

  /** @example 40 */
  percent!: number;
}

/** A training job as the API shows it. */
export class JobRecord {
  /** @example 1 */
  id!: number;

  /** @example 5 */
  person_id!: number;

  /** @example 'John Doe' */
  person_name!: string;

  /** @example 'full' */
  training_type!: 'full' | 'incremental' | 'validation';

  /**
   * completed: the collection holds what the job was to put there. failed: not one face could be trained, or our own work broke three
   * times. While CompreFace is away a job stays pending and shows its last error.
   * @example 'completed'
   */
  status!: 'pending' | 'running' | 'completed' | 'failed' | 'cancelled';

  /**
   * Why automatic training queued it.
   * @example null
   */
  reason!: string | null;

  /**
   * Of a pending or running job: faces planned. Of an ended one: faces trained.
   * @example 15
   */
  faces_trained_count!: number;

  /** @example 15 */
  faces_added!: number;

  /** @example 0 */
  faces_removed!: number;

  /** @example 0 */
  faces_unchanged!: number;

  /** @example 0 */
  faces_failed!: number;

  /**
   * Per cent of the planned faces that are trained.
   * @example 100
   */
  success_rate!: number;

  /**
   * Active work in ms, summed over the attempts.
   * @example 5200
   */
  training_time!: number;

  /** @example 1 */
  attempt!: number;

  /**
   * The failed job that this one retries.
   * @example null
   */
  retry_of!: number | null;

  error!: JobErrorRecord | null;

  /** @example '2023-06-17T09:54:50.000Z' */
  queued_at!: Date;

  /**
   * When work began; of a pending job when it was queued.
   * @example '2023-06-17T09:54:55.000Z'
   */
  started_at!: Date;

  /** @example '2023-06-17T09:55:00.000Z' */
  completed_at!: Date | null;

  progress!: JobProgress | null;
}

/** Something that happened to a job. */
export class JobEventRecord {
  /** @example '2023-06-17T09:55:00.000Z' */
  at!: Date;

  /** @example 'completed' */
  event!: string;

  /** @example null */
  detail!: string | null;
}

/** Why a face has its outcome. */
export class FaceReason {
  /** @example 'NO_FACE' */
  code!: string;

  /** @example 'CompreFace finds no face in the crop: use a sharper or larger photo' */
  message!: string;
}

/** What a job did with one face. */
export class JobFaceRecord {
  /** @example 12 */
  face_id!: number;

  /**
   * null while it is open. rejected: the photo is at fault. failed: it is not.
   * @example 'added'
   */
  outcome!: 'added' | 'unchanged' | 'removed' | 'rejected' | 'failed' | null;

  reason!: FaceReason | null;
}

/** A job with all that happened. */
export class JobDetailRecord extends JobRecord {
  events!: JobEventRecord[];

  /** At most 200, those with a reason first. */
  faces!: JobFaceRecord[];

  /** @example 15 */
  faces_total!: number;

  /** What a validation job measured. */
  result!: Record<string, unknown> | null;
}
