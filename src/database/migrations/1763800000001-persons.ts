import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import {
  boolean,
  double,
  epochMs,
  id,
  index,
  int,
  key,
  optional,
  reference,
  text,
  time,
  unique,
  varchar,
} from './columns.js';

/** Persons, photos, faces, their embeddings, and the requests to withdraw faces from the collection. */
export class Persons1763800000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const table of [person, photo, face, faceEmbedding, withdrawal])
      await runner.createTable(table(), false, true, true);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['withdrawal', 'face_embedding', 'face', 'photo', 'person']) await runner.dropTable(table);
  }
}

const person = (): Table =>
  new Table({
    name: 'person',
    columns: [
      id(),
      varchar('name', 200),
      varchar('name_key', 64),
      varchar('search_name', 255),
      varchar('notes', 1000, optional),
      boolean('auto_recognize'),
      varchar('subject', 50),
      int('desired_generation'),
      int('trained_generation'),
      int('example_count'),
      boolean('is_training'),
      boolean('last_failed'),
      int('retries_spent'),
      int('failed_generation', optional),
      time('last_trained_at', optional),
      time('created_at'),
      time('updated_at'),
    ],
    indices: [
      unique('uq_person_name', 'name_key'),
      unique('uq_person_subject', 'subject'),
      index('ix_person_examples', 'example_count'),
    ],
  });

const photo = (): Table =>
  new Table({
    name: 'photo',
    columns: [
      id(),
      varchar('source_hash', 64),
      varchar('content_hash', 64),
      int('width'),
      int('height'),
      varchar('original_name', 255),
      time('created_at'),
    ],
    indices: [index('ix_photo_source', 'source_hash'), index('ix_photo_content', 'content_hash')],
  });

const face = (): Table =>
  new Table({
    name: 'face',
    columns: [
      id(),
      int('photo_id'),
      int('person_id', optional),
      varchar('source_hash', 64),
      varchar('content_hash', 64, optional),
      varchar('state', 16),
      varchar('exclusion', 32, optional),
      varchar('rejection', 300, optional),
      int('x_min', optional),
      int('y_min', optional),
      int('x_max', optional),
      int('y_max', optional),
      double('probability', optional),
      text('landmarks', optional),
      text('pose', optional),
      varchar('assignment_method', 32, optional),
      double('assignment_confidence', optional),
      epochMs('examine_at', optional),
      int('examine_tries'),
      time('created_at'),
    ],
    indices: [
      unique('uq_face_person_content', 'person_id', 'content_hash'),
      index('ix_face_person', 'person_id', 'state', 'exclusion', 'id'),
      index('ix_face_examine', 'state', 'examine_at'),
      index('ix_face_content', 'content_hash'),
      index('ix_face_photo', 'photo_id'),
    ],
    foreignKeys: [reference('fk_face_photo', 'photo_id', 'photo'), reference('fk_face_person', 'person_id', 'person')],
  });

const faceEmbedding = (): Table =>
  new Table({
    name: 'face_embedding',
    columns: [int('face_id', key), varchar('calculator', 100), { name: 'vector', type: 'blob' }],
    indices: [index('ix_face_embedding_calculator', 'calculator', 'face_id')],
    foreignKeys: [reference('fk_face_embedding_face', 'face_id', 'face', 'CASCADE')],
  });

const withdrawal = (): Table =>
  new Table({
    name: 'withdrawal',
    columns: [
      id(),
      int('person_id'),
      varchar('subject', 50),
      varchar('content_hash', 64, optional),
      varchar('reason', 32),
      varchar('state', 16),
      epochMs('run_at'),
      epochMs('empty_since', optional),
      int('tries'),
      time('requested_at'),
      time('done_at', optional),
    ],
    indices: [index('ix_withdrawal_due', 'state', 'run_at', 'id'), index('ix_withdrawal_person', 'person_id', 'state')],
  });
