import type { EntityManager } from 'typeorm';
import { execute, type SqlValue } from '../database/sql.js';
import { type Claim, LostJobError } from './held-job.js';

/** First statement of every transaction that writes for a job: throws `LostJobError` when the job is not the claim's any more. */
export async function guardJob(
  em: EntityManager,
  claim: Claim,
  assignments = 'epoch = epoch',
  values: readonly SqlValue[] = [],
): Promise<void> {
  const matched = await execute(
    em,
    `UPDATE training_job SET ${assignments} WHERE id = ? AND epoch = ? AND state = 'running'`,
    [...values, claim.id, claim.epoch],
  );
  if (matched !== 1) throw new LostJobError(claim.id);
}
