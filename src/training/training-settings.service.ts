import { Injectable } from '@nestjs/common';
import { Cron } from 'croner';
import { Database } from '../database/database.js';
import { SettingsRow } from '../database/settings-row.js';
import { fieldError } from '../errors/validation.js';
import type { TrainingSettingsRecord, UpdateSettingsBody } from './dto/training-settings.dto.js';
import { StoredTrainingSettings } from './entities/bookkeeping.entity.js';

/** The documented optimal configuration. */
const DEFAULTS: TrainingSettingsRecord = {
  enabled: true,
  minFacesThreshold: 5,
  maxFacesPerBatch: 50,
  trainingInterval: 24,
  autoRetryFailures: true,
  maxRetries: 3,
  skipUnchanged: true,
  schedule: '0 * * * *',
  timezone: 'UTC',
};

/** The stored settings of automatic training, one set for all replicas. */
@Injectable()
export class TrainingSettingsService {
  private readonly row: SettingsRow<TrainingSettingsRecord>;

  constructor(db: Database) {
    this.row = new SettingsRow(db, StoredTrainingSettings, 'training_settings', DEFAULTS);
  }

  get(): Promise<TrainingSettingsRecord> {
    return this.row.get();
  }

  /** Throws `VALIDATION_ERROR` for a schedule or time zone that cannot be understood. */
  update(body: UpdateSettingsBody): Promise<TrainingSettingsRecord> {
    return this.row.update(body, checkSchedule);
  }
}

function checkSchedule({ schedule, timezone }: TrainingSettingsRecord): void {
  if (schedule.trim().split(/\s+/).length !== 5) {
    throw fieldError('schedule', 'must be a cron expression of five fields, such as "0 * * * *"', schedule);
  }
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone });
  } catch {
    throw fieldError('timezone', 'must be an IANA time zone, such as "Europe/Berlin"', timezone);
  }
  try {
    new Cron(schedule, { timezone, paused: true });
  } catch {
    throw fieldError('schedule', 'must be a cron expression of five fields, such as "0 * * * *"', schedule);
  }
}
