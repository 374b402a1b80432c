import type { DecisionOutcome } from '../../persons/decisions/face-decision.entity.js';

/** A person that a face looks like. */
export interface Candidate {
  readonly personId: number;
  /** Of the person's nearest example, 0..1. */
  readonly similarity: number;
  /** Whether faces may be assigned to the person without asking. */
  readonly autoRecognize: boolean;
}

/** A face of a photo, with all that its decision is made of. */
export interface UndecidedFace {
  /** One for each person, in any order. */
  readonly candidates: readonly Candidate[];
  /** Persons of whom somebody said that the face is not them. */
  readonly notThese: ReadonlySet<number>;
  /** Somebody took an assignment of the face back: it is not assigned without asking again. */
  readonly askFirst: boolean;
}

/** Similarities, 0..1, at which what happens. Both thresholds are inclusive, and so is the margin. */
export interface DecisionRules {
  readonly reviewThreshold: number;
  readonly autoAssignThreshold: number;
  /** How much nearer the best person must be than the second best for an assignment without asking. */
  readonly margin: number;
}

/** Code of the rule that decided; `reason-texts.ts` says each in words. */
export type DecisionReason =
  | 'clear_match'
  | 'below_auto_threshold'
  | 'too_close_to_another'
  | 'person_asks_first'
  | 'taken_back'
  | 'was_taken_back'
  | 'same_face_exists'
  | 'person_in_photo'
  | 'not_this_person'
  | 'below_review_threshold'
  | 'no_candidates'
  | 'no_face_found';

export interface Decision {
  readonly outcome: DecisionOutcome;
  readonly personId: number | null;
  readonly reason: DecisionReason;
  /** Those that were left when it was decided, best first. */
  readonly candidates: readonly Candidate[];
}

interface OpenFace extends UndecidedFace {
  readonly index: number;
  /** Best first, without those of `notThese` and those who are in the photo already. */
  left: readonly Candidate[];
  /** Similarity of the nearest of those who are another face of the photo. */
  nearestTaken: number;
}

/**
 * Decides on the faces of one photo together, since a person is in a photo at most once: the face that is nearest to a person gets
 * them, and the others go on without that person. `taken`: persons who are other faces of the photo already. Total: decides on
 * anything, in the order of `faces`.
 */
export function decide(
  faces: readonly UndecidedFace[],
  taken: ReadonlySet<number>,
  rules: DecisionRules,
): readonly Decision[] {
  const decisions: Decision[] = [];
  let open = faces.map((face, index) => opened(face, index));
  for (const personId of taken) takeAway(open, personId);
  while (open.length > 0) {
    const next = nearestOf(open);
    const decision = decideOne(next, rules);
    decisions[next.index] = decision;
    open = open.filter((face) => face !== next);
    if (decision.personId !== null) takeAway(open, decision.personId);
  }
  return decisions;
}

function opened(face: UndecidedFace, index: number): OpenFace {
  const left = face.candidates
    .filter(({ personId }) => !face.notThese.has(personId))
    .sort((a, b) => b.similarity - a.similarity || a.personId - b.personId);
  return { ...face, index, left, nearestTaken: 0 };
}

function takeAway(faces: readonly OpenFace[], personId: number): void {
  for (const face of faces) {
    const gone = face.left.find((candidate) => candidate.personId === personId);
    if (!gone) continue;
    face.left = face.left.filter((candidate) => candidate !== gone);
    face.nearestTaken = Math.max(face.nearestTaken, gone.similarity);
  }
}

/** The face with the best candidate of all; there is at least one. */
function nearestOf(open: readonly OpenFace[]): OpenFace {
  const best = (face: OpenFace): number => face.left[0]?.similarity ?? -1;
  return open.reduce((nearest, face) => (best(face) > best(nearest) ? face : nearest));
}

function decideOne(face: OpenFace, rules: DecisionRules): Decision {
  const [best, second] = face.left;
  if (!best || best.similarity < rules.reviewThreshold) return unidentified(face, rules);
  const doubt = doubtAbout(face, best, second, rules);
  return {
    outcome: doubt === null ? 'assigned' : 'suggested',
    personId: best.personId,
    reason: doubt ?? 'clear_match',
    candidates: face.left,
  };
}

/** Why the best candidate is only suggested; null for no doubt. */
function doubtAbout(
  face: OpenFace,
  best: Candidate,
  second: Candidate | undefined,
  rules: DecisionRules,
): DecisionReason | null {
  if (best.similarity < rules.autoAssignThreshold) return 'below_auto_threshold';
  if (face.nearestTaken > best.similarity) return 'person_in_photo';
  if (second && !isClear(best.similarity, second.similarity, rules.margin)) return 'too_close_to_another';
  if (!best.autoRecognize) return 'person_asks_first';
  return face.askFirst ? 'was_taken_back' : null;
}

/** CompreFace rounds similarities to 5 decimals: a difference of exactly the margin must not fail by a rounding of its own. */
function isClear(best: number, second: number, margin: number): boolean {
  return best - second >= margin - 1e-9;
}

function unidentified(face: OpenFace, { reviewThreshold }: DecisionRules): Decision {
  const refused = face.candidates.some(
    ({ personId, similarity }) => face.notThese.has(personId) && similarity >= reviewThreshold,
  );
  const reason =
    face.nearestTaken >= reviewThreshold
      ? 'person_in_photo'
      : refused
        ? 'not_this_person'
        : face.left.length > 0
          ? 'below_review_threshold'
          : 'no_candidates';
  return { outcome: 'unidentified', personId: null, reason, candidates: face.left };
}
