import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The sums over jobs get company: how many persons there are, and how many of them are trained. */
export class SumsOfPersons1763800000008 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE job_counter RENAME TO kept_sum');
    await runner.query("INSERT INTO kept_sum (metric, shard, value) SELECT 'persons_all', 0, COUNT(*) FROM person");
    await runner.query(
      "INSERT INTO kept_sum (metric, shard, value) SELECT 'persons_trained', 0, COUNT(*) FROM person WHERE example_count > 0",
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("DELETE FROM kept_sum WHERE metric IN ('persons_all', 'persons_trained')");
    await runner.query('ALTER TABLE kept_sum RENAME TO job_counter');
  }
}
