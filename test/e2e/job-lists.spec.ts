import { DataSource } from 'typeorm';
import { Database } from '../../src/database/database.js';
import { insertRow } from '../../src/database/sql.js';
import { JobCounters } from '../../src/training/job-counters.js';
import { JOB_STATES, type JobState, TRAINING_TYPES, type TrainingType } from '../../src/training/job-state.js';
import { databases } from '../support/databases.js';
import { newTestApp, type TestApp } from '../support/new-test-app.js';
import { askedDuring, planOf } from '../support/query-plans.js';

interface AnyJob {
  readonly id: number;
  readonly personId: number;
  readonly trainingType: TrainingType;
  readonly state: JobState;
}

const LIMIT = 7;
const PERSONS = 3;
const FILTERS = [undefined, ...JOB_STATES].flatMap((status) =>
  [undefined, ...TRAINING_TYPES].map((type) => [status, type] as const),
);

describe.each(databases)('the list of jobs on $name', (database) => {
  let t: TestApp;
  let jobs: AnyJob[];
  beforeAll(async () => {
    t = await newTestApp({ database });
    jobs = [];
    // Every state and type several times over, and never in the same order; active jobs are each of another person.
    for (let i = 0; i < 120; i += 1) {
      const state = JOB_STATES[(i * 7 + Math.floor(i / 11)) % JOB_STATES.length]!;
      const isActive = state === 'pending' || state === 'running';
      jobs.push(await anyJob(isActive ? 100 + i : 1 + (i % PERSONS), TRAINING_TYPES[i % 4 === 0 ? 0 : i % 3]!, state));
    }
  });
  afterAll(() => t.close());

  async function anyJob(personId: number, trainingType: TrainingType, state: JobState): Promise<AnyJob> {
    return t.app.get(Database).write(async (em) => {
      const id = await insertRow(
        em,
        `INSERT INTO training_job (person_id, person_name, training_type, state, max_faces_per_batch, begun, run_at, epoch, attempt, crashes,
           outages, lease_until, faces_planned, faces_added, faces_removed, faces_unchanged, faces_failed, success_rate, training_time, queued_at)
         VALUES (?, 'Somebody', ?, ?, 50, 0, 0, 0, 0, 0, 0, 9000000000000, 0, 0, 0, 0, 0, 0, 0, '2026-01-15 12:00:00.000')`,
        [personId, trainingType, state],
      );
      const counted = { trainingType, state, successRate: 0, trainingTime: 0, retryOf: null };
      await t.app.get(JobCounters).move(em, null, counted);
      return { id, personId, trainingType, state };
    });
  }

  type Filter = Readonly<Record<string, string | number | undefined>>;

  function pathOf(filter: Filter): string {
    const given: Filter = { limit: LIMIT, ...filter };
    const parts = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
    return `/training/jobs?${parts.join('&')}`;
  }

  /** All pages, one after the other. */
  async function listed(filter: Filter): Promise<{ ids: number[]; total: number }> {
    const ids: number[] = [];
    let body: { jobs: { id: number }[]; total: number; next_cursor: number | null };
    let cursor: number | undefined;
    do {
      body = (await t.api.get(pathOf({ ...filter, cursor }))).body as typeof body;
      ids.push(...body.jobs.map(({ id }) => id));
      cursor = body.next_cursor ?? undefined;
      if (cursor !== undefined) expect(body.jobs).toHaveLength(LIMIT);
    } while (cursor !== undefined);
    return { ids, total: body.total };
  }

  it.each(FILTERS)(
    'has exactly the jobs in state %s and of type %s, newest first, and counts them',
    async (...filter) => {
      const [status, type] = filter;
      for (const person_id of [undefined, 2]) {
        const ids = jobs
          .filter(({ state }) => status === undefined || state === status)
          .filter(({ trainingType }) => type === undefined || trainingType === type)
          .filter(({ personId }) => person_id === undefined || personId === person_id)
          .map(({ id }) => id)
          .reverse();
        expect(await listed({ status, type, person_id })).toEqual({ ids, total: ids.length });
      }
    },
  );

  describe('is read by an index that leads to the page at once', () => {
    /** The steps that read jobs. */
    async function plan(filter: Filter): Promise<string[]> {
      const dataSource = t.app.get(DataSource);
      const asked = await askedDuring(dataSource, () => t.api.get(pathOf(filter)));
      const lists = asked.filter(({ sql }) => /FROM training_job[^;]*(ORDER BY id DESC LIMIT|COUNT)/s.test(sql));
      expect(lists.length).toBeGreaterThan(0);
      return (await Promise.all(lists.map((query) => planOf(dataSource, query))))
        .flat()
        .filter((step) => /training_job/.test(step));
    }
    const filters = FILTERS.filter(([status, type]) => status !== undefined || type !== undefined);

    it.each(filters)('in state %s and of type %s', async (status, type) => {
      const steps = await plan({ status, type, cursor: 100 });
      const [byIndex, byId] =
        database.name === 'SQLite'
          ? [
              'SEARCH training_job USING COVERING INDEX ix_training_job_listed (training_type=? AND state=? AND id<?)',
              'SEARCH training_job USING INTEGER PRIMARY KEY (rowid=?)',
            ]
          : ['training_job range ix_training_job_listed', 'training_job eq_ref PRIMARY'];
      expect(new Set(steps)).toEqual(new Set([byIndex, byId]));
    });

    it.each(filters)('of a person, in state %s and of type %s', async (status, type) => {
      const steps = await plan({ status, type, person_id: 2, cursor: 100 });
      for (const step of steps) expect(step).toContain('ix_training_job_person');
    });

    it('counting none of them, but those of a person', async () => {
      const asked = await askedDuring(t.app.get(DataSource), async () => {
        for (const [status, type] of FILTERS) await t.api.get(pathOf({ status, type }));
      });
      expect(asked.filter(({ sql }) => /COUNT.*training_job/is.test(sql))).toEqual([]);
    });
  });
});
