import type { Dataset } from './dataset.js';
import type { EvaluatedService, RecognisedFace, SummaryShown } from './evaluated-service.js';

/** The service's own, at the defaults. */
const MARGIN = 0.05;

/** A new photo, with who is in it (null: a stranger) and what the service said. */
export interface Trial {
  readonly truth: number | null;
  readonly answer: RecognisedFace | null;
}

export interface OpenSet {
  readonly trials: readonly Trial[];
  readonly summary: SummaryShown;
  readonly photosTrained: number;
  readonly photosRefused: number;
  readonly personIds: readonly number[];
}

/** Trains half of each person's photos, measures, and sends the other half and the strangers as new photos. */
export async function openSet(
  service: EvaluatedService,
  dataset: Dataset,
  tell: (text: string) => void = () => undefined,
): Promise<OpenSet> {
  const personIds: number[] = [];
  let [photosTrained, photosRefused] = [0, 0];
  for (const person of dataset.persons) {
    const id = await service.addPerson(person.name);
    personIds.push(id);
    const faces = await service.addPhotos(id, person.trained);
    photosTrained += faces.filter((face) => face !== null).length;
    photosRefused += faces.filter((face) => face === null).length;
  }
  tell(`${photosTrained} photos of ${personIds.length} persons taken, ${photosRefused} refused; training`);
  await service.train(personIds);
  tell('Measuring everybody');
  const summary = await service.validateAll();
  tell('Sending new photos');
  const trials: Trial[] = [];
  for (const [index, { heldOut }] of dataset.persons.entries()) {
    for (const photo of heldOut)
      trials.push({ truth: personIds[index] ?? null, answer: await service.recognise(photo) });
  }
  for (const photo of dataset.strangers) trials.push({ truth: null, answer: await service.recognise(photo) });
  return { trials, summary, photosTrained, photosRefused, personIds };
}

/** How often assigning without asking was right. */
export interface Assignments {
  readonly right: number;
  readonly wrong: number;
  /** Of those who are enrolled: asked about, or not recognised. */
  readonly notAssigned: number;
  readonly strangersAssigned: number;
}

/** What the service has assigned by itself. */
export function asDecided(trials: readonly Trial[]): Assignments {
  return count(trials, ({ answer }) => (answer?.outcome === 'assigned' ? answer.personId : null));
}

/** What it would have assigned at another threshold, with the same margin. */
export function atThreshold(trials: readonly Trial[], threshold: number): Assignments {
  return count(trials, ({ answer }) => {
    const [best, second] = answer?.candidates ?? [];
    const isClear = best && best.similarity >= threshold && best.similarity - (second?.similarity ?? 0) >= MARGIN;
    return isClear ? best.person_id : null;
  });
}

/** Per cent of the enrolled persons' new photos with a face whose best candidate is the right person. */
export function rank1Rate(trials: readonly Trial[]): number {
  const known = trials.filter(({ truth, answer }) => truth !== null && answer !== null);
  return (known.filter(({ truth, answer }) => answer?.candidates[0]?.person_id === truth).length / known.length) * 100;
}

function count(trials: readonly Trial[], assigned: (trial: Trial) => number | null): Assignments {
  const enrolled = trials.filter(({ truth }) => truth !== null);
  const right = enrolled.filter((trial) => assigned(trial) === trial.truth).length;
  const notAssigned = enrolled.filter((trial) => assigned(trial) === null).length;
  const strangersAssigned = trials.filter((trial) => trial.truth === null && assigned(trial) !== null).length;
  return { right, wrong: enrolled.length - right - notAssigned, notAssigned, strangersAssigned };
}
