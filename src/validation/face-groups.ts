import { type CollectionVectors, productAt } from './collection-vectors.js';
import type { Slices } from './slices.js';

/** More faces of one person than this are not all compared with each other: the rest joins the groups of an even sample. */
const MOST_COMPARED = 1_000;

/** Faces of one person that look like one another. */
export class FaceGroup {
  /** The sum of the members' vectors: it gives the mean distance to all of them at once. */
  private readonly sum: Float64Array;

  constructor(
    private readonly collection: CollectionVectors,
    /** Places in the collection. */
    readonly faces: readonly number[],
  ) {
    const { dimension, vectors } = collection;
    this.sum = new Float64Array(dimension);
    for (const face of faces) {
      for (let index = 0; index < dimension; index += 1)
        this.sum[index] = (this.sum[index] ?? 0) + (vectors[face * dimension + index] ?? 0);
    }
  }

  get size(): number {
    return this.faces.length;
  }

  /** Mean id of the faces: ids rise in the order in which faces came. */
  get meanId(): number {
    return this.faces.reduce((sum, face) => sum + (this.collection.faceIds[face] ?? 0), 0) / this.size;
  }

  /** Root mean square of the distances, 0..2, between all members of the two groups. */
  distanceTo(other: FaceGroup): number {
    const product = productAt(this.sum, 0, other.sum, 0, this.sum.length);
    return Math.sqrt(Math.max(0, 2 - (2 * product) / (this.size * other.size)));
  }

  /** The same for one face and the members but itself; null when there is no other. */
  distanceToFace(face: number, isMember: boolean): number | null {
    const { dimension, vectors } = this.collection;
    const others = this.size - (isMember ? 1 : 0);
    if (others === 0) return null;
    const product = productAt(this.sum, 0, vectors, face * dimension, dimension) - (isMember ? 1 : 0);
    return Math.sqrt(Math.max(0, 2 - (2 * product) / others));
  }
}

/**
 * Groups faces by average linkage (UPGMA): the two groups that are nearest, by the root mean square of the distances between their members,
 * become one, as long as that is at most `limit`. Unlike with the nearest pair alone, two people who look alike in one photo stay apart.
 */
export async function groupFaces(
  collection: CollectionVectors,
  faces: readonly number[],
  limit: number,
  slices: Slices,
): Promise<FaceGroup[]> {
  const step = Math.max(1, faces.length / MOST_COMPARED);
  const compared = faces.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step));
  const members = await linked(collection, compared, limit * limit, slices);
  const groups = members.map((places) => new FaceGroup(collection, places));
  if (compared.length === faces.length) return groups;
  return joinRest(collection, groups, { faces, compared: new Set(compared) }, limit);
}

function joinRest(
  collection: CollectionVectors,
  groups: readonly FaceGroup[],
  { faces, compared }: { readonly faces: readonly number[]; readonly compared: ReadonlySet<number> },
  limit: number,
): FaceGroup[] {
  const members = groups.map((group) => [...group.faces]);
  const alone: number[][] = [];
  for (const face of faces.filter((place) => !compared.has(place))) {
    const distances = groups.map((group) => group.distanceToFace(face, false) ?? Infinity);
    const nearest = distances.indexOf(Math.min(...distances));
    if ((distances[nearest] ?? Infinity) <= limit) members[nearest]?.push(face);
    else alone.push([face]);
  }
  return [...members, ...alone].map((places) => new FaceGroup(collection, places));
}

/**
 * The nearest-neighbour-chain algorithm: from any group go to its nearest one, and on, until two are each other's nearest. They become one,
 * or both are complete when they lie too far apart: nobody will ever come nearer, for a joined group's distances are means of its parts'.
 * O(n²) in time and memory.
 */
async function linked(
  collection: CollectionVectors,
  faces: readonly number[],
  limit: number,
  slices: Slices,
): Promise<(readonly number[])[]> {
  const table = await SquaredDistances.of(collection, faces, slices);
  const open = new OpenGroups(faces);
  const complete: (readonly number[])[] = [];
  const chain: number[] = [];
  while (open.any !== undefined) {
    if (slices.isOver) await slices.next();
    if (chain.length === 0) chain.push(open.any);
    const [previous, current] = [chain.at(-2), chain.at(-1) ?? open.any];
    const nearest = table.nearestTo(current, open.keys(), previous);
    if (nearest !== null && nearest !== previous) chain.push(nearest);
    else {
      const pair = chain.splice(-2);
      if (nearest === null || table.between(current, nearest) > limit)
        complete.push(...pair.map((one) => open.take(one)));
      else {
        table.join(nearest, open.sizeOf(nearest), current, open.sizeOf(current));
        open.join(nearest, current);
      }
    }
  }
  return complete;
}

/** Groups that may still become larger, by their number. */
class OpenGroups {
  private readonly members: Map<number, readonly number[]>;

  constructor(faces: readonly number[]) {
    this.members = new Map(faces.map((face, index) => [index, [face]]));
  }

  /** One of them; undefined when there is none. */
  get any(): number | undefined {
    const [first] = this.members.keys();
    return first;
  }

  keys(): Iterable<number> {
    return this.members.keys();
  }

  sizeOf(group: number): number {
    return this.members.get(group)?.length ?? 0;
  }

  join(kept: number, gone: number): void {
    this.members.set(kept, [...(this.members.get(kept) ?? []), ...this.take(gone)]);
  }

  take(group: number): readonly number[] {
    const members = this.members.get(group) ?? [];
    this.members.delete(group);
    return members;
  }
}

/** Mean squared distances between groups, at first of one face each. */
class SquaredDistances {
  private constructor(
    private readonly table: Float32Array,
    private readonly size: number,
  ) {}

  static async of(collection: CollectionVectors, faces: readonly number[], slices: Slices): Promise<SquaredDistances> {
    const size = faces.length;
    const distances = new SquaredDistances(new Float32Array(size * size), size);
    for (const [row, face] of faces.entries()) {
      for (let column = 0; column < row; column += 1)
        distances.set(row, column, 2 - 2 * collection.product(face, faces[column] ?? 0));
      if (slices.isOver) await slices.next();
    }
    return distances;
  }

  between(a: number, b: number): number {
    return this.table[a * this.size + b] ?? 0;
  }

  /** Of equally near ones `preferred`, so that a chain ends; null when there is nobody else. */
  nearestTo(group: number, others: Iterable<number>, preferred: number | undefined): number | null {
    let nearest = preferred ?? null;
    for (const other of others) {
      if (other !== group && (nearest === null || this.between(group, other) < this.between(group, nearest)))
        nearest = other;
    }
    return nearest;
  }

  /** Makes `kept` the union of both: the mean of the distances, weighted by the sizes (Lance and Williams). */
  join(kept: number, sizeOfKept: number, gone: number, sizeOfGone: number): void {
    for (let other = 0; other < this.size; other += 1) {
      const sum = sizeOfKept * this.between(kept, other) + sizeOfGone * this.between(gone, other);
      this.set(kept, other, sum / (sizeOfKept + sizeOfGone));
    }
  }

  private set(a: number, b: number, value: number): void {
    this.table[a * this.size + b] = value;
    this.table[b * this.size + a] = value;
  }
}
