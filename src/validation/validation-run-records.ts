import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { readTime, select } from '../database/sql.js';
import { DomainError } from '../errors/domain-error.js';
import type {
  PersonInValidation,
  PersonValidationAnswer,
  ValidationRunRecord,
  ValidationSummary,
} from './dto/validation-runs.dto.js';
import type { ValidationRun } from './entities/validation-run.entity.js';
import type { PersonMeasurement } from './measurement.js';
import { PersonNameLookup } from './person-names.js';
import { personIdsIn, type ReportContext, toReport } from './validation-report.js';
import { idsInSummary, toSummary } from './validation-summary.js';
import { type KeptFailure, type KeptSummary, ValidationRuns } from './validation-runs.js';
import { ValidationService } from './validation.service.js';

/** Shows kept measurements, with the names that people have now. */
@Injectable()
export class ValidationRunRecords {
  constructor(
    private readonly runs: ValidationRuns,
    private readonly names: PersonNameLookup,
    private readonly validation: ValidationService,
    private readonly db: Database,
  ) {}

  async list(limit: number): Promise<{ validations: ValidationRunRecord[]; total: number }> {
    const [runs, total] = await this.runs.newest(limit);
    const validations: ValidationRunRecord[] = [];
    for (const run of runs) validations.push(await this.show(run));
    return { validations, total };
  }

  /** The newest that was completed; null while none was. */
  async newestCompleted(): Promise<ValidationRunRecord | null> {
    const run = await this.runs.newestCompleted();
    return run && this.show(run);
  }

  /** Throws `NOT_FOUND`. */
  async detail(
    id: number,
    limit: number,
    page: number,
  ): Promise<{ validation: ValidationRunRecord; persons: PersonInValidation[]; total: number }> {
    const run = await this.runs.get(id);
    const [rows, total] = await this.runs.personsOf(id, limit, page);
    const measured = rows.map(({ report }) => JSON.parse(report) as PersonMeasurement);
    const names = await this.names.find(measured.flatMap((person) => [person.personId, ...personIdsIn(person)]));
    const persons = measured.map((person) => ({
      person: names.of(person.personId),
      validation: toReport(person, names, contextOf(run)),
    }));
    return { validation: await this.show(run), persons, total };
  }

  /** A person's newest measurement, of a job of its own or of everybody. Throws `NOT_FOUND` when there was none. */
  async newestOf(personId: number): Promise<PersonValidationAnswer> {
    const job = await this.newestJob(personId);
    const kept = await this.runs.newestOf(personId);
    const runEndedAt = kept?.run.completedAt;
    if (kept && runEndedAt && (!job || runEndedAt > job.measuredAt)) {
      const person = JSON.parse(kept.report) as PersonMeasurement;
      const validation = toReport(person, await this.names.find(personIdsIn(person)), contextOf(kept.run));
      const ids = { person_id: personId, job_id: null, validation_id: kept.run.id };
      return { success: true, ...ids, measured_at: runEndedAt, validation };
    }
    if (!job) {
      throw new DomainError('NOT_FOUND', 'The person was not validated yet: queue a training of type validation', {
        person_id: personId,
      });
    }
    const { jobId, measuredAt, report } = job;
    const ids = { person_id: personId, job_id: jobId, validation_id: null };
    return { success: true, ...ids, measured_at: measuredAt, validation: await this.validation.show(report) };
  }

  private async newestJob(personId: number): Promise<{ jobId: number; measuredAt: Date; report: string } | null> {
    const [row] = await select<{ id: number; measured_at: Date | string; result: string }>(
      this.db.reader,
      `SELECT j.id, COALESCE(j.completed_at, j.queued_at) AS measured_at, r.result FROM job_result r JOIN training_job j ON j.id = r.job_id
       WHERE r.person_id = ? ORDER BY r.job_id DESC LIMIT 1`,
      [personId],
    );
    const measuredAt = readTime(row?.measured_at);
    if (!row || !measuredAt) return null;
    return { jobId: row.id, measuredAt, report: row.result };
  }

  private async show(run: ValidationRun): Promise<ValidationRunRecord> {
    const kept = readSummary(run);
    const percent = run.facesTotal === 0 ? 0 : Math.floor((run.facesDone / run.facesTotal) * 100);
    return {
      id: run.id,
      state: run.state,
      started_at: run.startedAt,
      completed_at: run.completedAt,
      progress: {
        total: run.facesTotal,
        done: run.facesDone,
        percent: run.state === 'completed' ? 100 : percent,
      },
      calculator: run.calculator,
      error: kept && 'error' in kept ? kept.error : null,
      summary: kept && 'measured' in kept ? await this.summaryOf(kept) : null,
    };
  }

  private async summaryOf(kept: KeptSummary): Promise<ValidationSummary> {
    return toSummary(kept, await this.names.find(idsInSummary(kept)));
  }
}

function readSummary({ summary }: ValidationRun): KeptSummary | KeptFailure | null {
  return summary === null ? null : (JSON.parse(summary) as KeptSummary | KeptFailure);
}

function contextOf(run: ValidationRun): ReportContext {
  const kept = readSummary(run);
  const targetFmr = kept && 'measured' in kept ? kept.measured.targetFmr : 0;
  return { calculator: run.calculator, targetFmr, formula: null };
}
