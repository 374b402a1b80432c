import { type MigrationInterface, type QueryRunner, Table, TableIndex } from 'typeorm';
import { boolean, double, id, index, int, key, optional, reference, text, time, varchar } from './columns.js';

/**
 * What recognising needs to keep: how each face was decided on and why, whom it is not, how good it is, the settings of all that, and the
 * results of measuring. Embeddings are kept per calculator from here on.
 */
export class Recognition1763800000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Plain statements: TypeORM would build the whole table anew on SQLite, and dropping the old one would delete the embeddings with it.
    for (const [table, columns] of Object.entries(NEW_COLUMNS)) {
      for (const column of columns) await runner.query(`ALTER TABLE ${table} ADD COLUMN ${column}`);
    }
    for (const [table, tableIndex] of NEW_INDICES) await runner.createIndex(table, new TableIndex(tableIndex));
    await keyEmbeddingsByCalculator(runner);
    for (const table of TABLES) await runner.createTable(table(), false, true, true);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of [...TABLES].reverse()) await runner.dropTable(table());
    for (const [table, { name }] of NEW_INDICES) await runner.dropIndex(table, name);
    for (const [table, columns] of Object.entries(NEW_COLUMNS)) {
      for (const column of columns)
        await runner.query(`ALTER TABLE ${table} DROP COLUMN ${column.split(' ')[0] ?? ''}`);
    }
  }
}

const NEW_COLUMNS: Record<string, readonly string[]> = {
  face: [
    'review varchar(16) NULL',
    'matched_at datetime(3) NULL',
    'quality text NULL',
    'quality_refusal varchar(32) NULL',
    'train_anyway_at datetime(3) NULL',
  ],
  photo: [
    'library_hash varchar(64) NULL',
    'state varchar(16) NULL',
    'examine_at bigint NULL',
    'examine_tries integer NULL',
  ],
};

const NEW_INDICES: readonly (readonly [string, { name: string; columnNames: string[]; isUnique?: boolean }])[] = [
  ['face', { name: 'ix_face_review', columnNames: ['review', 'id'] }],
  ['face', { name: 'ix_face_matched', columnNames: ['review', 'matched_at', 'id'] }],
  ['photo', { name: 'uq_photo_library', columnNames: ['library_hash'], isUnique: true }],
  ['photo', { name: 'ix_photo_examine', columnNames: ['state', 'examine_at'] }],
];

async function keyEmbeddingsByCalculator(runner: QueryRunner): Promise<void> {
  if (runner.dataSource.options.type !== 'better-sqlite3') {
    await runner.query('ALTER TABLE face_embedding DROP PRIMARY KEY, ADD PRIMARY KEY (face_id, calculator)');
    return;
  }
  await runner.query('CREATE TABLE face_embedding_before AS SELECT face_id, calculator, vector FROM face_embedding');
  await runner.dropTable('face_embedding');
  await runner.createTable(faceEmbedding(), false, true, true);
  await runner.query('INSERT INTO face_embedding (face_id, calculator, vector) SELECT * FROM face_embedding_before');
  await runner.query('DROP TABLE face_embedding_before');
}

const faceEmbedding = (): Table =>
  new Table({
    name: 'face_embedding',
    columns: [int('face_id', key), varchar('calculator', 100, key), { name: 'vector', type: 'blob' }],
    indices: [index('ix_face_embedding_calculator', 'calculator', 'face_id')],
    foreignKeys: [reference('fk_face_embedding_face', 'face_id', 'face', 'CASCADE')],
  });

const faceDecision = (): Table =>
  new Table({
    name: 'face_decision',
    columns: [
      id(),
      int('face_id'),
      int('batch_id', optional),
      varchar('outcome', 16),
      int('person_id', optional),
      double('similarity', optional),
      varchar('reason', 32),
      text('candidates'),
      double('review_threshold'),
      double('auto_assign_threshold'),
      double('margin'),
      varchar('calculator', 100),
      time('decided_at'),
      varchar('verdict', 16, optional),
      int('verdict_person_id', optional),
      time('judged_at', optional),
    ],
    indices: [
      index('ix_face_decision_face', 'face_id', 'id'),
      index('ix_face_decision_batch', 'batch_id', 'id'),
      index('ix_face_decision_judged', 'judged_at', 'id'),
    ],
    foreignKeys: [
      reference('fk_face_decision_face', 'face_id', 'face', 'CASCADE'),
      reference('fk_face_decision_batch', 'batch_id', 'recognition_batch'),
    ],
  });

const notThisPerson = (): Table =>
  new Table({
    name: 'not_this_person',
    columns: [int('face_id', key), int('person_id', key), time('created_at')],
    indices: [index('ix_not_this_person_person', 'person_id')],
    foreignKeys: [
      reference('fk_not_this_person_face', 'face_id', 'face', 'CASCADE'),
      reference('fk_not_this_person_person', 'person_id', 'person', 'CASCADE'),
    ],
  });

const recognitionBatch = (): Table =>
  new Table({
    name: 'recognition_batch',
    columns: [id(), varchar('kind', 24), int('assigned'), time('created_at'), time('undone_at', optional)],
  });

const recognitionSettings = (): Table =>
  new Table({
    name: 'recognition_settings',
    columns: [
      int('id', key),
      double('review_threshold'),
      double('auto_assign_threshold'),
      double('margin'),
      boolean('learn_automatically'),
      double('learn_threshold'),
      double('learn_max_share'),
    ],
  });

const qualitySettings = (): Table =>
  new Table({
    name: 'quality_settings',
    columns: [
      int('id', key),
      boolean('enabled'),
      int('min_face_side'),
      double('min_sharpness'),
      double('min_brightness'),
      double('max_brightness'),
      double('min_contrast'),
      double('max_yaw'),
      double('max_pitch'),
    ],
  });

const validationRun = (): Table =>
  new Table({
    name: 'validation_run',
    columns: [
      id(),
      varchar('state', 16),
      time('started_at'),
      time('completed_at', optional),
      int('faces_total'),
      int('faces_done'),
      varchar('calculator', 100, optional),
      text('summary', optional),
    ],
    indices: [index('ix_validation_run_state', 'state', 'id')],
  });

const validationOfPerson = (): Table =>
  new Table({
    name: 'validation_of_person',
    columns: [int('run_id', key), int('person_id', key), text('report')],
    indices: [index('ix_validation_of_person_person', 'person_id', 'run_id')],
    foreignKeys: [reference('fk_validation_of_person_run', 'run_id', 'validation_run', 'CASCADE')],
  });

const TABLES = [
  recognitionBatch,
  faceDecision,
  notThisPerson,
  recognitionSettings,
  qualitySettings,
  validationRun,
  validationOfPerson,
];
