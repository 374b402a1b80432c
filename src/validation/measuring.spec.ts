import { normalisedDistance, similarity } from '../compreface/similarity.js';
import { seededRandom } from '../../test/support/seeded-random.js';
import { CollectionVectors, type MeasuredFace, similarityOf } from './collection-vectors.js';
import type { PersonMeasurement } from './measurement.js';
import { measureCollection, measurePerson } from './measuring.js';
import { Slices } from './slices.js';
import type { MeasuringOptions } from './trials.js';

const CURVE = { c0: 0.41, c1: 14 };
const THRESHOLDS = { review: 0.85, autoAssign: 0.95 };
const [ANN, BOB, CYD] = [1, 2, 3];

function face(faceId: number, personId: number | null, x: number, y: number, photoId = faceId): MeasuredFace {
  return { faceId, photoId, personId, vector: Float32Array.from([x, y, 0.1]) };
}

function options(): MeasuringOptions {
  return { coefficients: CURVE, thresholds: THRESHOLDS, targetFmr: 0.1, slices: new Slices(() => undefined) };
}

function measure(faces: readonly MeasuredFace[], personId = ANN): Promise<PersonMeasurement | null> {
  return measurePerson(CollectionVectors.of(faces), personId, options());
}

const ann = [face(1, ANN, 1, 0), face(2, ANN, 1, 0.08), face(3, ANN, 1, 0.16)];
const bob = [face(11, BOB, 0, 1), face(12, BOB, 0.08, 1), face(13, BOB, 0.16, 1)];

describe('measuring how well a person would be recognised', () => {
  it('finds nothing wrong with two persons that lie far apart', async () => {
    expect(await measure([...ann, ...bob])).toEqual({
      personId: ANN,
      faces: 3,
      differentFaces: 3,
      variety: 'too_similar',
      genuineTrials: 3,
      impostorTrials: 3,
      rank1Rate: 100,
      atReview: { threshold: 0.85, fnmr: 0, fmr: 0 },
      atAutoAssign: { threshold: 0.95, fnmr: 0, fmr: 0 },
      recommended: null,
      confusedWith: [],
      suspiciousFaces: [],
      alikePersonIds: [],
    });
  });

  it('names a face that is closer to somebody else than to its own person', async () => {
    const measured = await measure([...ann, face(4, ANN, 0.04, 1), ...bob]);
    expect(measured?.suspiciousFaces).toEqual([
      { faceId: 4, personId: ANN, suspicion: 'nearer_to_other', closestPersonId: BOB },
    ]);
    expect(measured?.rank1Rate).toBe(75);
    expect(measured?.confusedWith).toEqual([{ personId: BOB, rate: 100 }]);
    expect(measured?.atAutoAssign.fmr).toBe(100);
  });

  it('does not let a copy of a photo prove that the person is recognised', async () => {
    const measured = await measure([face(1, ANN, 1, 0), face(2, ANN, 1, 0.001), ...bob]);
    expect(measured).toMatchObject({ genuineTrials: 0, rank1Rate: null, differentFaces: 1, variety: 'too_few' });
    expect(measured?.atAutoAssign.fnmr).toBeNull();
  });

  it('does not let another face of the same photo prove it either', async () => {
    const measured = await measure([face(1, ANN, 1, 0, 7), face(2, ANN, 1, 0.08, 7), ...bob]);
    expect(measured?.genuineTrials).toBe(0);
  });

  it('counts a stranger as an impostor, but never as somebody who could be recognised', async () => {
    const measured = await measure([...ann, face(21, null, 1, 0.04)]);
    expect(measured).toMatchObject({ impostorTrials: 1, rank1Rate: 100, confusedWith: [] });
    expect(measured?.atAutoAssign.fmr).toBe(100);
  });

  it('has nothing to say about a person without embeddings', async () => {
    expect(await measure(bob)).toBeNull();
  });

  it('leaves out an embedding of another length or without direction', async () => {
    const broken = [
      { ...face(31, ANN, 1, 0), vector: Float32Array.from([1, 0]) },
      { ...face(32, ANN, 1, 0), vector: Float32Array.from([0, 0, 0]) },
    ];
    expect((await measure([...ann, ...broken]))?.faces).toBe(3);
  });

  it('uses the similarity that CompreFace computes', () => {
    const [a, b] = [Float32Array.from([3, 1, 2]), Float32Array.from([2, 1.5, 2])];
    const collection = CollectionVectors.of([
      { ...face(1, ANN, 1, 1), vector: a },
      { ...face(2, ANN, 1, 1), vector: b },
    ]);
    expect(similarityOf(collection.product(0, 1), CURVE)).toBeCloseTo(similarity(a, b, CURVE), 5);
  });
});

describe('measuring a whole collection', () => {
  const SEED = 'measuring';
  const random = seededRandom(SEED);
  const around = (centre: readonly number[], spread: number): Float32Array =>
    Float32Array.from(centre, (value) => value + (random() - 0.5) * spread);
  const centres = Array.from({ length: 12 }, () => Array.from({ length: 9 }, () => random() - 0.5));
  const faces = centres.flatMap((centre, person) =>
    Array.from({ length: 6 }, (_, index): MeasuredFace => {
      const faceId = 1 + person * 6 + index;
      const vector = around(centre, 0.5);
      return { faceId, photoId: faceId, personId: person === 11 ? null : person + 1, vector };
    }),
  );

  it(`finds of each person exactly what measuring that person alone finds (seed ${SEED})`, async () => {
    const { persons } = await measureCollection(CollectionVectors.of(faces), options());
    expect(persons).toHaveLength(11);
    for (const person of persons) expect(person).toEqual(await measure(faces, person.personId));
  });

  it(`counts every trial that comparing all pairs one by one finds (seed ${SEED})`, async () => {
    const { summary } = await measureCollection(CollectionVectors.of(faces), options());
    const nearest = (of: MeasuredFace, isAsked: (face: MeasuredFace) => boolean): number =>
      Math.min(
        ...faces.filter((one) => one !== of && isAsked(one)).map((one) => normalisedDistance(one.vector, of.vector)),
      );
    const enrolled = faces.filter(({ personId }) => personId !== null);
    const missed = enrolled.filter((one) => {
      const distance = nearest(one, ({ personId }) => personId === one.personId);
      return (Math.tanh((CURVE.c0 - distance) * CURVE.c1) + 1) / 2 < THRESHOLDS.review;
    });
    const accepted = faces.filter((one) => {
      const distance = nearest(one, ({ personId }) => personId !== null && personId !== one.personId);
      return (Math.tanh((CURVE.c0 - distance) * CURVE.c1) + 1) / 2 >= THRESHOLDS.review;
    });
    expect(summary).toMatchObject({
      genuineTrials: 66,
      impostorTrials: 66 * 10 + 66,
      identificationTrials: 72,
      strangers: 6,
    });
    expect(summary.atReview.fnmr).toBeCloseTo((missed.length / 66) * 100, 1);
    expect(summary.atReview.fpir).toBeCloseTo((accepted.length / 72) * 100, 2);
    expect(missed.length + accepted.length).toBeGreaterThan(0);
  });

  it('stops between two slices when it is told to', async () => {
    const stop = new Slices(() => {
      throw new Error('stopped');
    });
    Object.defineProperty(stop, 'isOver', { get: () => true });
    await expect(measureCollection(CollectionVectors.of(faces), { ...options(), slices: stop })).rejects.toThrow(
      'stopped',
    );
  });

  it('says who has too few photos, and whose photos are all the same', async () => {
    const few = [face(41, CYD, -1, 0.3)];
    const { summary } = await measureCollection(CollectionVectors.of([...ann, ...bob, ...few]), options());
    expect(summary).toMatchObject({ tooFewPersonIds: [CYD], tooSimilarPersonIds: [ANN, BOB] });
  });
});
