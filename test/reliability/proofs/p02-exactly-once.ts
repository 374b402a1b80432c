import type { SpawnedApp } from '../../support/spawn-app.js';
import { dieAt, KILL_POINTS, type KillPoint } from '../../support/kill-points.js';
import { Findings, type Proof, type ProofContext, type ProofResult } from '../proof.js';
import { pause, until } from '../rig/jobs.js';
import { type SeededPerson, someCrops } from '../rig/people.js';
import { Rig } from '../rig/rig.js';

const FACES = 60;
const BATCH = 16;
const PEOPLE = 6;
/** Reached many times in one job; the others once or twice. */
const OFTEN: ReadonlySet<KillPoint> = new Set(['during-upload', 'after-upload', 'during-record']);
/** The schedule looks every ten seconds, so that its place comes less often; kills from outside come at any time. */
const QUICK = KILL_POINTS.filter((point) => point !== 'after-slot');
const ROTATION = [...QUICK, 'random', 'after-slot', ...QUICK, 'random', ...QUICK, 'random'] as const;

export const exactlyOnce: Proof = {
  id: 'P2',
  promise: 'After any kill -9 each face is in CompreFace exactly once when its job is completed',
  grounds: ['SQLite', 'MariaDB'],
  run: async (context) => {
    const rig = await Rig.open(context.database, { fake: { capacity: 4, latencyMs: 5 } });
    try {
      return await new Kills(rig, context).all(context.count(100, 4));
    } finally {
      await rig.close();
    }
  },
};

/** On SQLite a killed process is started again; on MariaDB a second one that is never killed takes over as well. */
class Kills {
  private readonly findings = new Findings();
  private readonly killsAt = new Map<string, number>();
  private people: SeededPerson[] = [];
  private steady: SpawnedApp | null = null;
  private made = 0;
  private asked = 0;
  private jobs = 0;
  private newestJob = 0;
  private lastJob: { id: number; person: SeededPerson } | null = null;

  constructor(
    private readonly rig: Rig,
    private readonly context: ProofContext,
  ) {}

  async all(kills: number): Promise<ProofResult> {
    const first = await this.rig.spawn();
    this.people = await this.rig.seed(PEOPLE, await someCrops(FACES));
    const sql = await this.rig.sql();
    await sql.run('UPDATE installation SET first_started_at = 0');
    if (sql.kind === 'mariadb') this.steady = first;
    else await first.kill();
    const start = Math.floor(this.context.random() * ROTATION.length);
    for (let turn = start; this.made < kills; turn += 1) {
      await this.oneKill(ROTATION[turn % ROTATION.length]!);
      this.context.progress(`${this.made} of ${kills} kills`);
    }
    await this.recover(false);
    this.findings.fail(...(await this.rig.violations()));
    return this.report();
  }

  /** A service that takes up what the kill before has left may die before anything else is asked of it. */
  private async oneKill(point: KillPoint | 'random'): Promise<void> {
    const nth = point !== 'random' && OFTEN.has(point) ? 1 + Math.floor(this.context.random() * 40) : 1;
    const armed = point === 'random' ? {} : dieAt(point, nth);
    const schedule = point === 'after-slot' ? { TRAINING_SCHEDULE_ENABLED: 'true' } : {};
    const app = await this.rig.spawn({ ...armed, ...schedule }).catch(() => null);
    // It may die while it starts, of the job that it takes up again.
    if (app === null) {
      this.noteKill(point);
      return this.recover();
    }
    await this.provoke(app, point);
    if (point === 'random') {
      await pause(this.context.random() * 600);
      await app.kill();
    }
    const inTime = point === 'after-slot' ? pause(14_000) : this.jobEnded();
    const died = await Promise.race([app.ended.then(() => true), inTime.then(() => false)]);
    if (!died) await app.kill();
    if (died || point === 'random') this.noteKill(point);
    await this.recover();
  }

  private async provoke(app: SpawnedApp, point: KillPoint | 'random'): Promise<void> {
    const person = this.people[this.asked % PEOPLE]!;
    this.asked += 1;
    const config = { minFacesThreshold: 1, maxFacesPerBatch: BATCH };
    const sql = await this.rig.sql();
    if (point === 'after-slot') await sql.run('DELETE FROM cron_slot');
    const answer = await app.api
      .post(`/persons/${person.id}/train`, { trainingType: 'full', config })
      .catch(() => null);
    this.lastJob = answer?.status === 202 ? { id: answer.body.trainingId as number, person } : null;
    if (point === 'during-cleanup') {
      await app.api.post('/training/cleanup', { daysToKeep: 0 }).catch(() => undefined);
    }
  }

  private async jobEnded(): Promise<void> {
    const sql = await this.rig.sql();
    await until(
      async () => (await sql.all("SELECT id FROM training_job WHERE state IN ('pending', 'running')")).length === 0,
      15_000,
      'the job neither ended nor killed its process',
    ).catch(() => undefined);
  }

  /** A process that nobody kills brings everything to its end; what CompreFace has then is compared. */
  private async recover(again = true): Promise<void> {
    const app = this.steady ?? (await this.rig.spawn());
    const sql = await this.rig.sql();
    // A job that was queued and not begun when its process died waits to be asked for.
    await app.api.post('/training/process-queue', { config: { wait: false } });
    await until(
      async () => (await sql.all("SELECT id FROM training_job WHERE state IN ('pending', 'running')")).length === 0,
      30_000,
      async () =>
        `not recovered: ${JSON.stringify(await sql.all('SELECT * FROM training_job ORDER BY id DESC LIMIT 2'))}`,
    );
    await this.compare();
    if (this.steady) return;
    if (again) {
      // The next kill costs no start: it comes at any time of another job.
      await this.provoke(app, 'random');
      await pause(this.context.random() * 700);
      this.noteKill('random');
    }
    await app.kill();
  }

  private async compare(): Promise<void> {
    const { lastJob } = this;
    const sql = await this.rig.sql();
    const [added] = await sql.all<{ n: number; newest: number | null }>(
      'SELECT COUNT(*) AS n, MAX(id) AS newest FROM training_job WHERE id > ?',
      [this.newestJob],
    );
    this.jobs += added?.n ?? 0;
    this.newestJob = added?.newest ?? this.newestJob;
    if (!lastJob) return;
    const [job] = await sql.all<{ state: string; faces_added: number }>(
      'SELECT state, faces_added FROM training_job WHERE id = ?',
      [lastJob.id],
    );
    if (job)
      this.findings.expect(
        job.state === 'completed' && job.faces_added === FACES,
        `job ${lastJob.id} ended ${job.state} with ${job.faces_added} of ${FACES}`,
      );
    await this.rig.fake.settled();
    const examples = (await this.rig.fake.store()).examples.filter(({ subject }) => subject === lastJob.person.subject);
    const hashes = new Set(examples.map(({ sha256 }) => sha256));
    this.findings.expect(hashes.size === FACES, `job ${lastJob.id}: ${FACES - hashes.size} examples were lost`);
    this.findings.expect(
      examples.length === hashes.size,
      `job ${lastJob.id}: ${examples.length - hashes.size} duplicates`,
    );
  }

  private noteKill(point: string): void {
    this.made += 1;
    this.killsAt.set(point, (this.killsAt.get(point) ?? 0) + 1);
  }

  private async report(): Promise<ProofResult> {
    const uploads = (await this.rig.fake.requests()).counts.addFace;
    const kills = this.made;
    const extra = uploads - this.jobs * FACES;
    const { findings } = this;
    findings.expect(extra <= kills * BATCH, `${extra} uploads too many for ${kills} kills of batches of ${BATCH}`);
    findings.remark(
      `${this.jobs} full trainings of ${FACES} faces; uploads sent again: ${extra} in all, at most ${BATCH} a kill allowed`,
    );
    findings.remark(`kills: ${[...this.killsAt].map(([point, n]) => `${point} ${n}`).join(', ')}`);
    return findings.result(kills);
  }
}
