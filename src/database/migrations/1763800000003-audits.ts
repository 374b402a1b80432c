import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { boolean, epochMs, index, int, key, optional } from './columns.js';

/** When each person's examples in CompreFace are looked at again, and how the last look came out. */
export class Audits1763800000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(collectionAudit(), false, true, true);
    // Persons trained before this version are due as well.
    await runner.query(
      `INSERT INTO collection_audit (person_id, stage, due_at, differed)
       SELECT DISTINCT person_id, 0, 0, 0 FROM example WHERE state = 'present'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable(collectionAudit());
  }
}

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
