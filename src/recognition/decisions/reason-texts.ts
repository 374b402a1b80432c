import type { DecisionReason } from './decision.js';

/** Each reason as people are told it. */
const TEXTS: Readonly<Record<DecisionReason, string>> = {
  clear_match: 'It looks like this person, and like nobody else: assigned without asking',
  below_auto_threshold: 'It looks like this person, but not enough to be assigned without asking',
  too_close_to_another: 'It looks almost as much like somebody else',
  person_asks_first: 'This person is only ever suggested',
  taken_back: 'The assignment was taken back: say who it is',
  was_taken_back: 'An assignment was taken back before: this time it asks',
  same_face_exists: 'The person has the very same face already: delete this one',
  person_in_photo: 'The person it looks most like is another face in the same photo',
  not_this_person: 'Somebody said that it is not the person it looks like',
  below_review_threshold: 'It looks like nobody who is known',
  no_candidates: 'Nobody is trained whom it could be compared with',
  no_face_found: 'CompreFace did not find the face again',
};

/** The sentence for a reason; the code itself for one that is not known here. */
export function reasonText(reason: string): string {
  return (TEXTS as Readonly<Record<string, string>>)[reason] ?? reason;
}
