import { seededRandom } from '../../test/support/seeded-random.js';
import { CollectionVectors, type MeasuredFace } from './collection-vectors.js';
import { Slices } from './slices.js';
import { findSuspicious, type Suspicions } from './suspicious-faces.js';

const CURVE = { c0: 0.41, c1: 14 };
const SEED = 'suspicious';
const DIMENSION = 64;

/** Makes faces of people whose photos lie as far apart as those of real people: 0.25 within a person, 0.55 between two. */
function people(): (look: number, personId: number | null) => MeasuredFace {
  const random = seededRandom(SEED);
  const bell = (): number => Array.from({ length: 12 }, random).reduce((sum, value) => sum + value, -6);
  const shared = Array.from({ length: DIMENSION }, bell);
  const looks = Array.from({ length: 40 }, () => Array.from({ length: DIMENSION }, bell));
  let faceId = 0;
  return (look, personId) => {
    faceId += 1;
    const vector = Float32Array.from(
      shared,
      (value, index) => value + (looks[look]?.[index] ?? 0) * 0.38 + bell() * 0.19,
    );
    return { faceId, photoId: faceId, personId, vector };
  };
}

function look(faces: readonly MeasuredFace[]): Promise<Suspicions> {
  return findSuspicious(CollectionVectors.of(faces), CURVE, new Slices(() => undefined));
}

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const ids = (faces: readonly MeasuredFace[]): number[] => faces.map(({ faceId }) => faceId);

describe(`the suspicious faces of a collection (seed ${SEED})`, () => {
  /** Persons 11 to 19, nobody's faces among them. */
  const others = (face: ReturnType<typeof people>): MeasuredFace[] =>
    times(9, (person) => times(10, () => face(person + 11, person + 11))).flat();
  const named = async (faces: readonly MeasuredFace[]): Promise<number[]> => {
    const collection = CollectionVectors.of(faces);
    const found = await look(faces);
    return found.faces.map(({ face }) => collection.faceIds[face] ?? 0).sort((a, b) => a - b);
  };

  it('are none in a clean collection', async () => {
    expect(await named(others(people()))).toEqual([]);
  });

  it('are ten of another person who is not in the collection and was mixed in later', async () => {
    const face = people();
    const right = times(10, () => face(1, 1));
    const wrong = times(10, () => face(2, 1));
    expect(await named([...right, ...wrong, ...others(face)])).toEqual(ids(wrong));
  });

  it('are ten of another person who has own photos, although they came first', async () => {
    const face = people();
    const wrong = times(10, () => face(2, 1));
    const right = times(10, () => face(1, 1));
    const own = times(4, () => face(2, 2));
    expect(await named([...wrong, ...right, ...own, ...others(face)])).toEqual(ids(wrong));
  });

  it('are ten of ten different persons, in the collection or not', async () => {
    const face = people();
    const right = times(10, () => face(1, 1));
    const wrong = times(10, (index) => face(index < 5 ? 11 + index : 20 + index, 1));
    expect(await named([...right, ...wrong, ...others(face)])).toEqual(ids(wrong));
  });

  it('are those of the others when two persons have ten of each other', async () => {
    const face = people();
    const [ofOne, ofTwo] = [times(10, () => face(1, 1)), times(10, () => face(2, 2))];
    const wrong = [...times(10, () => face(2, 1)), ...times(10, () => face(1, 2))];
    expect(await named([...ofOne, ...ofTwo, ...wrong, ...others(face)])).toEqual(ids(wrong));
  });

  it('are not half of everything when one person stands in the collection under two names', async () => {
    const face = people();
    const twice = [...times(8, () => face(1, 1)), ...times(8, () => face(1, 2))];
    const found = await look([...twice, ...others(face)]);
    expect(found).toEqual({ faces: [], alike: [[0, 1]] });
  });

  it('are found in a person with more faces than can all be compared', async () => {
    const face = people();
    const right = times(1_500, () => face(1, 1));
    const wrong = times(30, () => face(2, 1));
    expect(await named([...right, ...wrong, ...times(5, () => face(3, 3))])).toEqual(ids(wrong));
  });
});
