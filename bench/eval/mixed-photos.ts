import { seededRandom } from '../../test/support/seeded-random.js';
import { type PhotoPath, shuffled } from './dataset.js';
import type { EvaluatedService } from './evaluated-service.js';

interface Person {
  readonly name: string;
  readonly photos: readonly PhotoPath[];
}

/** Whose photos are mixed into another person's set. */
export type Mixture = 'of one person who has own photos' | 'of one person who has none' | 'of several persons';

export const MIXTURES: readonly Mixture[] = [
  'of one person who has own photos',
  'of one person who has none',
  'of several persons',
];

export interface MixedOutcome {
  readonly wrong: number;
  readonly wrongNamed: number;
  readonly right: number;
  readonly rightAccused: number;
}

/** Gives a person so many wrong photos, after the right ones, and looks which of all faces a validation names. */
export async function mixPhotos(
  service: EvaluatedService,
  people: readonly Person[],
  mixture: Mixture,
  options: { readonly wrong: number; readonly seed: string },
): Promise<MixedOutcome> {
  const plan = planMixture(people, mixture, options);
  const right: number[] = [];
  const personIds: number[] = [];
  let wrong: number[] = [];
  for (const [index, { name, photos }] of plan.persons.entries()) {
    const id = await service.addPerson(`${name}, ${mixture}`);
    personIds.push(id);
    right.push(...present(await service.addPhotos(id, photos)));
    if (index === 0) wrong = present(await service.addPhotos(id, plan.wrong));
  }
  const { suspicious_faces } = await service.validateAll();
  for (const id of personIds) await service.deletePerson(id);
  const named = new Set(suspicious_faces.map(({ face_id }) => face_id));
  return {
    wrong: wrong.length,
    wrongNamed: wrong.filter((face) => named.has(face)).length,
    right: right.length,
    rightAccused: right.filter((face) => named.has(face)).length,
  };
}

/** The first person gets the wrong photos. */
function planMixture(
  people: readonly Person[],
  mixture: Mixture,
  { wrong, seed }: { readonly wrong: number; readonly seed: string },
): { readonly persons: readonly Person[]; readonly wrong: readonly PhotoPath[] } {
  const random = seededRandom(`mix ${seed} ${mixture}`);
  const byPhotos = shuffled(people, random).sort((a, b) => b.photos.length - a.photos.length);
  const most = byPhotos.filter(({ photos }) => photos.length >= Math.min(wrong, byPhotos[1]?.photos.length ?? 0));
  const [target, source, ...rest] = [...shuffled(most, random), ...byPhotos.filter((one) => !most.includes(one))];
  if (!target || !source) throw new Error('Mixing photos needs two persons at least');
  if (mixture === 'of several persons') {
    const others = [source, ...rest];
    const taken = others.slice(0, wrong).flatMap(({ photos }) => photos.slice(0, 1));
    const left = others.map((one) => ({ ...one, photos: one.photos.filter((photo) => !taken.includes(photo)) }));
    return { persons: [target, ...left], wrong: taken };
  }
  const keeps = mixture === 'of one person who has own photos' ? Math.min(3, source.photos.length - 1) : 0;
  const taken = source.photos.slice(keeps, keeps + wrong);
  const own = keeps > 0 ? [{ ...source, photos: source.photos.slice(0, keeps) }] : [];
  return { persons: [target, ...own, ...rest], wrong: taken };
}

function present(ids: readonly (number | null)[]): number[] {
  return ids.filter((id) => id !== null);
}
