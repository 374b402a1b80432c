import { similarityAt, type SimilarityCoefficients } from '../compreface/similarity.js';

/** A face to measure with. */
export interface MeasuredFace {
  readonly faceId: number;
  readonly photoId: number;
  /** Null for a stranger. */
  readonly personId: number | null;
  /** As the engine gave it, of any length. */
  readonly vector: Float32Array;
}

/** Stands for "nothing to compare with" where the product of two vectors of length 1 is kept. */
export const NOTHING = -2;

/**
 * All embeddings of one calculator, brought to length 1, one after the other in one piece of memory: 10,000 faces of 512 numbers are
 * 20 MB. Faces and persons are known by their place, 0, 1, 2 and so on.
 */
export class CollectionVectors {
  /** Of each face: the place of its person, -1 for a stranger. */
  readonly personOf: Int32Array;
  readonly faceIds: Int32Array;
  readonly photoIds: Int32Array;
  /** By the place of a person: its id, and the places of its faces in the order in which they came. */
  readonly personIds: number[] = [];
  readonly facesOf: number[][] = [];

  private constructor(
    readonly vectors: Float32Array,
    readonly dimension: number,
    faces: readonly Omit<MeasuredFace, 'vector'>[],
  ) {
    this.faceIds = Int32Array.from(faces, ({ faceId }) => faceId);
    this.photoIds = Int32Array.from(faces, ({ photoId }) => photoId);
    const places = new Map<number, number>();
    this.personOf = Int32Array.from(faces, ({ personId }, face) => {
      if (personId === null) return -1;
      const place = places.get(personId) ?? this.addPerson(personId);
      places.set(personId, place);
      this.facesOf[place]?.push(face);
      return place;
    });
  }

  /** Faces whose embedding has no direction, or another length than the first one's, cannot be compared and are left out. */
  static of(faces: Iterable<MeasuredFace>): CollectionVectors {
    const builder = new VectorsBuilder();
    for (const face of faces) builder.add(face);
    return builder.build((vectors, dimension, kept) => new CollectionVectors(vectors, dimension, kept));
  }

  static async gather(pages: AsyncIterable<readonly MeasuredFace[]>): Promise<CollectionVectors> {
    const builder = new VectorsBuilder();
    for await (const page of pages) for (const face of page) builder.add(face);
    return builder.build((vectors, dimension, kept) => new CollectionVectors(vectors, dimension, kept));
  }

  get size(): number {
    return this.faceIds.length;
  }

  get persons(): number {
    return this.personIds.length;
  }

  /** The scalar product of two faces, -1..1: their distance is √(2 - 2 · product). */
  product(a: number, b: number): number {
    return productAt(this.vectors, a * this.dimension, this.vectors, b * this.dimension, this.dimension);
  }

  /** The products of a face with the faces from `start` to before `end`, each at its place of `into`. */
  products(face: number, start: number, end: number, into: Float64Array): void {
    const { dimension, vectors } = this;
    const row = Float64Array.from(vectors.subarray(face * dimension, (face + 1) * dimension));
    let other = start;
    for (; other + 3 < end; other += 4) fourProducts(into, other, row, vectors, other * dimension);
    for (; other < end; other += 1) into[other] = productAt(row, 0, vectors, other * dimension, dimension);
  }

  private addPerson(personId: number): number {
    this.facesOf.push([]);
    return this.personIds.push(personId) - 1;
  }
}

/** The Euclidean distance, 0..2, of two vectors of length 1 with this scalar product. */
export function distanceOf(product: number): number {
  return Math.sqrt(Math.max(0, 2 - 2 * product));
}

/** CompreFace's similarity, 0..1, of two embeddings with this scalar product at length 1. */
export function similarityOf(product: number, coefficients: SimilarityCoefficients): number {
  return product <= NOTHING ? 0 : similarityAt(distanceOf(product), coefficients);
}

/** The scalar product of two pieces of vectors. */
export function productAt(
  a: Float32Array | Float64Array,
  from: number,
  b: Float32Array | Float64Array,
  other: number,
  length: number,
): number {
  let sum = 0;
  for (let index = 0; index < length; index += 1) sum += (a[from + index] ?? 0) * (b[other + index] ?? 0);
  return sum;
}

/** Four products at a time: each number of `row` is read once for four others, and no addition has to wait for the one before. */
function fourProducts(into: Float64Array, place: number, row: Float64Array, others: Float32Array, from: number): void {
  const length = row.length;
  let [first, second, third, fourth] = [0, 0, 0, 0];
  for (let index = 0, other = from; index < length; index += 1, other += 1) {
    const value = row[index] ?? 0;
    first += value * (others[other] ?? 0);
    second += value * (others[other + length] ?? 0);
    third += value * (others[other + 2 * length] ?? 0);
    fourth += value * (others[other + 3 * length] ?? 0);
  }
  into[place] = first;
  into[place + 1] = second;
  into[place + 2] = third;
  into[place + 3] = fourth;
}

class VectorsBuilder {
  private vectors = new Float32Array(0);
  private dimension = 0;
  private readonly kept: Omit<MeasuredFace, 'vector'>[] = [];

  add({ vector, ...face }: MeasuredFace): void {
    if (this.dimension === 0) this.dimension = vector.length;
    const length = Math.sqrt(productAt(vector, 0, vector, 0, vector.length));
    if (vector.length !== this.dimension || !(length > 0) || !Number.isFinite(length)) return;
    const start = this.kept.length * this.dimension;
    this.makeRoom(start + this.dimension);
    for (let index = 0; index < vector.length; index += 1) this.vectors[start + index] = (vector[index] ?? 0) / length;
    this.kept.push(face);
  }

  build<T>(make: (vectors: Float32Array, dimension: number, kept: readonly Omit<MeasuredFace, 'vector'>[]) => T): T {
    return make(this.vectors, this.dimension, this.kept);
  }

  private makeRoom(needed: number): void {
    if (needed <= this.vectors.length) return;
    const larger = new Float32Array(Math.max(needed, Math.ceil(this.vectors.length * 1.5)));
    larger.set(this.vectors);
    this.vectors = larger;
  }
}
