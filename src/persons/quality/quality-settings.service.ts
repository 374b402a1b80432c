import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { SettingsRow } from '../../database/settings-row.js';
import { fieldError } from '../../errors/validation.js';
import { StoredQualitySettings } from './quality-settings.entity.js';
import type { UpdateQualitySettingsBody } from './quality-settings.dto.js';
import { DEFAULT_LIMITS, type QualityLimits } from './quality-rules.js';

/** The stored limits of the quality gate, one set for all replicas. */
@Injectable()
export class QualitySettingsService {
  private readonly row: SettingsRow<QualityLimits>;

  constructor(db: Database) {
    this.row = new SettingsRow(db, StoredQualitySettings, 'quality_settings', DEFAULT_LIMITS);
  }

  get(): Promise<QualityLimits> {
    return this.row.get();
  }

  /** Throws `VALIDATION_ERROR` for limits that no face can keep. */
  update(body: UpdateQualitySettingsBody): Promise<QualityLimits> {
    return this.row.update(body, ({ minBrightness, maxBrightness }) => {
      if (minBrightness < maxBrightness) return;
      throw fieldError('minBrightness', `must be below maxBrightness, which is ${maxBrightness}`, minBrightness);
    });
  }
}
