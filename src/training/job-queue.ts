import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../database/database.js';
import { insertRow, select } from '../database/sql.js';
import { isUniqueViolation } from '../database/write-errors.js';
import { DomainError } from '../errors/domain-error.js';
import { ELIGIBLE_SQL, type Exclusion, exclusionOf, type FaceState } from '../persons/face-state.js';
import type { Person } from '../persons/entities/person.entity.js';
import { PersonsService } from '../persons/persons.service.js';
import { Clock } from '../time/clock.js';
import { type CountedJob, JobCounters } from './job-counters.js';
import { JobEvents } from './job-events.js';
import type { TrainingType } from './job-state.js';

/** Pending jobs above which nothing more is queued. */
export const MAX_PENDING = 50_000;

const MAX_TRIES = 10;

/** A wish to train a person. */
export interface JobRequest {
  readonly personId: number;
  /** Left out: full for a person never trained, else incremental. */
  readonly trainingType?: TrainingType | undefined;
  readonly minFacesThreshold: number;
  readonly maxFacesPerBatch: number;
  readonly reason?: string;
  readonly retryOf?: number;
  /** The worker starts it by itself; otherwise it waits for process-queue. */
  readonly begun?: boolean;
}

/** A job to be, for a person with so many eligible faces. */
export interface QueueEntry {
  readonly person: Pick<Person, 'id' | 'name' | 'exampleCount'>;
  readonly request: JobRequest;
  readonly eligible: number;
}

/** Puts jobs into the queue, at most one active job a person. */
@Injectable()
export class JobQueue {
  constructor(
    private readonly db: Database,
    private readonly persons: PersonsService,
    private readonly counters: JobCounters,
    private readonly events: JobEvents,
    private readonly clock: Clock,
  ) {}

  /** Throws `NOT_FOUND`, then `ALREADY_EXISTS`, then `INSUFFICIENT_DATA`, then `RATE_LIMITED`. Returns the job's id. */
  async enqueue(request: JobRequest): Promise<number> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.db.write((em) => this.checkAndInsert(em, request));
      } catch (error) {
        if (!isUniqueViolation(error) || tries === MAX_TRIES) throw error;
        // Two requests passed the check together; the index let one in. When that one has ended meanwhile, the place is free again.
        await this.refuseActive(this.db.reader, request.personId);
      }
    }
  }

  private async checkAndInsert(em: EntityManager, request: JobRequest): Promise<number> {
    const person = await this.persons.get(request.personId, em);
    await this.refuseActive(em, person.id);
    const eligible = await this.countEligible(em, person.id);
    if (eligible < request.minFacesThreshold)
      throw await this.tooFewFaces(em, person.id, eligible, request.minFacesThreshold);
    await this.refuseWhenFull(em);
    return this.insert(em, { person, request, eligible });
  }

  /** Inserts several without checks, and counts them at once. Null for a person who got an active job meanwhile. */
  async insertAll(em: EntityManager, entries: readonly QueueEntry[]): Promise<(number | null)[]> {
    const ids: (number | null)[] = [];
    for (const entry of entries) {
      try {
        ids.push(await this.insertRow(em, entry));
      } catch (error) {
        if (!isUniqueViolation(error)) throw error;
        ids.push(null);
      }
    }
    const inserted = entries.filter((_, index) => ids[index] !== null);
    await this.counters.moveAll(em, [], inserted.map(countedEntry));
    return ids;
  }

  /** Inserts without checks; a second active job of the person breaks the unique index. */
  private async insert(em: EntityManager, entry: QueueEntry): Promise<number> {
    const id = await this.insertRow(em, entry);
    await this.counters.move(em, null, countedEntry(entry));
    return id;
  }

  private async insertRow(em: EntityManager, entry: QueueEntry): Promise<number> {
    const { person, request, eligible } = entry;
    const id = await insertRow(
      em,
      `INSERT INTO training_job (person_id, person_name, training_type, state, reason, max_faces_per_batch, begun, run_at, epoch, attempt,
         crashes, outages, retry_of, faces_planned, faces_added, faces_removed, faces_unchanged, faces_failed, success_rate,
         training_time, queued_at)
       VALUES (?, ?, ?, 'pending', ?, ?, ?, ${this.db.now}, 0, 0, 0, 0, ?, ?, 0, 0, 0, 0, 0, 0, ?)`,
      [
        person.id,
        person.name,
        typeOf(entry),
        request.reason ?? null,
        request.maxFacesPerBatch,
        request.begun ?? false,
        request.retryOf ?? null,
        eligible,
        this.clock.now(),
      ],
    );
    await this.events.add(em, id, 0, 'queued', request.reason ?? null);
    return id;
  }

  /** How many more jobs the queue takes. */
  async room(): Promise<number> {
    return Math.max(0, MAX_PENDING - (await this.counters.read())('all_pending'));
  }

  private async refuseWhenFull(em: EntityManager): Promise<void> {
    if ((await this.counters.read(em))('all_pending') < MAX_PENDING) return;
    throw new DomainError('RATE_LIMITED', `The queue holds ${MAX_PENDING} jobs: process it, then queue more`, {
      pending: MAX_PENDING,
      retry_after_seconds: 60,
    });
  }

  private async refuseActive(em: EntityManager, personId: number): Promise<void> {
    const [active] = await select<{ id: number; state: string }>(
      em,
      'SELECT id, state FROM training_job WHERE active_person_id = ?',
      [personId],
    );
    if (!active) return;
    throw new DomainError('ALREADY_EXISTS', 'Training already in progress for this person', {
      person_id: personId,
      existing_job_id: active.id,
      status: active.state,
    });
  }

  private async countEligible(em: EntityManager, personId: number): Promise<number> {
    const [row] = await select<{ n: number }>(
      em,
      `SELECT COUNT(*) AS n FROM face f WHERE f.person_id = ? AND ${ELIGIBLE_SQL}`,
      [personId],
    );
    return row?.n ?? 0;
  }

  private async tooFewFaces(
    em: EntityManager,
    personId: number,
    eligible: number,
    needed: number,
  ): Promise<DomainError> {
    const excluded = await select<{ id: number; state: FaceState; exclusion: Exclusion | null }>(
      em,
      `SELECT f.id, f.state, f.exclusion FROM face f WHERE f.person_id = ? AND NOT (${ELIGIBLE_SQL}) ORDER BY f.id LIMIT 200`,
      [personId],
    );
    return new DomainError('INSUFFICIENT_DATA', `Person needs at least ${needed} faces for training`, {
      person_id: personId,
      current_faces: eligible,
      minimum_required: needed,
      assigned_faces: eligible + excluded.length,
      excluded: excluded.map((face) => ({ face_id: face.id, reason: exclusionOf(face) })),
    });
  }
}

function typeOf({ person, request }: QueueEntry): TrainingType {
  return request.trainingType ?? (person.exampleCount === 0 ? 'full' : 'incremental');
}

function countedEntry(entry: QueueEntry): CountedJob {
  const retryOf = entry.request.retryOf ?? null;
  return { trainingType: typeOf(entry), state: 'pending', successRate: 0, trainingTime: 0, retryOf };
}
