import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { epochMs, id, int } from './columns.js';

/** Who processes the queue, and up to which job: what a process that ended did not come to is gone on with. */
export class QueueRuns1763800000009 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(queueRun());
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('queue_run');
  }
}

const queueRun = (): Table =>
  new Table({
    name: 'queue_run',
    columns: [id(), epochMs('last_run_at'), int('last_job_id'), epochMs('lease_until')],
  });
