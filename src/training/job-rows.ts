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
  | 'runAt'
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
  error_code AS errorCode, error_message AS errorMessage, run_at AS runAt, queued_at AS queuedAt, started_at AS startedAt, completed_at AS completedAt`;

/** Reads jobs as they are, without making entities of them: a list shows some hundred of them at a time. */
export async function readJobs(db: Database, rest: string, parameters: readonly SqlValue[]): Promise<ShownJob[]> {
  return (await select<Row>(db.reader, `SELECT ${COLUMNS} FROM training_job ${rest}`, parameters)).map(readRow);
}

/** The states that the queue shows, each with the order in which it shows them. */
const SHOWN_STATES = {
  pending: 'run_at, id',
  running: 'run_at, id',
  completed: 'completed_at DESC, id DESC',
  failed: 'completed_at DESC, id DESC',
} as const;
export type QueuedState = keyof typeof SHOWN_STATES;

/**
 * Reads the first jobs of each state, in the order in which the queue shows them.
 * One statement, so that no job is in two lists, and a database on another machine is one round trip away.
 */
export async function readQueue(db: Database, limit: number): Promise<ShownJob[]> {
  const lists = Object.entries(SHOWN_STATES).map(([state, order]) => {
    const list = `(SELECT ${COLUMNS} FROM training_job WHERE state = '${state}' ORDER BY ${order} LIMIT ?)`;
    // SQLite takes no union of lists with an order of their own; MySQL and MariaDB would copy each one that is selected from.
    return db.type === 'sqlite' ? `SELECT * FROM ${list} ${state}` : list;
  });
  const rows = await select<Row>(
    db.reader,
    lists.join(' UNION ALL '),
    lists.map(() => limit),
  );
  // A union promises no order.
  return rows.map(readRow).sort(inOrder);
}

/** The row itself becomes the job: hundreds of copies for each look at the queue would keep the garbage collector busy. */
function readRow(row: Row): ShownJob {
  return Object.assign(row, {
    // Never null in the table.
    queuedAt: readTime(row.queuedAt) ?? new Date(0),
    startedAt: readTime(row.startedAt),
    completedAt: readTime(row.completedAt),
  });
}

function inOrder(a: ShownJob, b: ShownJob): number {
  if (a.completedAt && b.completedAt) return b.completedAt.getTime() - a.completedAt.getTime() || b.id - a.id;
  return a.runAt - b.runAt || a.id - b.id;
}
