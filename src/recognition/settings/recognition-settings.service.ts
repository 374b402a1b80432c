import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { SettingsRow } from '../../database/settings-row.js';
import { fieldError } from '../../errors/validation.js';
import type { RecognitionSettingsRecord, UpdateRecognitionSettingsBody } from '../dto/recognition-settings.dto.js';
import { DEFAULT_THRESHOLDS } from '../../validation/stored-embeddings.js';
import { StoredRecognitionSettings } from '../entities/recognition-settings.entity.js';

const DEFAULTS: RecognitionSettingsRecord = {
  reviewThreshold: DEFAULT_THRESHOLDS.review,
  autoAssignThreshold: DEFAULT_THRESHOLDS.autoAssign,
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
  private readonly row: SettingsRow<RecognitionSettingsRecord>;

  constructor(db: Database) {
    this.row = new SettingsRow(db, StoredRecognitionSettings, 'recognition_settings', DEFAULTS);
  }

  get(): Promise<RecognitionSettingsRecord> {
    return this.row.get();
  }

  /** Throws `VALIDATION_ERROR` when thresholds would be crossed, also with those that are stored already. */
  update(body: UpdateRecognitionSettingsBody): Promise<RecognitionSettingsRecord> {
    return this.row.update(body, checkOrder);
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
