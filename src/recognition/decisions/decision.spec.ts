import fc from 'fast-check';
import { type Candidate, decide, type Decision, type DecisionRules, type UndecidedFace } from './decision.js';
import { reasonText } from './reason-texts.js';

const RULES: DecisionRules = { reviewThreshold: 0.85, autoAssignThreshold: 0.95, margin: 0.05 };
const NOBODY: ReadonlySet<number> = new Set();

const near = (personId: number, similarity: number, autoRecognize = true): Candidate => ({
  personId,
  similarity,
  autoRecognize,
});
const face = (candidates: Candidate[], more: Partial<UndecidedFace> = {}): UndecidedFace => ({
  candidates,
  notThese: NOBODY,
  askFirst: false,
  ...more,
});
const brief = ({ outcome, personId, reason }: Decision): unknown[] => [outcome, personId, reason];

describe('the decision on one face', () => {
  it.each<[string, UndecidedFace, unknown[]]>([
    ['nobody to compare with', face([]), ['unidentified', null, 'no_candidates']],
    ['nobody near enough', face([near(1, 0.84999)]), ['unidentified', null, 'below_review_threshold']],
    ['exactly at the review threshold', face([near(1, 0.85)]), ['suggested', 1, 'below_auto_threshold']],
    ['just below the auto-assign threshold', face([near(1, 0.94999)]), ['suggested', 1, 'below_auto_threshold']],
    ['exactly at the auto-assign threshold', face([near(1, 0.95)]), ['assigned', 1, 'clear_match']],
    ['somebody else too close', face([near(1, 0.99), near(2, 0.94001)]), ['suggested', 1, 'too_close_to_another']],
    ['somebody else at exactly the margin', face([near(1, 0.99), near(2, 0.94)]), ['assigned', 1, 'clear_match']],
    ['the best is not the first', face([near(2, 0.4), near(1, 0.99)]), ['assigned', 1, 'clear_match']],
    ['a person who asks first', face([near(1, 0.99, false)]), ['suggested', 1, 'person_asks_first']],
    [
      'an assignment that was taken back',
      face([near(1, 0.99)], { askFirst: true }),
      ['suggested', 1, 'was_taken_back'],
    ],
    [
      'not this person, and nobody else',
      face([near(1, 0.99)], { notThese: new Set([1]) }),
      ['unidentified', null, 'not_this_person'],
    ],
    [
      'not this person, who does not stand in the way of the next either',
      face([near(1, 0.99), near(2, 0.96)], { notThese: new Set([1]) }),
      ['assigned', 2, 'clear_match'],
    ],
    [
      'a refused person who was far away anyway',
      face([near(1, 0.5)], { notThese: new Set([1]) }),
      ['unidentified', null, 'no_candidates'],
    ],
  ])('%s', (_name, undecided, expected) => {
    expect(decide([undecided], NOBODY, RULES).map(brief)).toEqual([expected]);
  });
});

describe('the decision on the faces of one photo', () => {
  it('the nearest face gets the person, the other goes on without them', () => {
    const faces = [face([near(1, 0.96)]), face([near(1, 0.99)])];
    expect(decide(faces, NOBODY, RULES).map(brief)).toEqual([
      ['unidentified', null, 'person_in_photo'],
      ['assigned', 1, 'clear_match'],
    ]);
  });

  it('the next candidate of the other face is only suggested', () => {
    const faces = [face([near(1, 0.99), near(2, 0.9)]), face([near(1, 0.98), near(2, 0.96)])];
    expect(decide(faces, NOBODY, RULES).map(brief)).toEqual([
      ['assigned', 1, 'clear_match'],
      ['suggested', 2, 'person_in_photo'],
    ]);
  });

  it('a farther person who is another face does not stand in the way of the nearest', () => {
    const farther = face([near(2, 0.99), near(1, 0.96)]);
    expect(decide([farther], new Set([1]), RULES).map(brief)).toEqual([['assigned', 2, 'clear_match']]);
  });

  it('a person who is only suggested for one face is not suggested for another', () => {
    const faces = [face([near(1, 0.9)]), face([near(1, 0.88)])];
    expect(decide(faces, NOBODY, RULES).map(brief)).toEqual([
      ['suggested', 1, 'below_auto_threshold'],
      ['unidentified', null, 'person_in_photo'],
    ]);
  });

  it('a person who is in the photo already is not suggested again', () => {
    expect(decide([face([near(1, 0.99)])], new Set([1]), RULES).map(brief)).toEqual([
      ['unidentified', null, 'person_in_photo'],
    ]);
  });

  it('different persons are all assigned', () => {
    const faces = [face([near(1, 0.99), near(2, 0.1)]), face([near(2, 0.97), near(1, 0.1)])];
    expect(decide(faces, NOBODY, RULES).map(brief)).toEqual([
      ['assigned', 1, 'clear_match'],
      ['assigned', 2, 'clear_match'],
    ]);
  });
});

describe('whatever the candidates are', () => {
  const similarity = fc.double({ min: 0, max: 1, noNaN: true });
  const candidate = fc.record({ personId: fc.integer({ min: 1, max: 5 }), similarity, autoRecognize: fc.boolean() });
  const anyFace = fc.record({
    candidates: fc.uniqueArray(candidate, { selector: ({ personId }) => personId, maxLength: 5 }),
    notThese: fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 2 }).map((ids) => new Set(ids)),
    askFirst: fc.boolean(),
  });
  const taken = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 2 }).map((ids) => new Set(ids));

  it('every face gets one decision that keeps every rule', () => {
    fc.assert(
      fc.property(fc.array(anyFace, { maxLength: 6 }), taken, (faces, inPhoto) => {
        const decisions = decide(faces, inPhoto, RULES);
        expect(decisions).toHaveLength(faces.length);
        const persons = decisions.flatMap(({ personId }) => personId ?? []);
        expect(new Set(persons).size).toBe(persons.length);
        expect(persons.filter((personId) => inPhoto.has(personId))).toEqual([]);
        decisions.forEach((decision, index) => {
          checkOne(faces[index]!, decision);
        });
      }),
    );
  });

  function checkOne(
    { notThese, candidates }: UndecidedFace,
    { outcome, personId, reason, candidates: left }: Decision,
  ): void {
    expect(reasonText(reason)).not.toBe(reason);
    expect(personId === null).toBe(outcome === 'unidentified');
    if (personId === null) return;
    expect(notThese.has(personId)).toBe(false);
    const chosen = candidates.find((one) => one.personId === personId)!;
    expect(chosen.similarity).toBeGreaterThanOrEqual(RULES.reviewThreshold);
    if (outcome !== 'assigned') return;
    expect(chosen).toMatchObject({ autoRecognize: true });
    expect(chosen.similarity).toBeGreaterThanOrEqual(RULES.autoAssignThreshold);
    const others = left.filter((one) => one.personId !== personId).map((one) => one.similarity);
    expect(Math.max(0, ...others)).toBeLessThanOrEqual(chosen.similarity - RULES.margin + 1e-9);
  }
});
