import { Injectable } from '@nestjs/common';
import { Cron } from 'croner';
import { Database } from '../database/database.js';
import { isUniqueViolation } from '../database/write-errors.js';
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
  constructor(private readonly db: Database) {}

  async get(): Promise<TrainingSettingsRecord> {
    const stored = await this.db.reader.findOneBy(StoredTrainingSettings, { id: 1 });
    if (!stored) return DEFAULTS;
    return Object.fromEntries(
      Object.entries(stored).filter(([name]) => name !== 'id'),
    ) as unknown as TrainingSettingsRecord;
  }

  /** Throws `VALIDATION_ERROR` for a schedule or time zone that cannot be understood. */
  async update(body: UpdateSettingsBody): Promise<TrainingSettingsRecord> {
    const given = Object.fromEntries(
      Object.entries(body).filter(([, value]) => value != null),
    ) as Partial<TrainingSettingsRecord>;
    checkSchedule({ ...(await this.get()), ...given });
    try {
      await this.merge(given);
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      // The first change of all, by two at once.
      await this.merge(given);
    }
    return this.get();
  }

  private async merge(given: Partial<TrainingSettingsRecord>): Promise<void> {
    await this.db.write(async (em) => {
      const stored = await em.findOneBy(StoredTrainingSettings, { id: 1 });
      if (stored) await em.update(StoredTrainingSettings, { id: 1 }, { ...given, id: 1 });
      else await em.insert(StoredTrainingSettings, { ...DEFAULTS, ...given, id: 1 });
    });
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
