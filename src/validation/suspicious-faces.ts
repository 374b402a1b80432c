import type { SimilarityCoefficients } from '../compreface/similarity.js';
import type { CollectionVectors } from './collection-vectors.js';
import { FaceGroup, groupFaces } from './face-groups.js';
import type { Slices } from './slices.js';

/** Two groups of one person's faces become one when their members are alike so much, in the mean; see `groupFaces`. */
const SAME_GROUP_SIMILARITY = 0.8;
/** A group that is like another person's core so much belongs to that person; a face less like its own core than this is nobody's. */
const SAME_PERSON_SIMILARITY = 0.7;
/** A group of at least this share of the person's largest one may be the core. */
const SUBSTANTIAL_SHARE = 0.4;
/** Of groups that may be the core, those of at least this share of the largest are taken for equally large: the eldest of them is the core. */
const AS_LARGE_SHARE = 0.6;
/** A face of the core is accused only when somebody else is nearer by this much: a core confirms itself. */
const CORE_BENEFIT = 0.95;
/** A core of fewer faces says too little about what the person looks like. */
const LEAST_TELLING_CORE = 3;

/**
 * Why a face is suspicious. `nearer_to_other`: to another person's core than to the own. `other_group`: it belongs to several faces that look
 * like one another, but not like the person's core. `unlike`: it looks like nobody.
 */
export type Suspicion = 'nearer_to_other' | 'other_group' | 'unlike';

export interface SuspiciousPlace {
  readonly face: number;
  /** Whose it is: the person's place. */
  readonly person: number;
  readonly suspicion: Suspicion;
  /** The other person's place. */
  readonly closest: number | null;
}

export interface Suspicions {
  readonly faces: readonly SuspiciousPlace[];
  /** Persons whose cores look like one person: places. None of them is accused of the other's faces. */
  readonly alike: readonly (readonly [number, number])[];
}

/**
 * Finds the faces that were given to the wrong person, even when they are as many as the right ones and all of one other person, so that each
 * of them has near neighbours in its own set:
 * 1. Each person's faces are grouped by average linkage.
 * 2. A person's core is the largest group that is not another person's core; of groups of about the same size, the one whose faces came
 *    first, for wrong ones are mixed in later. (Two people of the same number of photos, mixed from the beginning and neither known otherwise:
 *    no method could tell which of them the name means.)
 * 3. A face is accused when another person's core is nearer than the own one, or when it is outside the core and not like it.
 * Nearness to a group is the root mean square of the distances to its members, the face itself left out.
 */
export async function findSuspicious(
  collection: CollectionVectors,
  coefficients: SimilarityCoefficients,
  slices: Slices,
  only?: number,
): Promise<Suspicions> {
  const sameGroup = distanceAt(SAME_GROUP_SIMILARITY, coefficients);
  const samePerson = distanceAt(SAME_PERSON_SIMILARITY, coefficients);
  const persons = await groupPersons(collection, sameGroup, slices);
  const cores = await chooseCores(persons, samePerson, slices);
  const faces: SuspiciousPlace[] = [];
  const alike: (readonly [number, number])[] = [];
  for (const [person, groups] of persons.entries()) {
    if (only !== undefined && only !== person) continue;
    const twins = twinsOf(person, cores, sameGroup);
    alike.push(...twins.filter((twin) => twin > person || only !== undefined).map((twin) => [person, twin] as const));
    faces.push(...(await judgePerson(person, groups, { cores, twins, samePerson }, slices)));
  }
  return { faces, alike };
}

/** Persons whose core is like this one's as if they were one person. */
function twinsOf(person: number, cores: readonly FaceGroup[], sameGroup: number): number[] {
  const own = cores[person];
  return [...cores.entries()].flatMap(([other, core]) =>
    other !== person && own && core.distanceTo(own) <= sameGroup ? [other] : [],
  );
}

interface Known {
  readonly cores: readonly FaceGroup[];
  readonly twins: readonly number[];
  readonly samePerson: number;
}

async function judgePerson(
  person: number,
  groups: readonly FaceGroup[],
  { cores, twins, samePerson }: Known,
  slices: Slices,
): Promise<SuspiciousPlace[]> {
  const found: SuspiciousPlace[] = [];
  const core = cores[person];
  if (!core) return found;
  const left = new Set([person, ...twins]);
  const others = [...cores.entries()].filter(([other]) => !left.has(other));
  for (const group of groups) {
    for (const face of group.faces) {
      const suspicion = judge(face, { isCore: group === core, group, core, others, samePerson });
      if (suspicion) found.push({ face, person, ...suspicion });
      if (slices.isOver) await slices.next();
    }
  }
  return found;
}

/** The distance of a similarity between 0 and 1: CompreFace's curve, the other way round. */
export function distanceAt(similarity: number, { c0, c1 }: SimilarityCoefficients): number {
  return c0 - Math.atanh(2 * similarity - 1) / c1;
}

async function groupPersons(collection: CollectionVectors, limit: number, slices: Slices): Promise<FaceGroup[][]> {
  const persons: FaceGroup[][] = [];
  for (const faces of collection.facesOf) persons.push(await groupFaces(collection, faces, limit, slices));
  return persons;
}

async function chooseCores(
  persons: readonly (readonly FaceGroup[])[],
  samePerson: number,
  slices: Slices,
): Promise<FaceGroup[]> {
  const possible = persons.map((groups) => ofShare(groups, SUBSTANTIAL_SHARE));
  const first = possible.map(eldestOfTheLargest);
  const cores: FaceGroup[] = [];
  for (const [person, groups] of possible.entries()) {
    const isOthers = (group: FaceGroup): boolean =>
      first.some((core, other) => other !== person && group.distanceTo(core) <= samePerson);
    const own = groups.length > 1 ? groups.filter((group) => !isOthers(group)) : [];
    cores.push(eldestOfTheLargest(own.length > 0 ? own : groups));
    if (slices.isOver) await slices.next();
  }
  return cores;
}

function eldestOfTheLargest(groups: readonly FaceGroup[]): FaceGroup {
  return ofShare(groups, AS_LARGE_SHARE).reduce((eldest, group) => (group.meanId < eldest.meanId ? group : eldest));
}

function ofShare(groups: readonly FaceGroup[], share: number): FaceGroup[] {
  const largest = Math.max(...groups.map(({ size }) => size));
  return groups.filter(({ size }) => size >= share * largest);
}

interface Case {
  readonly isCore: boolean;
  readonly group: FaceGroup;
  readonly core: FaceGroup;
  /** The cores of the others, with their persons' places. */
  readonly others: readonly (readonly [number, FaceGroup])[];
  readonly samePerson: number;
}

function judge(
  face: number,
  { isCore, group, core, others, samePerson }: Case,
): Pick<SuspiciousPlace, 'suspicion' | 'closest'> | null {
  const own = core.distanceToFace(face, isCore);
  if (own === null) return null;
  let nearest = own * (isCore ? CORE_BENEFIT : 1);
  let closest: number | null = null;
  for (const [other, otherCore] of others) {
    const distance = otherCore.distanceToFace(face, false) ?? Infinity;
    if (distance < nearest) [nearest, closest] = [distance, other];
  }
  if (closest !== null) return { suspicion: 'nearer_to_other', closest };
  if (isCore || own <= samePerson || core.size < LEAST_TELLING_CORE) return null;
  return { suspicion: group.size > 1 ? 'other_group' : 'unlike', closest: null };
}
