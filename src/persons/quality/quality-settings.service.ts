import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { isUniqueViolation } from '../../database/write-errors.js';
import { fieldError } from '../../errors/validation.js';
import { StoredQualitySettings } from './quality-settings.entity.js';
import type { UpdateQualitySettingsBody } from './quality-settings.dto.js';
import { DEFAULT_LIMITS, type QualityLimits } from './quality-rules.js';

/** The stored limits of the quality gate, one set for all replicas. */
@Injectable()
export class QualitySettingsService {
  constructor(private readonly db: Database) {}

  async get(): Promise<QualityLimits> {
    const stored = await this.db.reader.findOneBy(StoredQualitySettings, { id: 1 });
    if (!stored) return DEFAULT_LIMITS;
    return Object.fromEntries(Object.entries(stored).filter(([name]) => name !== 'id')) as unknown as QualityLimits;
  }

  /** Throws `VALIDATION_ERROR` for limits that no face can keep. */
  async update(body: UpdateQualitySettingsBody): Promise<QualityLimits> {
    const given = Object.fromEntries(
      Object.entries(body).filter(([, value]) => value != null),
    ) as Partial<QualityLimits>;
    const { minBrightness, maxBrightness } = { ...(await this.get()), ...given };
    if (minBrightness >= maxBrightness)
      throw fieldError('minBrightness', `must be below maxBrightness, which is ${maxBrightness}`, minBrightness);
    try {
      await this.merge(given);
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      // The first change of all, by two at once.
      await this.merge(given);
    }
    return this.get();
  }

  private async merge(given: Partial<QualityLimits>): Promise<void> {
    await this.db.write(async (em) => {
      const stored = await em.findOneBy(StoredQualitySettings, { id: 1 });
      if (stored) await em.update(StoredQualitySettings, { id: 1 }, { ...given, id: 1 });
      else await em.insert(StoredQualitySettings, { ...DEFAULT_LIMITS, ...given, id: 1 });
    });
  }
}
