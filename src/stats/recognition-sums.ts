import type { RecognitionFigures } from './dto/recognition-stats.dto.js';

/** Sums over judged decisions; a sum is text on MySQL and MariaDB, and null over nothing. */
const NAMES = [
  'judged',
  'assigned',
  'assigned_right',
  'suggested',
  'suggested_right',
  'unidentified',
  'known',
  'found',
  'strangers',
  'strangers_assigned',
  'right_count',
  'right_sum',
  'wrong_count',
  'wrong_sum',
] as const;

type SumName = (typeof NAMES)[number];

export type SumsRow = Partial<Readonly<Record<SumName, number | string | null>>>;
export type Sums = Record<SumName, number>;

/**
 * SQL of the sums (alias `d`). `decidedFor` and `isTheirs` say which decisions count as made for somebody, and which faces as somebody's:
 * a decision for one person about a face of another counts for the precision of the first and the recall of the second.
 */
export function sumsSql(decidedFor: string, isTheirs: string): string {
  const offered = `d.person_id IS NOT NULL AND ${decidedFor}`;
  const conditions: readonly (readonly [SumName, string, string?])[] = [
    ['judged', '1 = 1'],
    ['assigned', `d.outcome = 'assigned' AND ${decidedFor}`],
    ['assigned_right', `d.outcome = 'assigned' AND d.verdict = 'confirmed' AND ${decidedFor}`],
    ['suggested', `d.outcome = 'suggested' AND ${decidedFor}`],
    ['suggested_right', `d.outcome = 'suggested' AND d.verdict = 'confirmed' AND ${decidedFor}`],
    ['unidentified', `d.outcome = 'unidentified'`],
    ['known', `d.verdict_person_id IS NOT NULL AND ${isTheirs}`],
    ['found', `d.outcome = 'assigned' AND d.verdict = 'confirmed' AND ${isTheirs}`],
    ['strangers', `d.verdict_person_id IS NULL`],
    ['strangers_assigned', `d.outcome = 'assigned' AND d.verdict_person_id IS NULL AND ${decidedFor}`],
    ['right_count', `d.verdict = 'confirmed' AND ${offered}`],
    ['right_sum', `d.verdict = 'confirmed' AND ${offered}`, 'd.similarity'],
    ['wrong_count', `d.verdict <> 'confirmed' AND ${offered}`],
    ['wrong_sum', `d.verdict <> 'confirmed' AND ${offered}`, 'd.similarity'],
  ];
  return conditions
    .map(([name, condition, value = '1']) => `SUM(CASE WHEN ${condition} THEN ${value} ELSE 0 END) AS ${name}`)
    .join(', ');
}

export function noSums(): Sums {
  return Object.fromEntries(NAMES.map((name) => [name, 0])) as Sums;
}

export function addTo(sums: Sums, row: SumsRow): void {
  for (const name of NAMES) sums[name] += Number(row[name] ?? 0);
}

export function toFigures(sums: Sums): RecognitionFigures {
  return {
    judged: sums.judged,
    assigned: sums.assigned,
    assigned_right: sums.assigned_right,
    suggested: sums.suggested,
    suggested_right: sums.suggested_right,
    unidentified: sums.unidentified,
    of_known_persons: sums.known,
    of_strangers: sums.strangers,
    strangers_assigned: sums.strangers_assigned,
    precision: perCent(sums.assigned_right, sums.assigned),
    recall: perCent(sums.found, sums.known),
    suggestion_accuracy: perCent(sums.suggested_right, sums.suggested),
    mean_similarity_right: mean(sums.right_sum, sums.right_count),
    mean_similarity_wrong: mean(sums.wrong_sum, sums.wrong_count),
  };
}

/** One decimal, and never 100 while one is wrong. */
function perCent(part: number, whole: number): number | null {
  if (whole === 0) return null;
  const rounded = Math.round((part / whole) * 1_000) / 10;
  return part < whole ? Math.min(rounded, 99.9) : rounded;
}

function mean(sum: number, count: number): number | null {
  return count === 0 ? null : Math.round((sum / count) * 10_000) / 10_000;
}
