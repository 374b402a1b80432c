import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { execute, insertRow, select } from '../database/sql.js';
import { DomainError } from '../errors/domain-error.js';
import type { BackfillResult } from '../persons/embeddings/embedding-backfill.js';
import { Clock } from '../time/clock.js';
import type { FormulaCheck } from './dto/validation-report.dto.js';
import { ValidationOfPerson, ValidationRun } from './entities/validation-run.entity.js';
import type { CollectionMeasurement, PersonMeasurement } from './measurement.js';

/** Older results than the newest so many are deleted. */
const KEPT_RUNS = 100;
const PERSONS_AT_ONCE = 50;

/** What is kept of a completed run. */
export interface KeptSummary {
  readonly measured: CollectionMeasurement;
  readonly formula: FormulaCheck;
  readonly backfill: BackfillResult;
}

/** What is kept of a failed one. */
export interface KeptFailure {
  readonly error: { readonly code: string; readonly message: string };
}

/** The run was ended from outside: its process is to stop measuring. */
export class RunEndedError extends Error {}

/** All writes to the results of measuring everybody. A run is guarded by its own row: whoever finds it no longer running has lost it. */
@Injectable()
export class ValidationRuns {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  /** Throws `ALREADY_EXISTS` while another one runs. */
  async start(): Promise<number> {
    return this.db.write(async (em) => {
      // Two replicas may be asked at the same moment: the one row that is always there keeps them in line.
      await select(em, `SELECT id FROM installation WHERE id = 1 ${this.db.forUpdate}`);
      const [running] = await select<{ id: number }>(em, "SELECT id FROM validation_run WHERE state = 'running'");
      if (running) {
        throw new DomainError('ALREADY_EXISTS', 'A validation of all persons is running: wait for it', {
          validation_id: running.id,
          status: 'running',
        });
      }
      return insertRow(
        em,
        "INSERT INTO validation_run (state, started_at, faces_total, faces_done) VALUES ('running', ?, 0, 0)",
        [this.clock.now()],
      );
    });
  }

  /** Throws `RunEndedError` when the run is no longer ours. */
  async progress(id: number, calculator: string, total: number, done: number): Promise<void> {
    const matched = await execute(
      this.db.reader,
      "UPDATE validation_run SET calculator = ?, faces_total = ?, faces_done = ? WHERE id = ? AND state = 'running'",
      [calculator.slice(0, 100), total, done, id],
    );
    if (matched === 0) throw new RunEndedError();
  }

  /** The persons first, in bites; the run is complete only when all are there. */
  async complete(id: number, summary: KeptSummary, persons: readonly PersonMeasurement[]): Promise<void> {
    for (let start = 0; start < persons.length; start += PERSONS_AT_ONCE) {
      await this.db.write(async (em) => {
        for (const person of persons.slice(start, start + PERSONS_AT_ONCE)) {
          await execute(em, 'INSERT INTO validation_of_person (run_id, person_id, report) VALUES (?, ?, ?)', [
            id,
            person.personId,
            JSON.stringify(person),
          ]);
        }
      });
    }
    const { faces } = summary.measured;
    const matched = await execute(
      this.db.reader,
      "UPDATE validation_run SET state = 'completed', completed_at = ?, faces_total = ?, faces_done = ?, summary = ? WHERE id = ? AND state = 'running'",
      [this.clock.now(), faces, faces, JSON.stringify(summary), id],
    );
    if (matched === 0) throw new RunEndedError();
    await execute(this.db.reader, 'DELETE FROM validation_run WHERE id <= ?', [id - KEPT_RUNS]);
  }

  /** Ends one run, or every run, as failed; one that is over stays as it is. */
  async fail(error: KeptFailure['error'], id?: number): Promise<void> {
    await execute(
      this.db.reader,
      `UPDATE validation_run SET state = 'failed', completed_at = ?, summary = ? WHERE state = 'running' ${id === undefined ? '' : 'AND id = ?'}`,
      [this.clock.now(), JSON.stringify({ error } satisfies KeptFailure), ...(id === undefined ? [] : [id])],
    );
  }

  /** Throws `NOT_FOUND`. */
  async get(id: number): Promise<ValidationRun> {
    const run = await this.db.reader.findOneBy(ValidationRun, { id });
    if (!run) throw new DomainError('NOT_FOUND', `There is no validation ${id}`, { validation_id: id });
    return run;
  }

  /** Newest first, with how many there are in all. */
  newest(limit: number): Promise<[ValidationRun[], number]> {
    return this.db.reader.findAndCount(ValidationRun, { order: { id: 'DESC' }, take: limit });
  }

  /** Null while none was completed. */
  newestCompleted(): Promise<ValidationRun | null> {
    return this.db.reader.findOne(ValidationRun, { where: { state: 'completed' }, order: { id: 'DESC' } });
  }

  /** A page of persons, by their ids. */
  personsOf(runId: number, limit: number, page: number): Promise<[ValidationOfPerson[], number]> {
    const options = { where: { runId }, order: { personId: 'ASC' }, take: limit, skip: (page - 1) * limit } as const;
    return this.db.reader.findAndCount(ValidationOfPerson, options);
  }

  /** What the newest completed run found about a person; null when none did. */
  async newestOf(personId: number): Promise<{ readonly run: ValidationRun; readonly report: string } | null> {
    const [row] = await select<{ run_id: number; report: string }>(
      this.db.reader,
      `SELECT v.run_id, v.report FROM validation_of_person v JOIN validation_run r ON r.id = v.run_id
       WHERE v.person_id = ? AND r.state = 'completed' ORDER BY v.run_id DESC LIMIT 1`,
      [personId],
    );
    return row ? { run: await this.get(row.run_id), report: row.report } : null;
  }
}
