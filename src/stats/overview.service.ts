import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { readTime, select } from '../database/sql.js';
import { ELIGIBLE_SQL } from '../persons/face-state.js';
import { STATUS_SQL } from '../persons/person-records.js';
import { NEEDS_REVIEW_SQL, UNCONFIRMED_SQL, UNIDENTIFIED_SQL } from '../recognition/review/waiting-faces.service.js';
import { JobCounters } from '../training/job-counters.js';
import { ValidationRunRecords } from '../validation/validation-run-records.js';
import type {
  CollectionOverview,
  FacesOverview,
  JobsOverview,
  NewestTraining,
  OverviewAnswer,
  PersonsOverview,
  PhotosOverview,
  QualityOverview,
  ValidationOverview,
} from './dto/overview.dto.js';
import { RecognitionStatsService } from './recognition-stats.service.js';

const PERSONS: Readonly<Record<Exclude<keyof PersonsOverview, 'total'>, string>> = STATUS_SQL;

const FACES: Readonly<Record<Exclude<keyof FacesOverview, 'total'>, string>> = {
  assigned: 'f.person_id IS NOT NULL',
  eligible: ELIGIBLE_SQL,
  unidentified: UNIDENTIFIED_SQL,
  needs_review: NEEDS_REVIEW_SQL,
  unknown: `f.person_id IS NULL AND f.review = 'unknown'`,
  not_confirmed: UNCONFIRMED_SQL,
  marked_invalid: `f.exclusion = 'marked_invalid'`,
  poor_quality: `f.exclusion = 'poor_quality'`,
  pending: `f.state = 'pending'`,
  rejected: `f.state = 'rejected'`,
};

const PHOTOS: Readonly<Record<Exclude<keyof PhotosOverview, 'total'>, string>> = {
  for_recognition: 'h.library_hash IS NOT NULL',
  pending: `h.library_hash IS NOT NULL AND h.state = 'pending'`,
};

const QUALITY: Readonly<Record<Exclude<keyof QualityOverview, 'reasons'>, string>> = {
  measured: 'f.quality IS NOT NULL',
  refused: 'f.quality_refusal IS NOT NULL',
  train_anyway: 'f.quality_refusal IS NOT NULL AND f.train_anyway_at IS NOT NULL',
};

/** Counts persons, faces, photos and jobs by how they stand, and says how well training and recognition go. */
@Injectable()
export class OverviewService {
  constructor(
    private readonly db: Database,
    private readonly counters: JobCounters,
    private readonly recognition: RecognitionStatsService,
    private readonly validations: ValidationRunRecords,
  ) {}

  async overview(): Promise<OverviewAnswer> {
    return {
      success: true,
      persons: await this.count('person p', PERSONS),
      faces: await this.count('face f', FACES),
      photos: await this.count('photo h', PHOTOS),
      jobs: await this.jobs(),
      recognition: await this.recognition.recent(),
      quality: await this.quality(),
      collection: await this.collection(),
      validation: await this.validation(),
    };
  }

  /** One pass over a table: how many rows there are, and how many meet each condition. */
  private async count<Name extends string>(
    table: string,
    conditions: Readonly<Record<Name, string>>,
  ): Promise<Record<Name | 'total', number>> {
    const entries = Object.entries(conditions) as [Name, string][];
    const sums = entries.map(([name, condition]) => `COUNT(CASE WHEN ${condition} THEN 1 END) AS ${name}`);
    const [row] = await select<Record<string, number | string>>(
      this.db.reader,
      `SELECT COUNT(*) AS total, ${sums.join(', ')} FROM ${table}`,
    );
    const names: (Name | 'total')[] = ['total', ...entries.map(([name]) => name)];
    return Object.fromEntries(names.map((name) => [name, Number(row?.[name] ?? 0)])) as Record<Name | 'total', number>;
  }

  private async jobs(): Promise<JobsOverview> {
    const of = await this.counters.read();
    return {
      pending: of('training_pending'),
      running: of('training_running'),
      completed: of('training_completed'),
      failed: of('training_failed'),
      cancelled: of('training_cancelled'),
      newest_training: await this.newestTraining(),
    };
  }

  private async newestTraining(): Promise<NewestTraining | null> {
    const [row] = await select<{ id: number; person_id: number; completed_at: Date | string }>(
      this.db.reader,
      `SELECT id, person_id, completed_at FROM training_job WHERE state = 'completed' AND training_type <> 'validation'
       ORDER BY completed_at DESC, id DESC LIMIT 1`,
    );
    const completedAt = readTime(row?.completed_at);
    return row && completedAt ? { job_id: row.id, person_id: row.person_id, completed_at: completedAt } : null;
  }

  private async quality(): Promise<QualityOverview> {
    const { measured, refused, train_anyway } = await this.count('face f', QUALITY);
    const rows = await select<{ code: string; faces: number | string }>(
      this.db.reader,
      `SELECT quality_refusal AS code, COUNT(*) AS faces FROM face WHERE quality_refusal IS NOT NULL
       GROUP BY quality_refusal ORDER BY COUNT(*) DESC, quality_refusal LIMIT 50`,
    );
    return {
      measured,
      refused,
      train_anyway,
      reasons: rows.map(({ code, faces }) => ({ code, faces: Number(faces) })),
    };
  }

  private async collection(): Promise<CollectionOverview> {
    const [persons] = await select<{ examples: number | string | null }>(
      this.db.reader,
      'SELECT SUM(example_count) AS examples FROM person',
    );
    const [withdrawals] = await select<{ pending: number | string }>(
      this.db.reader,
      "SELECT COUNT(*) AS pending FROM withdrawal WHERE state = 'pending'",
    );
    return { examples: Number(persons?.examples ?? 0), withdrawals_pending: Number(withdrawals?.pending ?? 0) };
  }

  private async validation(): Promise<ValidationOverview | null> {
    const run = await this.validations.newestCompleted();
    if (!run?.summary) return null;
    const { rank1_rate, at_auto_assign, recommended_threshold } = run.summary;
    return {
      validation_id: run.id,
      completed_at: run.completed_at,
      rank1_rate,
      fnmr: at_auto_assign.fnmr,
      fmr: at_auto_assign.fmr,
      recommended_threshold,
    };
  }
}
