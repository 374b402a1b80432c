/** The documented kinds of training. */
export const TRAINING_TYPES = ['full', 'incremental', 'validation'] as const;
export type TrainingType = (typeof TRAINING_TYPES)[number];

/**
 * The life of a job.
 * - `pending`: waits. Its first attempt is started by process-queue, by `POST /persons/:id/train` or by the schedule; once begun, the
 *   worker goes on with it by itself when `run_at` has come (a retry, or work taken back from a dead process).
 * - `running`: one process holds its lease and works on it. A cancel request ends it `cancelled`; a lease that runs out makes it `pending`.
 * - `completed`: the collection holds what the job was to put there, and the outcome of every face is known.
 * - `failed`: no face could be trained, or our own work broke three times. An outage never fails a job.
 * - `cancelled`: somebody cancelled it; what was added before stays.
 */
export const ACTIVE_STATES = ['pending', 'running'] as const;
export const ENDED_STATES = ['completed', 'failed', 'cancelled'] as const;
export const JOB_STATES = [...ACTIVE_STATES, ...ENDED_STATES] as const;
export type JobState = (typeof JOB_STATES)[number];
export type EndedState = (typeof ENDED_STATES)[number];

export function isEnded(state: JobState): state is EndedState {
  return (ENDED_STATES as readonly JobState[]).includes(state);
}

/** What a job did with one face. `unchanged`: its example was there already. `rejected`: the photo is at fault. `failed`: it is not. */
export const FACE_OUTCOMES = ['added', 'unchanged', 'removed', 'rejected', 'failed'] as const;
export type FaceOutcome = (typeof FACE_OUTCOMES)[number];

/** Crashes of the process under one job after which the job is parked: it may be what kills the process. */
export const MAX_CRASHES = 3;

/** Attempts ended by an error of our own after which a job fails. */
export const MAX_ATTEMPTS = 3;
