import { seededRandom } from '../../test/support/seeded-random.js';
import { CollectionVectors } from './collection-vectors.js';
import { scoreFaces } from './nearest-faces.js';
import { Slices } from './slices.js';

const SEED = 'nearest';

describe(`the nearest face of each person (seed ${SEED})`, () => {
  const random = seededRandom(SEED);
  const collection = CollectionVectors.of(
    Array.from({ length: 40 }, (_, faceId) => ({
      faceId,
      photoId: Math.floor(faceId / 2),
      personId: faceId % 7 === 0 ? null : (faceId % 5) + 1,
      vector: Float32Array.from({ length: 6 }, () => random() - 0.5),
    })),
  );
  const rows = async (blockCells?: number): Promise<number[][]> => {
    const found: number[][] = [];
    const take = (face: number, nearest: Float32Array): void => {
      found[face] = [...nearest];
    };
    await scoreFaces(collection, 0.99, new Slices(() => undefined), take, blockCells);
    return found;
  };

  it('is what comparing with every face one by one finds', async () => {
    const { personOf, photoIds, size, persons } = collection;
    const expected = Array.from({ length: size }, (_, face) =>
      Array.from({ length: persons }, (__, person) => {
        const products = Array.from({ length: size }, (___, other) => other)
          .filter((other) => other !== face && personOf[other] === person)
          .filter((other) => personOf[face] !== person || photoIds[face] !== photoIds[other])
          .map((other) => collection.product(face, other))
          .filter((product) => personOf[face] !== person || product < 0.99);
        return Math.fround(Math.max(-2, ...products));
      }),
    );
    const found = await rows();
    for (const [face, row] of expected.entries()) {
      for (const [person, product] of row.entries()) expect(found[face]?.[person]).toBeCloseTo(product, 6);
    }
  });

  it('is the same when the memory holds only a few rows at a time', async () => {
    expect(await rows(collection.persons * 7)).toEqual(await rows());
  });
});
