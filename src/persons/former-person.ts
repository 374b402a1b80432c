import type { EntityManager } from 'typeorm';
import { execute, select } from '../database/sql.js';
import type { DecidedCandidate } from './decisions/face-decisions.js';

/**
 * What was decided for a person is decided for `into` from now on, and a correction from the one to the other confirms. Every candidate
 * keeps one place in the list: the better one.
 */
export async function moveDecisions(em: EntityManager, id: number, into: number): Promise<void> {
  const decisions = await select<{ id: number; candidates: string }>(
    em,
    'SELECT id, candidates FROM face_decision WHERE person_id = ?',
    [id],
  );
  for (const decision of decisions) {
    const candidates = JSON.parse(decision.candidates) as DecidedCandidate[];
    await execute(em, 'UPDATE face_decision SET person_id = ?, candidates = ? WHERE id = ?', [
      into,
      JSON.stringify(withOneName(candidates, id, into)),
      decision.id,
    ]);
  }
  await execute(em, 'UPDATE face_decision SET verdict_person_id = ? WHERE verdict_person_id = ?', [into, id]);
  await execute(
    em,
    `UPDATE face_decision SET verdict = 'confirmed' WHERE person_id = ? AND verdict_person_id = ? AND verdict = 'corrected'`,
    [into, into],
  );
}

/**
 * Nobody can approve the suggestion of somebody who is gone: faces that wait for it wait for nothing any more. With `ruledOut` only those
 * of which somebody said that they are not the person.
 */
export async function dropSuggestions(em: EntityManager, personId: number, which: 'all' | 'ruledOut'): Promise<void> {
  const ruledOut = 'AND EXISTS (SELECT 1 FROM not_this_person n WHERE n.face_id = face.id AND n.person_id = ?)';
  await execute(
    em,
    `UPDATE face SET review = 'unidentified' WHERE person_id IS NULL AND review = 'needs_review'
       AND (SELECT d.person_id FROM face_decision d WHERE d.face_id = face.id ORDER BY d.id DESC LIMIT 1) = ?
       ${which === 'all' ? '' : ruledOut}`,
    which === 'all' ? [personId] : [personId, personId],
  );
}

function withOneName(candidates: readonly DecidedCandidate[], id: number, into: number): DecidedCandidate[] {
  const places = new Map<number, DecidedCandidate>();
  for (const { person_id, similarity } of candidates) {
    const named = person_id === id ? into : person_id;
    if (!places.has(named)) places.set(named, { person_id: named, similarity });
  }
  return [...places.values()];
}
