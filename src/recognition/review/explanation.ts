import type { FaceDecision } from '../../persons/decisions/face-decision.entity.js';
import { reasonText } from '../decisions/reason-texts.js';
import type { CandidateRecord } from './dto/review.dto.js';

type ExplainedDecision = Pick<
  FaceDecision,
  'reason' | 'similarity' | 'reviewThreshold' | 'autoAssignThreshold' | 'margin'
>;

const MAX_NAMED = 3;

/** Why a face was decided on as it was, in words and with the numbers that decided. */
export function explain(decision: ExplainedDecision, candidates: readonly CandidateRecord[]): string {
  const { reviewThreshold, autoAssignThreshold, margin } = decision;
  const limits =
    `suggested from ${shown(reviewThreshold)}, assigned without asking from ${shown(autoAssignThreshold)}` +
    (decision.reason === 'too_close_to_another' ? ` and ${shown(margin)} ahead of the next` : '');
  return `${reasonText(decision.reason)}. ${compared(decision.similarity, candidates)}; ${limits}.`;
}

function compared(similarity: number | null, candidates: readonly CandidateRecord[]): string {
  if (similarity === null) return 'Compared with nobody';
  if (candidates.length === 0) return `Best similarity ${shown(similarity)}`;
  return candidates
    .slice(0, MAX_NAMED)
    .map((candidate) => `${candidate.name}: ${shown(candidate.similarity)}`)
    .join(', ');
}

/** Three decimals, cut and not rounded: 0.9499 below 0.95 must not read as 0.950. */
function shown(similarity: number): string {
  return (Math.floor(similarity * 1_000 + 1e-6) / 1_000).toFixed(3);
}
