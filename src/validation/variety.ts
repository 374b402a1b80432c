import type { SimilarityCoefficients } from '../compreface/similarity.js';
import { type CollectionVectors, distanceOf } from './collection-vectors.js';
import type { Variety } from './measurement.js';
import { areCopies } from './nearest-faces.js';

/** Nearer than this two photos of a person are taken for copies of each other, whatever the calculator: distances run from 0 to 2. */
const COPY_DISTANCE = 0.05;
/** In the mean nearer than this share of c0, all photos of a person show the same. */
const SIMILAR_SHARE = 0.3;
const LEAST_DIFFERENT = 3;
/** More faces of one person than this are not all compared with each other. */
const MOST_COMPARED = 200;

/**
 * The scalar product from which two photos of a person are near-identical: recognising one by the other proves nothing. A distance in the end,
 * not a similarity: that one is 1.0 for most pairs of one person.
 */
export const COPY_PRODUCT = 1 - COPY_DISTANCE ** 2 / 2;

/** How many different photos there are of a person (counted up to 200), and whether they say enough. */
export function varietyOf(
  collection: CollectionVectors,
  person: number,
  coefficients: SimilarityCoefficients,
): { readonly differentFaces: number; readonly variety: Variety | null } {
  const faces = (collection.facesOf[person] ?? []).slice(0, MOST_COMPARED);
  let [differentFaces, distances, pairs] = [0, 0, 0];
  for (const [index, face] of faces.entries()) {
    let isCopy = false;
    for (const other of faces.slice(0, index)) {
      const product = collection.product(face, other);
      isCopy ||= areCopies(collection, face, other, product, COPY_PRODUCT);
      distances += distanceOf(product);
      pairs += 1;
    }
    if (!isCopy) differentFaces += 1;
  }
  if (differentFaces < LEAST_DIFFERENT) return { differentFaces, variety: 'too_few' };
  const areSimilar = distances / pairs < SIMILAR_SHARE * coefficients.c0;
  return { differentFaces, variety: areSimilar ? 'too_similar' : null };
}
