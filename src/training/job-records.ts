import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { placeholders, select } from '../database/sql.js';
import { DomainError } from '../errors/domain-error.js';
import { ValidationService } from '../validation/validation.service.js';
import type { JobDetailRecord, JobProgress, JobRecord } from './dto/job-records.dto.js';
import type { ProcessedJob } from './dto/training-answers.dto.js';
import type { ListJobsQuery } from './dto/training-requests.dto.js';
import { JobEvent, JobFace, JobResult } from './entities/job-records.entity.js';
import { TrainingJob } from './entities/training-job.entity.js';
import { countOf, JobCounters } from './job-counters.js';
import { countOfPerson, jobPage } from './job-pages.js';
import { type QueuedState, readQueue, type ShownJob } from './job-rows.js';
import { isEnded, JOB_STATES, type JobState } from './job-state.js';
import { mustBeAlone } from './solitude.js';

const SHOWN = 200;

/** Reads jobs and shows them as the API does. */
@Injectable()
export class JobRecords {
  constructor(
    private readonly db: Database,
    private readonly counters: JobCounters,
    private readonly validation: ValidationService,
  ) {}

  /** Throws `NOT_FOUND`. */
  async get(jobId: number): Promise<TrainingJob> {
    const job = await this.db.reader.findOneBy(TrainingJob, { id: jobId });
    if (!job) throw new DomainError('NOT_FOUND', `There is no training job ${jobId}`, { job_id: jobId });
    return job;
  }

  async detail(jobId: number): Promise<JobDetailRecord> {
    const job = await this.get(jobId);
    const em = this.db.reader;
    const events = await em.find(JobEvent, { where: { jobId }, order: { id: 'ASC' }, take: SHOWN });
    const faces = await em.find(JobFace, {
      where: { jobId },
      order: { reasonCode: 'DESC', faceId: 'ASC' },
      take: SHOWN,
    });
    const result = await em.findOneBy(JobResult, { jobId });
    const record: Omit<JobDetailRecord, 'events' | 'faces' | 'faces_total' | 'result'> = toJobRecord(job);
    return {
      ...record,
      events: events.map(({ at, event, detail }) => ({ at, event, detail })),
      faces: faces.map((face) => ({
        face_id: face.faceId,
        outcome: face.outcome,
        reason: face.reasonCode === null ? null : { code: face.reasonCode, message: face.reasonMessage ?? '' },
      })),
      faces_total: await em.countBy(JobFace, { jobId }),
      result: result && { ...(await this.validation.show(result.result)) },
    };
  }

  /** Newest first, a page at a time. */
  async list(query: ListJobsQuery): Promise<{ jobs: JobRecord[]; total: number; next_cursor: number | null }> {
    const rows = await jobPage(this.db, query);
    const jobs = rows.slice(0, query.limit);
    const last = jobs.at(-1);
    return {
      jobs: jobs.map(toJobRecord),
      total: await this.total(query),
      next_cursor: rows.length > query.limit && last ? last.id : null,
    };
  }

  /** Counted for one person only: what the counters know need not be counted, however long the history is. */
  private async total(query: ListJobsQuery): Promise<number> {
    if (query.person_id !== undefined) return countOfPerson(this.db, query.person_id, query);
    const sums = await this.counters.read();
    const states: readonly JobState[] = query.status ? [query.status] : JOB_STATES;
    return states.reduce((sum, state) => sum + countOf(sums, state, query.type), 0);
  }

  /** The first jobs of each state that the queue shows: what is due first, and what ended last. */
  async queue(limit: number): Promise<Record<QueuedState, JobRecord[]>> {
    const jobs = (await readQueue(this.db, limit)).map(toJobRecord);
    const of = (state: QueuedState): JobRecord[] => jobs.filter(({ status }) => status === state);
    return { pending: of('pending'), running: of('running'), completed: of('completed'), failed: of('failed') };
  }

  async processed(ids: readonly number[]): Promise<ProcessedJob[]> {
    const shown = ids.slice(0, SHOWN);
    if (shown.length === 0) return [];
    const jobs = await this.db.reader
      .createQueryBuilder(TrainingJob, 'j')
      .where('j.id IN (:...ids)', { ids: shown })
      .orderBy('j.id', 'ASC')
      .getMany();
    return jobs.map(toProcessed);
  }

  /** Those of the jobs that are pending and must be alone when they run. */
  async pendingAlone(ids: readonly number[]): Promise<number[]> {
    const states = await this.jobStates(ids);
    return states.filter(({ state, crashes }) => state === 'pending' && mustBeAlone(crashes)).map(({ id }) => id);
  }

  /** The states of some jobs, by id; one that was cleaned up is left out. */
  async states(ids: readonly number[]): Promise<Map<number, JobState>> {
    return new Map((await this.jobStates(ids)).map(({ id, state }) => [id, state]));
  }

  private async jobStates(ids: readonly number[]): Promise<{ id: number; state: JobState; crashes: number }[]> {
    const found: { id: number; state: JobState; crashes: number }[] = [];
    for (let start = 0; start < ids.length; start += 500) {
      const some = ids.slice(start, start + 500);
      found.push(
        ...(await select<{ id: number; state: JobState; crashes: number }>(
          this.db.reader,
          `SELECT id, state, crashes FROM training_job WHERE id IN (${placeholders(some)})`,
          some,
        )),
      );
    }
    return found;
  }
}

/** A job as the API shows it. */
export function toJobRecord(job: ShownJob): JobRecord {
  const ended = isEnded(job.state);
  return {
    id: job.id,
    person_id: job.personId,
    person_name: job.personName,
    training_type: job.trainingType,
    status: job.state,
    reason: job.reason,
    faces_trained_count: ended ? job.facesAdded + job.facesUnchanged : job.facesPlanned,
    faces_added: job.facesAdded,
    faces_removed: job.facesRemoved,
    faces_unchanged: job.facesUnchanged,
    faces_failed: job.facesFailed,
    success_rate: job.successRate,
    training_time: job.trainingTime,
    attempt: job.attempt,
    retry_of: job.retryOf,
    error: job.errorCode === null ? null : { code: job.errorCode, message: job.errorMessage ?? '' },
    queued_at: job.queuedAt,
    started_at: job.startedAt ?? job.queuedAt,
    completed_at: job.completedAt,
    progress: job.state === 'pending' ? null : progressOf(job),
  };
}

function progressOf(job: ShownJob): JobProgress {
  const done = Math.min(job.facesPlanned, job.facesAdded + job.facesUnchanged + job.facesFailed);
  const percent = job.facesPlanned === 0 ? 100 : Math.floor((done / job.facesPlanned) * 100);
  return { total: job.facesPlanned, done, failed: job.facesFailed, percent };
}

function toProcessed(job: TrainingJob): ProcessedJob {
  return {
    id: job.id,
    person_id: job.personId,
    person_name: job.personName,
    training_type: job.trainingType,
    status: job.state,
    faces_added: job.facesAdded,
    faces_failed: job.facesFailed,
    faces_removed: job.facesRemoved,
    faces_unchanged: job.facesUnchanged,
    success_rate: job.successRate,
    training_time: job.trainingTime,
    error: job.errorCode === null ? null : { code: job.errorCode, message: job.errorMessage ?? '' },
  };
}
