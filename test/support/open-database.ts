import { Test, type TestingModule } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { SettingsModule } from '../../src/config/settings.module.js';
import { Database } from '../../src/database/database.js';
import { DatabaseModule } from '../../src/database/database.module.js';
import { FaceDecision } from '../../src/persons/decisions/face-decision.entity.js';
import { NotThisPerson } from '../../src/persons/decisions/not-this-person.entity.js';
import { RecognitionBatch } from '../../src/persons/decisions/recognition-batch.entity.js';
import { FaceEmbedding } from '../../src/persons/entities/face-embedding.entity.js';
import { Face } from '../../src/persons/entities/face.entity.js';
import { Person } from '../../src/persons/entities/person.entity.js';
import { Photo } from '../../src/persons/entities/photo.entity.js';
import { Withdrawal } from '../../src/persons/entities/withdrawal.entity.js';
import { StoredQualitySettings } from '../../src/persons/quality/quality-settings.entity.js';
import { StoredRecognitionSettings } from '../../src/recognition/entities/recognition-settings.entity.js';
import * as bookkeeping from '../../src/training/entities/bookkeeping.entity.js';
import { Example } from '../../src/training/entities/example.entity.js';
import * as jobRecords from '../../src/training/entities/job-records.entity.js';
import { TrainingJob } from '../../src/training/entities/training-job.entity.js';
import * as validation from '../../src/validation/entities/validation-run.entity.js';
import type { DatabaseKind, TestDatabase } from './databases.js';

const ENTITIES = [
  Person,
  Photo,
  Face,
  FaceEmbedding,
  Withdrawal,
  FaceDecision,
  NotThisPerson,
  RecognitionBatch,
  StoredQualitySettings,
  StoredRecognitionSettings,
  ...Object.values(validation),
  TrainingJob,
  Example,
  ...Object.values(jobRecords),
  ...Object.values(bookkeeping),
];

/** The application's database alone, migrated, without the rest of the application. */
export async function openDatabase(
  kind: DatabaseKind,
): Promise<{ db: Database; module: TestingModule; place: TestDatabase; close(): Promise<void> }> {
  const place = await kind.create();
  const module = await Test.createTestingModule({
    imports: [SettingsModule.from(place.environment), DatabaseModule, TypeOrmModule.forFeature(ENTITIES)],
  }).compile();
  await module.init();
  return {
    db: module.get(Database),
    module,
    place,
    close: async () => {
      await module.close();
      await place.drop();
    },
  };
}
