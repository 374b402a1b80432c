import { type AutoTrainRule, decideAutoTrain, type TrainablePerson } from './auto-train-rule.js';

const rule: AutoTrainRule = {
  minFacesThreshold: 3,
  trainingInterval: 6,
  autoRetryFailures: true,
  maxRetries: 3,
  skipUnchanged: false,
};
const trained: TrainablePerson = {
  eligibleFaces: 5,
  newFaces: 4,
  neverTrained: false,
  hoursSinceTraining: 26.4,
  changedSinceTraining: true,
  lastFailure: null,
  retriesSpent: 0,
};
const failure = { type: 'incremental', code: 'NO_FACE_TRAINED', facesChangedSince: false } as const;

describe('automatic training', () => {
  it('trains a person never trained in full', () => {
    const person = { ...trained, neverTrained: true, hoursSinceTraining: null };
    expect(decideAutoTrain(person, rule)).toEqual({
      trainingType: 'full',
      reason: 'Never trained before',
      retry: null,
    });
  });

  it('leaves a person with too few faces alone', () => {
    expect(decideAutoTrain({ ...trained, eligibleFaces: 2 }, rule)).toBeNull();
  });

  it('trains again when the interval has passed, and says how many faces are new', () => {
    expect(decideAutoTrain(trained, rule)).toMatchObject({
      trainingType: 'incremental',
      reason: 'Last trained 26 hours ago, 4 new faces',
    });
    expect(decideAutoTrain({ ...trained, hoursSinceTraining: 6 }, rule)).not.toBeNull();
    expect(decideAutoTrain({ ...trained, hoursSinceTraining: 5.99 }, rule)).toBeNull();
  });

  it('leaves unchanged people alone when asked to', () => {
    const unchanged = { ...trained, changedSinceTraining: false };
    expect(decideAutoTrain(unchanged, { ...rule, skipUnchanged: true })).toBeNull();
    expect(decideAutoTrain(unchanged, rule)).not.toBeNull();
  });

  it('retries a failed training as what it was, until the retries are spent', () => {
    const failed = { ...trained, neverTrained: true, hoursSinceTraining: null, lastFailure: failure };
    expect(decideAutoTrain(failed, rule)).toEqual({
      trainingType: 'incremental',
      reason: 'Retry 1 of 3 after failure: NO_FACE_TRAINED',
      retry: 1,
    });
    expect(decideAutoTrain({ ...failed, retriesSpent: 2 }, rule)).toMatchObject({ retry: 3 });
    expect(decideAutoTrain({ ...failed, retriesSpent: 3 }, rule)).toBeNull();
  });

  it('never falls back to "never trained" for a person whose training failed', () => {
    const failed = { ...trained, neverTrained: true, hoursSinceTraining: null, lastFailure: failure };
    expect(decideAutoTrain(failed, { ...rule, autoRetryFailures: false })).toBeNull();
  });

  it('begins to count retries anew when the faces changed', () => {
    const changed = { ...trained, retriesSpent: 3, lastFailure: { ...failure, facesChangedSince: true } };
    expect(decideAutoTrain(changed, rule)).toMatchObject({ retry: 1 });
  });
});
