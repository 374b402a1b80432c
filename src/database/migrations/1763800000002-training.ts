import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { boolean, double, epochMs, id, index, int, key, optional, text, time, unique, varchar } from './columns.js';

/** The training queue, the ledger of examples, and what the schedule remembers. */
export class Training1763800000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await runner.createTable(table(), false, true, true);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of [...TABLES].reverse()) await runner.dropTable(table());
  }
}

const trainingJob = (): Table =>
  new Table({
    name: 'training_job',
    columns: [
      id(),
      int('person_id'),
      varchar('person_name', 200),
      varchar('training_type', 16),
      varchar('state', 16),
      varchar('reason', 200, optional),
      int('max_faces_per_batch'),
      boolean('begun'),
      epochMs('run_at'),
      varchar('owner', 36, optional),
      int('epoch'),
      epochMs('lease_until', optional),
      int('attempt'),
      int('crashes'),
      int('outages'),
      epochMs('cancel_requested_at', optional),
      int('retry_of', optional),
      int('generation', optional),
      int('snapshot_generation', optional),
      int('faces_planned'),
      int('faces_added'),
      int('faces_removed'),
      int('faces_unchanged'),
      int('faces_failed'),
      double('success_rate'),
      int('training_time'),
      varchar('error_code', 40, optional),
      varchar('error_message', 300, optional),
      time('queued_at'),
      time('started_at', optional),
      time('completed_at', optional),
      int('active_person_id', {
        isNullable: true,
        generatedType: 'STORED',
        asExpression: `CASE WHEN state IN ('pending', 'running') THEN person_id END`,
      }),
    ],
    indices: [
      unique('uq_training_job_active_person', 'active_person_id'),
      index('ix_training_job_due', 'state', 'run_at', 'id'),
      index('ix_training_job_ended', 'state', 'completed_at', 'id'),
      index('ix_training_job_person', 'person_id', 'id'),
    ],
  });

const jobFace = (): Table =>
  new Table({
    name: 'job_face',
    columns: [
      int('job_id', key),
      int('face_id', key),
      varchar('content_hash', 64),
      varchar('outcome', 16, optional),
      varchar('reason_code', 40, optional),
      varchar('reason_message', 300, optional),
      int('tries'),
    ],
    indices: [index('ix_job_face_open', 'job_id', 'outcome', 'face_id')],
  });

const jobEvent = (): Table =>
  new Table({
    name: 'job_event',
    columns: [id(), int('job_id'), int('epoch'), varchar('event', 32), varchar('detail', 500, optional), time('at')],
    indices: [index('ix_job_event_job', 'job_id', 'id')],
  });

const jobResult = (): Table =>
  new Table({
    name: 'job_result',
    columns: [int('job_id', key), int('person_id'), text('result')],
    indices: [index('ix_job_result_person', 'person_id', 'job_id')],
  });

const example = (): Table =>
  new Table({
    name: 'example',
    columns: [
      id(),
      int('person_id'),
      int('face_id'),
      varchar('content_hash', 64),
      int('generation'),
      varchar('state', 16),
      varchar('image_id', 36, optional),
      int('job_id'),
      int('job_epoch'),
      epochMs('intent_at', optional),
      varchar('reason_code', 40, optional),
      varchar('reason_message', 300, optional),
    ],
    indices: [
      unique('uq_example_content', 'person_id', 'content_hash', 'generation'),
      unique('uq_example_image', 'image_id'),
      index('ix_example_state', 'state', 'intent_at', 'id'),
    ],
  });

const trainingSettings = (): Table =>
  new Table({
    name: 'training_settings',
    columns: [
      int('id', key),
      boolean('enabled'),
      int('min_faces_threshold'),
      int('max_faces_per_batch'),
      double('training_interval'),
      boolean('auto_retry_failures'),
      int('max_retries'),
      boolean('skip_unchanged'),
      varchar('schedule', 100),
      varchar('timezone', 64),
    ],
  });

const jobCounter = (): Table =>
  new Table({ name: 'job_counter', columns: [varchar('metric', 40, key), int('shard', key), double('value')] });

const cronSlot = (): Table =>
  new Table({ name: 'cron_slot', columns: [varchar('task', 40, key), epochMs('slot_ms', key), time('fired_at')] });

const installation = (): Table =>
  new Table({
    name: 'installation',
    columns: [
      int('id', key),
      varchar('marker', 36),
      epochMs('first_started_at'),
      varchar('engine_owner', 36, optional),
      epochMs('engine_lease_until', optional),
    ],
  });

const sessionCheck = (): Table => new Table({ name: 'session_check', columns: [int('id', key), int('touched')] });

const TABLES = [
  trainingJob,
  jobFace,
  jobEvent,
  jobResult,
  example,
  trainingSettings,
  jobCounter,
  cronSlot,
  installation,
  sessionCheck,
];
