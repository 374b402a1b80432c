import { type MigrationInterface, type QueryRunner, Table, TableIndex } from 'typeorm';
import { boolean, epochMs, index, int, key, optional } from './columns.js';

/**
 * When each person's examples in CompreFace are looked at again, and how the last look came out. And an index by which a worker finds what
 * was begun among many jobs that wait for somebody to begin them.
 */
export class Audits1763800000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(collectionAudit(), false, true, true);
    await runner.createIndex('training_job', new TableIndex(BEGUN));
    // Persons trained before this version are due as well.
    await runner.query(
      `INSERT INTO collection_audit (person_id, stage, due_at, differed)
       SELECT DISTINCT person_id, 0, 0, 0 FROM example WHERE state = 'present'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropIndex('training_job', BEGUN.name);
    await runner.dropTable(collectionAudit());
  }
}

const BEGUN = { name: 'ix_training_job_begun', columnNames: ['state', 'begun', 'run_at', 'id'] };

const collectionAudit = (): Table =>
  new Table({
    name: 'collection_audit',
    columns: [
      int('person_id', key),
      int('stage'),
      epochMs('due_at'),
      epochMs('audited_at', optional),
      boolean('differed'),
    ],
    indices: [
      index('ix_collection_audit_due', 'due_at', 'person_id'),
      index('ix_collection_audit_newest', 'audited_at', 'differed'),
    ],
  });
