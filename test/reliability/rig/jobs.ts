import type { PlainSql } from './plain-sql.js';

export interface JobRow {
  readonly id: number;
  readonly person_id: number;
  readonly state: string;
  readonly epoch: number;
  readonly attempt: number;
  readonly crashes: number;
  readonly faces_added: number;
  readonly faces_failed: number;
  readonly error_code: string | null;
}

const COLUMNS = 'id, person_id, state, epoch, attempt, crashes, faces_added, faces_failed, error_code';

export async function jobRow(sql: PlainSql, id: number): Promise<JobRow> {
  const [row] = await sql.all<JobRow>(`SELECT ${COLUMNS} FROM training_job WHERE id = ?`, [id]);
  if (!row) throw new Error(`there is no job ${id}`);
  return row;
}

export function jobRows(sql: PlainSql): Promise<JobRow[]> {
  return sql.all<JobRow>(`SELECT ${COLUMNS} FROM training_job ORDER BY id`);
}

/** How many events of this name there are, of one job or of all. */
export async function countEvents(sql: PlainSql, event: string, jobId?: number): Promise<number> {
  const [row] = await sql.all<{ n: number }>(
    `SELECT COUNT(*) AS n FROM job_event WHERE event = ? ${jobId === undefined ? '' : 'AND job_id = ?'}`,
    jobId === undefined ? [event] : [event, jobId],
  );
  return row?.n ?? 0;
}

/** Waits until no job is pending or running; throws with what is left. */
export async function untilIdle(sql: PlainSql, timeoutMs: number): Promise<void> {
  await until(
    async () =>
      (await sql.all("SELECT id FROM training_job WHERE state IN ('pending', 'running') LIMIT 1")).length === 0,
    timeoutMs,
    async () => {
      const left = await sql.all(
        `SELECT id, person_id, state, attempt, crashes, begun, error_code, run_at - ${sql.now} AS due_in
         FROM training_job WHERE state IN ('pending', 'running') LIMIT 5`,
      );
      return `jobs do not end: ${JSON.stringify(left)}`;
    },
  );
}

/** Looks every 20 ms until it holds; throws with the complaint after the time-out. */
export async function until(
  holds: () => Promise<boolean>,
  timeoutMs: number,
  complaint: string | (() => Promise<string>),
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(typeof complaint === 'string' ? complaint : await complaint());
    await pause(20);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
