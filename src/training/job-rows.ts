import type { Database } from '../database/database.js';
import { readTime, select, type SqlValue } from '../database/sql.js';
import type { TrainingJob } from './entities/training-job.entity.js';

/** What the API shows of a job. */
export type ShownJob = Pick<
  TrainingJob,
  | 'id'
  | 'personId'
  | 'personName'
  | 'trainingType'
  | 'state'
  | 'reason'
  | 'facesPlanned'
  | 'facesAdded'
  | 'facesRemoved'
  | 'facesUnchanged'
  | 'facesFailed'
  | 'successRate'
  | 'trainingTime'
  | 'attempt'
  | 'retryOf'
  | 'errorCode'
  | 'errorMessage'
  | 'queuedAt'
  | 'startedAt'
  | 'completedAt'
>;

type Row = Omit<ShownJob, 'queuedAt' | 'startedAt' | 'completedAt'> & {
  readonly queuedAt: Date | string;
  readonly startedAt: Date | string | null;
  readonly completedAt: Date | string | null;
};

const COLUMNS = `id, person_id AS personId, person_name AS personName, training_type AS trainingType, state, reason,
  faces_planned AS facesPlanned, faces_added AS facesAdded, faces_removed AS facesRemoved, faces_unchanged AS facesUnchanged,
  faces_failed AS facesFailed, success_rate AS successRate, training_time AS trainingTime, attempt, retry_of AS retryOf,
  error_code AS errorCode, error_message AS errorMessage, queued_at AS queuedAt, started_at AS startedAt, completed_at AS completedAt`;

/** Reads jobs as they are, without making entities of them: the queue shows some hundred of them at a time. */
export async function readJobs(db: Database, rest: string, parameters: readonly SqlValue[]): Promise<ShownJob[]> {
  const rows = await select<Row>(db.reader, `SELECT ${COLUMNS} FROM training_job ${rest}`, parameters);
  return rows.map((row) => ({
    ...row,
    // Never null in the table.
    queuedAt: readTime(row.queuedAt) ?? new Date(0),
    startedAt: readTime(row.startedAt),
    completedAt: readTime(row.completedAt),
  }));
}
