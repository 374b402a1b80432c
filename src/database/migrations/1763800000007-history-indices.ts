import { type MigrationInterface, type QueryRunner, TableIndex } from 'typeorm';

/**
 * Indices by which lists and searches stay as fast as at first, however long the history and however large the library is. And how many
 * full trainings there are in each state: the counters knew it of all trainings together only.
 */
export class HistoryIndices1763800000007 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const [table, index] of INDICES) await runner.createIndex(table, new TableIndex(index));
    for (const state of STATES) {
      await runner.query(
        `INSERT INTO job_counter (metric, shard, value)
         SELECT 'full_${state}', 0, COUNT(*) FROM training_job WHERE training_type = 'full' AND state = '${state}'`,
      );
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const state of STATES) await runner.query(`DELETE FROM job_counter WHERE metric = 'full_${state}'`);
    for (const [table, { name }] of INDICES) await runner.dropIndex(table, name);
  }
}

/** As they were when this was written. */
const STATES = ['pending', 'running', 'completed', 'failed', 'cancelled'];

const INDICES: readonly (readonly [string, { name: string; columnNames: string[] }])[] = [
  // The type comes first although both are asked for: an index that begins with the state would draw the queries of the queue to it.
  ['training_job', { name: 'ix_training_job_listed', columnNames: ['training_type', 'state', 'id'] }],
  ['person', { name: 'ix_person_trained', columnNames: ['last_trained_at'] }],
  ['face', { name: 'ix_face_eligible', columnNames: ['review', 'exclusion', 'state', 'id'] }],
  ['face_decision', { name: 'ix_face_decision_person', columnNames: ['person_id', 'judged_at'] }],
  ['face_decision', { name: 'ix_face_decision_verdict', columnNames: ['verdict_person_id', 'judged_at'] }],
];
