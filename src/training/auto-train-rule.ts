import type { TrainingType } from './job-state.js';

/** What automatic training knows of a person without an active job. */
export interface TrainablePerson {
  readonly eligibleFaces: number;
  readonly newFaces: number;
  readonly neverTrained: boolean;
  /** Null when it was never trained. */
  readonly hoursSinceTraining: number | null;
  readonly changedSinceTraining: boolean;
  /** The person's last training job failed. */
  readonly lastFailure: {
    readonly type: TrainingType;
    readonly code: string;
    readonly facesChangedSince: boolean;
  } | null;
  readonly retriesSpent: number;
}

export interface AutoTrainRule {
  readonly minFacesThreshold: number;
  readonly trainingInterval: number;
  readonly autoRetryFailures: boolean;
  readonly maxRetries: number;
  readonly skipUnchanged: boolean;
}

/** What to queue, and why. */
export interface AutoTrainDecision {
  readonly trainingType: TrainingType;
  readonly reason: string;
  /** Which retry since the last success it is; null when it is none. */
  readonly retry: number | null;
}

/** Asks in this order: enough faces, last job failed (then only the retry rule), never trained, interval. Null: not now. */
export function decideAutoTrain(person: TrainablePerson, rule: AutoTrainRule): AutoTrainDecision | null {
  if (person.eligibleFaces < rule.minFacesThreshold) return null;
  if (person.lastFailure) return decideRetryOf(person, person.lastFailure, rule);
  if (person.neverTrained || person.hoursSinceTraining === null) {
    return { trainingType: 'full', reason: 'Never trained before', retry: null };
  }
  if (person.hoursSinceTraining < rule.trainingInterval) return null;
  if (rule.skipUnchanged && !person.changedSinceTraining) return null;
  const hours = plural(Math.floor(person.hoursSinceTraining), 'hour');
  return {
    trainingType: 'incremental',
    reason: `Last trained ${hours} ago, ${plural(person.newFaces, 'new face')}`,
    retry: null,
  };
}

/** Changed faces give a new budget: it is another training then. */
function decideRetryOf(
  person: TrainablePerson,
  failure: NonNullable<TrainablePerson['lastFailure']>,
  rule: AutoTrainRule,
): AutoTrainDecision | null {
  if (!rule.autoRetryFailures) return null;
  const spent = failure.facesChangedSince ? 0 : person.retriesSpent;
  if (spent >= rule.maxRetries) return null;
  const retry = spent + 1;
  return {
    trainingType: failure.type,
    reason: `Retry ${retry} of ${rule.maxRetries} after failure: ${failure.code}`,
    retry,
  };
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
