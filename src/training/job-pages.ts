import type { Database } from '../database/database.js';
import { select, type SqlValue } from '../database/sql.js';
import type { ListJobsQuery } from './dto/training-requests.dto.js';
import { readJobs, type ShownJob } from './job-rows.js';
import { JOB_STATES, TRAINING_TYPES } from './job-state.js';

/** Above every id. */
const ABOVE_ALL = 2_147_483_648;

type JobFilter = Pick<ListJobsQuery, 'status' | 'type'>;

/** The jobs of a page, newest first, and one more when there is another page. */
export function jobPage(db: Database, query: ListJobsQuery): Promise<ShownJob[]> {
  if (query.person_id !== undefined) return ofPerson(db, query.person_id, query);
  if (query.status || query.type) return filtered(db, query);
  return readJobs(db, 'WHERE id < ? ORDER BY id DESC LIMIT ?', boundsOf(query));
}

/** How many jobs of one person meet the filter. */
export async function countOfPerson(db: Database, personId: number, filter: JobFilter): Promise<number> {
  const [jobs, values] = jobsOfPerson(db, personId, filter);
  const [row] = await select<{ n: number | string }>(
    db.reader,
    `SELECT COUNT(*) AS n FROM training_job ${jobs}`,
    values,
  );
  return Number(row?.n ?? 0);
}

function ofPerson(db: Database, personId: number, query: ListJobsQuery): Promise<ShownJob[]> {
  const [jobs, values] = jobsOfPerson(db, personId, query);
  return readJobs(db, `${jobs} AND id < ? ORDER BY id DESC LIMIT ?`, [...values, ...boundsOf(query)]);
}

/** By the index on the person, whatever is asked for besides: of one state or type there may be many more jobs. */
function jobsOfPerson(db: Database, personId: number, { status, type }: JobFilter): [string, SqlValue[]] {
  const conditions = ['person_id = ?', ...(status ? ['state = ?'] : []), ...(type ? ['training_type = ?'] : [])];
  const values = [personId, ...(status ? [status] : []), ...(type ? [type] : [])];
  return [`${db.byIndex('ix_training_job_person')} WHERE ${conditions.join(' AND ')}`, values];
}

/**
 * The newest of each type and state that is asked for, of which the page is the newest: one index serves every filter. The index is named,
 * as MariaDB would pass over all newer jobs again for each page.
 */
function filtered(db: Database, query: ListJobsQuery): Promise<ShownJob[]> {
  const kinds = (query.type ? [query.type] : TRAINING_TYPES).flatMap((type) =>
    (query.status ? [query.status] : JOB_STATES).map((state) => [type, state] as const),
  );
  const newest = `SELECT id FROM (SELECT id FROM training_job ${db.byIndex('ix_training_job_listed')}
    WHERE training_type = ? AND state = ? AND id < ? ORDER BY id DESC LIMIT ?) AS newest`;
  return readJobs(
    db,
    `JOIN (${kinds.map(() => newest).join(' UNION ALL ')}) AS page USING (id) ORDER BY id DESC LIMIT ?`,
    [...kinds.flatMap((kind) => [...kind, ...boundsOf(query)]), query.limit + 1],
  );
}

function boundsOf({ cursor, limit }: ListJobsQuery): [number, number] {
  return [cursor ?? ABOVE_ALL, limit + 1];
}
