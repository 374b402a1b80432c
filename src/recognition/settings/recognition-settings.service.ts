import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { isUniqueViolation } from '../../database/write-errors.js';
import { fieldError } from '../../errors/validation.js';
import type { RecognitionSettingsRecord, UpdateRecognitionSettingsBody } from '../dto/recognition-settings.dto.js';
import { StoredRecognitionSettings } from '../entities/recognition-settings.entity.js';

const DEFAULTS: RecognitionSettingsRecord = {
  reviewThreshold: 0.85,
  autoAssignThreshold: 0.95,
  margin: 0.05,
  learnAutomatically: false,
  learnThreshold: 0.98,
  learnMaxShare: 20,
};

/** Each may not be above the next. */
const RISING = ['reviewThreshold', 'autoAssignThreshold', 'learnThreshold'] as const;

type Given = Partial<RecognitionSettingsRecord>;

/** The stored settings of recognition, one set for all replicas. */
@Injectable()
export class RecognitionSettingsService {
  constructor(private readonly db: Database) {}

  async get(): Promise<RecognitionSettingsRecord> {
    const stored = await this.db.reader.findOneBy(StoredRecognitionSettings, { id: 1 });
    if (!stored) return DEFAULTS;
    return Object.fromEntries(
      Object.entries(stored).filter(([name]) => name !== 'id'),
    ) as unknown as RecognitionSettingsRecord;
  }

  /** Throws `VALIDATION_ERROR` when thresholds would be crossed, also with those that are stored already. */
  async update(body: UpdateRecognitionSettingsBody): Promise<RecognitionSettingsRecord> {
    const given = Object.fromEntries(Object.entries(body).filter(([, value]) => value != null)) as Given;
    try {
      await this.merge(given);
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      // The first change of all, by two at once.
      await this.merge(given);
    }
    return this.get();
  }

  private async merge(given: Given): Promise<void> {
    await this.db.write(async (em) => {
      await em.query(`SELECT id FROM recognition_settings WHERE id = 1 ${this.db.forUpdate}`);
      const stored = await em.findOneBy(StoredRecognitionSettings, { id: 1 });
      checkOrder({ ...DEFAULTS, ...stored, ...given }, given);
      if (stored) await em.update(StoredRecognitionSettings, { id: 1 }, { ...given, id: 1 });
      else await em.insert(StoredRecognitionSettings, { ...DEFAULTS, ...given, id: 1 });
    });
  }
}

/** Names a field that was given; the other one may be stored. */
function checkOrder(wanted: RecognitionSettingsRecord, given: Given): void {
  for (const [index, lower] of RISING.entries()) {
    const higher = RISING[index + 1];
    if (higher === undefined || wanted[lower] <= wanted[higher]) continue;
    if (given[lower] !== undefined) {
      throw fieldError(lower, `must not be above ${higher}, which is ${wanted[higher]}`, wanted[lower]);
    }
    throw fieldError(higher, `must not be below ${lower}, which is ${wanted[lower]}`, wanted[higher]);
  }
}
