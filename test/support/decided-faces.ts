import { Database } from '../../src/database/database.js';
import { execute } from '../../src/database/sql.js';
import type { DecidedCandidate, NewDecision } from '../../src/persons/decisions/face-decisions.js';
import { FaceDecisions } from '../../src/persons/decisions/face-decisions.js';
import type { TestApp } from './new-test-app.js';

/** The default rules, which every decision here was made by. */
const RULES = { reviewThreshold: 0.85, autoAssignThreshold: 0.95, margin: 0.05, calculator: 'facenet.Calculator' };

let variant = 1_000;

/** Faces of nobody, uploaded over HTTP, then taken from their person behind the API's back: nobody has said anything of them. */
export async function facesOfNobody(t: TestApp, look: number, count = 1): Promise<number[]> {
  const personId = await t.api.aPerson();
  const faceIds = await t.api.addFaces(personId, count, look, (variant += count));
  const db = t.app.get(Database);
  await execute(db.reader, 'UPDATE face SET person_id = NULL, assignment_method = NULL WHERE person_id = ?', [
    personId,
  ]);
  await t.api.delete(`/persons/${personId}`);
  await execute(db.reader, `UPDATE face SET review = NULL WHERE id IN (${faceIds.join()})`);
  return faceIds;
}

/** A decision as the recognition makes it, with all that it does to the face. Candidates: the persons by their similarity. */
export async function decided(
  t: TestApp,
  faceId: number,
  outcome: NewDecision['outcome'],
  candidates: Readonly<Record<number, number>>,
  reason = 'below_auto_threshold',
): Promise<void> {
  const sorted: DecidedCandidate[] = Object.entries(candidates)
    .map(([id, similarity]) => ({ person_id: Number(id), similarity }))
    .sort((a, b) => b.similarity - a.similarity);
  const personId = outcome === 'unidentified' ? null : (sorted[0]?.person_id ?? null);
  const decision = { ...RULES, faceId, batchId: null, outcome, personId, reason, candidates: sorted };
  await t.app.get(Database).write(async (em) => {
    await t.app.get(FaceDecisions).note(em, decision);
    const review = { assigned: null, suggested: 'needs_review', unidentified: 'unidentified' }[outcome];
    await execute(em, 'UPDATE face SET review = ? WHERE id = ?', [review, faceId]);
    if (outcome !== 'assigned') return;
    await execute(
      em,
      `UPDATE face SET person_id = ?, assignment_method = 'automatic', assignment_confidence = ?, exclusion = 'not_confirmed'
       WHERE id = ?`,
      [personId, sorted[0]?.similarity ?? null, faceId],
    );
  });
}
