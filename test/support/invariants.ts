import type { PlainSql } from '../reliability/rig/plain-sql.js';
import type { StoreReport } from './fake-compreface/fake-compreface.js';

export interface InvariantOptions {
  /** How long a lease may have been over before somebody takes the job back, in ms. */
  readonly reapSlackMs?: number;
  /** Image ids that others put into the collection. */
  readonly foreign?: readonly string[];
}

/**
 * What must hold whenever nothing is being written: read-only, past the application's code. Returns what does not, in words.
 * (a) one active job a person, (b) no dead lease, (c) ended means dated, (d) the kept sums are right, (e) ledger and collection agree,
 * (f) epochs rise and events follow the life cycle, (g) one execution for each claim; and nothing ever wiped the collection.
 */
export async function brokenInvariants(
  sql: PlainSql,
  store: StoreReport,
  options: InvariantOptions = {},
): Promise<string[]> {
  return [
    ...(await twoActiveJobs(sql)),
    ...(await deadLeases(sql, options.reapSlackMs ?? 1_500)),
    ...(await undatedEndings(sql)),
    ...(await wrongCounters(sql)),
    ...(await wrongCollections(sql, store, new Set(options.foreign ?? []))),
    ...(await wrongHistories(sql)),
    ...store.wipes.map((wipe) => `the collection was wiped: ${wipe}`),
  ];
}

async function twoActiveJobs(sql: PlainSql): Promise<string[]> {
  const rows = await sql.all<{ person_id: number; n: number }>(
    "SELECT person_id, COUNT(*) AS n FROM training_job WHERE state IN ('pending', 'running') GROUP BY person_id HAVING COUNT(*) > 1",
  );
  return rows.map(({ person_id, n }) => `person ${person_id} has ${n} active jobs`);
}

async function deadLeases(sql: PlainSql, slackMs: number): Promise<string[]> {
  const rows = await sql.all<{ id: number }>(
    `SELECT id FROM training_job WHERE state = 'running' AND (lease_until IS NULL OR lease_until < ${sql.now} - ${slackMs})`,
  );
  return rows.map(({ id }) => `job ${id} is running with a lease that is long over`);
}

async function undatedEndings(sql: PlainSql): Promise<string[]> {
  const rows = await sql.all<{ id: number; state: string }>(
    `SELECT id, state FROM training_job
     WHERE (completed_at IS NULL AND state IN ('completed', 'failed', 'cancelled'))
        OR (completed_at IS NOT NULL AND state IN ('pending', 'running'))
        OR (owner IS NOT NULL AND state <> 'running')`,
  );
  return rows.map(({ id, state }) => `job ${id} is ${state} and its dates or owner say otherwise`);
}

async function wrongCounters(sql: PlainSql): Promise<string[]> {
  const counted = new Map<string, number>();
  const rows = await sql.all<{ metric: string; value: number | string }>(
    'SELECT metric, SUM(value) AS value FROM kept_sum GROUP BY metric',
  );
  rows.forEach(({ metric, value }) => counted.set(metric, Number(value)));
  const recounted = await recount(sql);
  return [...counted].flatMap(([metric, value]) => {
    const right = recounted.get(metric) ?? 0;
    return Math.abs(value - right) < 0.01 ? [] : [`the sum ${metric} is kept as ${value}, a recount gives ${right}`];
  });
}

async function recount(sql: PlainSql): Promise<Map<string, number>> {
  const rows = await sql.all<
    Record<'state' | 'training_type', string> & Record<'n' | 'rates' | 'times' | 'retries', number | string>
  >(
    `SELECT state, training_type, COUNT(*) AS n, SUM(success_rate) AS rates, SUM(training_time) AS times, COUNT(retry_of) AS retries
     FROM training_job GROUP BY state, training_type`,
  );
  const sums = new Map<string, number>();
  const add = (metric: string, value: number | string): void => {
    sums.set(metric, (sums.get(metric) ?? 0) + Number(value));
  };
  for (const { state, training_type, n, rates, times, retries } of rows) {
    add(`all_${state}`, n);
    if (training_type === 'validation') continue;
    add(`training_${state}`, n);
    if (training_type === 'full') add(`full_${state}`, n);
    add('training_retries', retries);
    if (state === 'completed' || state === 'failed') add('training_rate_sum', rates);
    if (state === 'completed') add('training_time_sum', times);
  }
  const [persons] = await sql.all<{ n: number; trained: number }>(
    'SELECT COUNT(*) AS n, COUNT(CASE WHEN example_count > 0 THEN 1 END) AS trained FROM person',
  );
  add('persons_all', persons?.n ?? 0);
  add('persons_trained', persons?.trained ?? 0);
  return sums;
}

interface PresentRow {
  readonly subject: string;
  readonly image_id: string;
  readonly content_hash: string;
}

/** Of the people whose last job was completed: recorded ids are the listed ids, the hashes are equal, and no content is there twice. */
async function wrongCollections(sql: PlainSql, store: StoreReport, foreign: ReadonlySet<string>): Promise<string[]> {
  const people = await sql.all<{ subject: string }>(
    `SELECT p.subject FROM person p JOIN training_job j ON j.person_id = p.id
     WHERE j.state = 'completed' AND j.training_type <> 'validation'
       AND j.id = (SELECT MAX(l.id) FROM training_job l WHERE l.person_id = p.id)`,
  );
  const present = await sql.all<PresentRow>(
    "SELECT p.subject, e.image_id, e.content_hash FROM example e JOIN person p ON p.id = e.person_id WHERE e.state = 'present'",
  );
  const recorded = grouped(present, ({ subject }) => subject);
  const listed = grouped(
    store.examples.filter(({ imageId }) => !foreign.has(imageId)),
    ({ subject }) => subject,
  );
  return people.flatMap(({ subject }) => {
    const rows = recorded.get(subject) ?? [];
    const examples = listed.get(subject) ?? [];
    const expected = rows.map(({ image_id, content_hash }) => `${image_id} ${content_hash}`).sort();
    const found = examples.map(({ imageId, sha256 }) => `${imageId} ${sha256 ?? ''}`).sort();
    const twice = examples.length - new Set(examples.map(({ sha256 }) => sha256)).size;
    return [
      ...(expected.join() === found.join()
        ? []
        : [
            `${subject}: the ledger has ${rows.length} examples, the collection ${examples.length}, and they are not the same`,
          ]),
      ...(twice > 0 ? [`${subject}: ${twice} contents are in the collection twice`] : []),
    ];
  });
}

const NEXT: Readonly<Record<string, readonly string[]>> = {
  '': ['queued'],
  queued: ['started', 'cancelled'],
  started: ['waiting', 'taken_back', 'completed', 'failed', 'cancelled'],
  waiting: ['started', 'cancelled'],
  taken_back: ['started', 'cancelled'],
  completed: [],
  failed: [],
  cancelled: [],
};

async function wrongHistories(sql: PlainSql): Promise<string[]> {
  const events = await sql.all<{ job_id: number; epoch: number; event: string }>(
    'SELECT job_id, epoch, event FROM job_event ORDER BY job_id, id',
  );
  const complaints: string[] = [];
  let [job, state, epoch] = [0, '', 0];
  for (const row of events) {
    if (row.job_id !== job) [job, state, epoch] = [row.job_id, '', 0];
    if (row.epoch < epoch) complaints.push(`job ${job}: the epoch fell from ${epoch} to ${row.epoch}`);
    if (row.event === 'started' && row.epoch === epoch) complaints.push(`job ${job}: two executions of epoch ${epoch}`);
    epoch = row.epoch;
    if (!(row.event in NEXT)) continue;
    if (!NEXT[state]?.includes(row.event)) complaints.push(`job ${job}: ${row.event} after ${state || 'nothing'}`);
    state = row.event;
  }
  return complaints;
}

function grouped<T>(values: readonly T[], key: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const group = groups.get(key(value));
    if (group) group.push(value);
    else groups.set(key(value), [value]);
  }
  return groups;
}
