import type { SimilarityCoefficients } from '../compreface/similarity.js';
import { type CollectionVectors, NOTHING } from './collection-vectors.js';
import type { CollectionMeasurement, MeasuringThresholds, PersonMeasurement } from './measurement.js';
import type { MeasuringOptions, Trials } from './trials.js';
import { describePerson } from './person-measurement.js';
import { areCopies, type NearestOfPersons, scoreFaces } from './nearest-faces.js';
import { PersonTally } from './person-tally.js';
import { ScoreTally } from './score-tally.js';
import { findSuspicious } from './suspicious-faces.js';
import { summarise } from './summary.js';
import { COPY_PRODUCT } from './variety.js';

/** Measures a whole collection. `tell` hears how many faces are done; each person's part goes to `keep`. */
export async function measureCollection(
  collection: CollectionVectors,
  options: MeasuringOptions,
  tell: (facesDone: number) => void = () => undefined,
): Promise<{ readonly summary: CollectionMeasurement; readonly persons: readonly PersonMeasurement[] }> {
  const { coefficients, thresholds, slices } = options;
  const trials = newTrials(collection.persons, coefficients, thresholds);
  let done = 0;
  await scoreFaces(collection, COPY_PRODUCT, slices, (face, nearest) => {
    countRow(collection, trials, face, nearest);
    done += 1;
    tell(done);
  });
  const suspicions = await findSuspicious(collection, coefficients, slices);
  const persons: PersonMeasurement[] = [];
  for (const person of trials.persons.keys()) {
    persons.push(describePerson(collection, person, trials, suspicions, options));
    if (slices.isOver) await slices.next();
  }
  return { summary: summarise(collection, trials, suspicions, persons, options), persons };
}

/** Measures one person against everybody else; null when none of the person's faces is in the collection. */
export async function measurePerson(
  collection: CollectionVectors,
  personId: number,
  options: MeasuringOptions,
): Promise<PersonMeasurement | null> {
  const { coefficients, thresholds, slices } = options;
  const person = collection.personIds.indexOf(personId);
  if (person === -1) return null;
  const trials = newTrials(collection.persons, coefficients, thresholds);
  await countPerson(collection, person, trials, options);
  const suspicions = await findSuspicious(collection, coefficients, slices, person);
  return describePerson(collection, person, trials, suspicions, options);
}

function newTrials(persons: number, coefficients: SimilarityCoefficients, thresholds: MeasuringThresholds): Trials {
  return {
    persons: Array.from({ length: persons }, () => new PersonTally(coefficients, thresholds)),
    identification: new ScoreTally(coefficients, [thresholds.review, thresholds.autoAssign]),
  };
}

/** Counts a left-out face: once against its own person, and against each other one. */
function countRow(collection: CollectionVectors, trials: Trials, face: number, nearest: NearestOfPersons): void {
  const person = collection.personOf[face] ?? -1;
  let other = NOTHING;
  for (let place = 0; place < nearest.length; place += 1) {
    const product = nearest[place] ?? NOTHING;
    if (place === person || product <= NOTHING) continue;
    trials.persons[place]?.addImpostor(product, person);
    if (product > other) other = product;
  }
  if (other > NOTHING) trials.identification.add(other);
  const own = nearest[person] ?? NOTHING;
  if (own > NOTHING) trials.persons[person]?.addGenuine(own, other);
}

/** The same for one person alone: its row of trials and its column. */
async function countPerson(
  collection: CollectionVectors,
  person: number,
  { persons }: Trials,
  { slices }: MeasuringOptions,
): Promise<void> {
  const { size, personOf } = collection;
  const tally = persons[person];
  const nearestOwn = new Float32Array(size).fill(NOTHING);
  const products = new Float64Array(size);
  for (const face of collection.facesOf[person] ?? []) {
    collection.products(face, 0, size, products);
    products.forEach((product, other) => {
      if (personOf[other] !== person) nearestOwn[other] = Math.max(product, nearestOwn[other] ?? NOTHING);
    });
    const own = nearestOf(collection, products, (other, product) => {
      return personOf[other] === person && !areCopies(collection, face, other, product, COPY_PRODUCT);
    });
    const others = nearestOf(collection, products, (other) => personOf[other] !== person && personOf[other] !== -1);
    if (own > NOTHING) tally?.addGenuine(own, others);
    if (slices.isOver) await slices.next();
  }
  nearestOwn.forEach((product, face) => {
    if (product > NOTHING) tally?.addImpostor(product, personOf[face] ?? -1);
  });
}

function nearestOf(
  { size }: CollectionVectors,
  products: Float64Array,
  counts: (other: number, product: number) => boolean,
): number {
  let nearest = NOTHING;
  for (let other = 0; other < size; other += 1) {
    const product = products[other] ?? NOTHING;
    if (product > nearest && counts(other, product)) nearest = product;
  }
  return nearest;
}
