import { type MigrationInterface, type QueryRunner, TableColumn } from 'typeorm';
import { epochMs, optional } from './columns.js';

/** Until when whoever took a slot of the schedule is trusted to work it through; null when it is done, as all former ones are. */
export class SlotLeases1763800000006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.addColumn('cron_slot', new TableColumn(LEASE));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropColumn('cron_slot', LEASE.name);
  }
}

const LEASE = epochMs('lease_until', optional);
