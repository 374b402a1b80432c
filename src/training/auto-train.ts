import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../database/database.js';
import { execute, placeholders, readTime, select, unindexed } from '../database/sql.js';
import { ELIGIBLE_SQL } from '../persons/face-state.js';
import { Clock } from '../time/clock.js';
import { type AutoTrainDecision, decideAutoTrain, type TrainablePerson } from './auto-train-rule.js';
import type { AutoQueuedJob, AutoTrainAnswer } from './dto/training-answers.dto.js';
import type { AutoTrainConfig, TrainingSettingsRecord } from './dto/training-settings.dto.js';
import { JobQueue } from './job-queue.js';
import type { TrainingType } from './job-state.js';
import { TrainingSettingsService } from './training-settings.service.js';

const PAGE = 500;
const SHOWN = 200;
const QUEUED_TOGETHER = 25;
const HOUR_MS = 3_600_000;

interface CandidateRow {
  readonly id: number;
  readonly name: string;
  readonly example_count: number;
  readonly desired_generation: number;
  readonly trained_generation: number;
  readonly failed_generation: number | null;
  readonly last_failed: number | boolean;
  readonly retries_spent: number;
  readonly last_trained_at: Date | string | null;
}

/** A person to train, with the number of eligible faces. */
type Decided = readonly [CandidateRow, number, AutoTrainDecision];

interface FaceCount {
  readonly eligible: number;
  readonly fresh: number;
}

interface LastFailure {
  readonly person_id: number;
  readonly training_type: TrainingType;
  readonly error_code: string | null;
}

/** Finds the people that are to be trained, a page at a time, and queues them. */
@Injectable()
export class AutoTrain {
  constructor(
    private readonly db: Database,
    private readonly queue: JobQueue,
    private readonly settings: TrainingSettingsService,
    private readonly clock: Clock,
  ) {}

  /** What is not given comes from the stored settings; `skipUnchanged` is false unless given. */
  async queueEligible(config: AutoTrainConfig = {}): Promise<AutoTrainAnswer> {
    const rule = { ...(await this.settings.get()), skipUnchanged: false, ...given(config) };
    if (!rule.enabled) {
      return {
        success: true,
        message: 'Automatic training is disabled: nothing was queued',
        queuedJobs: [],
        total: 0,
        remaining: false,
      };
    }
    const room = Math.min(config.limit ?? Number.POSITIVE_INFINITY, await this.queue.room());
    const { queued, total, remaining } = await this.walk(rule, room);
    return {
      success: true,
      message: `Auto-queued ${total} ${total === 1 ? 'person' : 'people'} for training`,
      queuedJobs: queued,
      total,
      remaining,
    };
  }

  private async walk(
    rule: TrainingSettingsRecord,
    room: number,
  ): Promise<{ queued: AutoQueuedJob[]; total: number; remaining: boolean }> {
    const queued: AutoQueuedJob[] = [];
    let total = 0;
    for (let after = 0; ;) {
      const page = await this.candidates(after);
      const decided = await this.decide(page, rule);
      const taken = decided.slice(0, room - total);
      const jobs = await this.enqueue(taken, rule);
      total += jobs.length;
      queued.push(...jobs.slice(0, SHOWN - queued.length));
      const last = page.at(-1);
      if (taken.length < decided.length) return { queued, total, remaining: true };
      if (!last || page.length < PAGE) return { queued, total, remaining: false };
      after = last.id;
    }
  }

  /** People without an active job. */
  private candidates(after: number): Promise<CandidateRow[]> {
    return select<CandidateRow>(
      this.db.reader,
      `SELECT p.id, p.name, p.example_count, p.desired_generation, p.trained_generation, p.failed_generation, p.last_failed,
         p.retries_spent, p.last_trained_at
       FROM person p LEFT JOIN training_job j ON j.active_person_id = p.id
       WHERE p.id > ? AND j.id IS NULL ORDER BY p.id LIMIT ${PAGE}`,
      [after],
    );
  }

  private async decide(page: readonly CandidateRow[], rule: TrainingSettingsRecord): Promise<Decided[]> {
    const ids = page.map(({ id }) => id);
    const faces = await this.countFaces(ids);
    const failures = await this.lastFailures(page.filter((row) => Boolean(row.last_failed)).map(({ id }) => id));
    return page.flatMap((row) => {
      const count = faces.get(row.id) ?? { eligible: 0, fresh: 0 };
      const decision = decideAutoTrain(this.describe(row, count, failures.get(row.id)), rule);
      return decision ? [[row, count.eligible, decision] as const] : [];
    });
  }

  private describe(row: CandidateRow, faces: FaceCount, failure: LastFailure | undefined): TrainablePerson {
    const lastTrainedAt = readTime(row.last_trained_at);
    const failed = Boolean(row.last_failed);
    return {
      eligibleFaces: faces.eligible,
      newFaces: faces.fresh,
      neverTrained: lastTrainedAt === null,
      hoursSinceTraining: lastTrainedAt && (this.clock.now().getTime() - lastTrainedAt.getTime()) / HOUR_MS,
      changedSinceTraining: row.desired_generation !== row.trained_generation,
      lastFailure: failed
        ? {
            type: failure?.training_type ?? 'full',
            code: failure?.error_code ?? 'INTERNAL_ERROR',
            facesChangedSince: row.failed_generation !== row.desired_generation,
          }
        : null,
      retriesSpent: row.retries_spent,
    };
  }

  private async countFaces(ids: readonly number[]): Promise<Map<number, FaceCount>> {
    if (ids.length === 0) return new Map();
    const rows = await select<{ person_id: number; eligible: number; present: number | string }>(
      this.db.reader,
      `SELECT f.person_id, COUNT(*) AS eligible,
         SUM(CASE WHEN EXISTS (SELECT 1 FROM example e WHERE e.person_id = f.person_id AND e.content_hash = f.content_hash AND ${unindexed('e.state')} = 'present')
           THEN 1 ELSE 0 END) AS present
       FROM face f WHERE f.person_id IN (${placeholders(ids)}) AND ${ELIGIBLE_SQL} GROUP BY f.person_id`,
      ids,
    );
    return new Map(
      rows.map((row) => [row.person_id, { eligible: row.eligible, fresh: row.eligible - Number(row.present) }]),
    );
  }

  private async lastFailures(ids: readonly number[]): Promise<Map<number, LastFailure>> {
    if (ids.length === 0) return new Map();
    const rows = await select<LastFailure>(
      this.db.reader,
      `SELECT j.person_id, j.training_type, j.error_code FROM training_job j WHERE j.id IN (
         SELECT MAX(l.id) FROM training_job l
         WHERE l.person_id IN (${placeholders(ids)}) AND ${unindexed('l.state')} = 'failed' AND l.training_type <> 'validation' GROUP BY l.person_id)`,
      ids,
    );
    return new Map(rows.map((row) => [row.person_id, row]));
  }

  private async enqueue(decided: readonly Decided[], rule: TrainingSettingsRecord): Promise<AutoQueuedJob[]> {
    const jobs: AutoQueuedJob[] = [];
    // Few at once, so that no other work on jobs waits long for the counters.
    for (let start = 0; start < decided.length; start += QUEUED_TOGETHER) {
      const some = decided.slice(start, start + QUEUED_TOGETHER);
      const ids = await this.db.write((em) => this.insertAll(em, some, rule));
      some.forEach(([row, , { trainingType, reason }], index) => {
        const id = ids[index];
        // Somebody queued the person meanwhile.
        if (id == null) return;
        const { id: person_id, name: person_name } = row;
        jobs.push({ id, person_id, person_name, training_type: trainingType, status: 'pending', reason });
      });
    }
    return jobs;
  }

  private async insertAll(
    em: EntityManager,
    decided: readonly Decided[],
    rule: TrainingSettingsRecord,
  ): Promise<(number | null)[]> {
    const { minFacesThreshold, maxFacesPerBatch } = rule;
    const entries = decided.map(([row, eligible, { trainingType, reason }]) => ({
      person: { id: row.id, name: row.name, exampleCount: row.example_count },
      request: { personId: row.id, trainingType, minFacesThreshold, maxFacesPerBatch, reason },
      eligible,
    }));
    const ids = await this.queue.insertAll(em, entries);
    for (const [index, [row, , { retry }]] of decided.entries()) {
      if (retry === null || ids[index] === null) continue;
      await execute(em, 'UPDATE person SET retries_spent = ? WHERE id = ?', [retry, row.id]);
    }
    return ids;
  }
}

function given(config: AutoTrainConfig): Partial<TrainingSettingsRecord> {
  return Object.fromEntries(Object.entries(config).filter(([name, value]) => value != null && name !== 'limit'));
}
