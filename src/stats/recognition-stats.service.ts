import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { placeholders, select } from '../database/sql.js';
import { fieldError } from '../errors/validation.js';
import { Clock } from '../time/clock.js';
import { bucketOf, bucketsBetween } from './buckets.js';
import type {
  Bucket,
  RecognitionBucket,
  RecognitionFigures,
  RecognitionOfPerson,
  RecognitionStatsAnswer,
  RecognitionStatsQuery,
} from './dto/recognition-stats.dto.js';
import { addTo, noSums, type Sums, type SumsRow, sumsSql, toFigures } from './recognition-sums.js';

const DEFAULT_SPAN_MS = 30 * 86_400_000;
const MAX_BUCKETS = 400;
const ANYBODY = '1 = 1';
const NOBODY = '1 = 0';

/** `datetime(3)` as text is the same on all databases: `2026-01-31 09:00:00.000`. */
const DAY_SQL = 'SUBSTR(CAST(d.judged_at AS CHAR(23)), 1, 10)';
const IN_SPAN = 'd.judged_at >= ? AND d.judged_at < ? AND d.verdict IS NOT NULL';

interface Span {
  readonly from: Date;
  readonly to: Date;
}

/** How right the recognition was, from judged decisions: the databases sum up, so that memory does not grow with the history. */
@Injectable()
export class RecognitionStatsService {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  /** Throws `VALIDATION_ERROR` for a time that is none, a span that ends before it begins, or too many buckets. */
  async stats(query: RecognitionStatsQuery): Promise<RecognitionStatsAnswer> {
    const span = this.spanOf(query);
    const { bucket, limit, person_id: personId } = query;
    const starts = bucketsBetween(span.from, span.to, bucket, MAX_BUCKETS);
    if (!starts) throw fieldError('bucket', `makes more than ${MAX_BUCKETS} buckets: choose a longer one`, bucket);
    const { totals, buckets } = await this.overTime(span, starts, bucket, personId);
    const { persons, totalPersons } = await this.byPerson(span, limit, personId);
    return { success: true, ...span, bucket, totals, buckets, persons, totalPersons };
  }

  /** The last 30 days. */
  async recent(): Promise<RecognitionFigures> {
    const { from, to } = this.spanOf({});
    const [row] = await select<SumsRow>(
      this.db.reader,
      `SELECT ${sumsSql(ANYBODY, ANYBODY)} FROM face_decision d WHERE ${IN_SPAN}`,
      [from, to],
    );
    const sums = noSums();
    if (row) addTo(sums, row);
    return toFigures(sums);
  }

  private spanOf({ from, to }: Pick<RecognitionStatsQuery, 'from' | 'to'>): Span {
    // What was judged this very millisecond belongs to it.
    const end = to === undefined ? new Date(this.clock.now().getTime() + 1) : momentOf('to', to);
    const start = from === undefined ? new Date(end.getTime() - DEFAULT_SPAN_MS) : momentOf('from', from);
    if (start >= end) throw fieldError('from', 'must be before "to"', from);
    return { from: start, to: end };
  }

  private async overTime(
    { from, to }: Span,
    starts: readonly string[],
    bucket: Bucket,
    personId: number | undefined,
  ): Promise<{ totals: RecognitionFigures; buckets: RecognitionBucket[] }> {
    const decidedFor = personId === undefined ? ANYBODY : `d.person_id = ${personId}`;
    const isTheirs = personId === undefined ? ANYBODY : `d.verdict_person_id = ${personId}`;
    const days = await select<SumsRow & { day: string }>(
      this.db.reader,
      `SELECT ${DAY_SQL} AS day, ${sumsSql(decidedFor, isTheirs)} FROM face_decision d
       WHERE ${IN_SPAN} AND (${decidedFor} OR ${isTheirs}) GROUP BY ${DAY_SQL}`,
      [from, to],
    );
    const totals = noSums();
    const sums = new Map<string, Sums>(starts.map((start) => [start, noSums()]));
    for (const row of days) {
      addTo(totals, row);
      const within = sums.get(bucketOf(row.day, bucket));
      if (within) addTo(within, row);
    }
    const buckets = [...sums].map(([start, of]) => ({ start, ...toFigures(of) }));
    return { totals: toFigures(totals), buckets };
  }

  private async byPerson(
    { from, to }: Span,
    limit: number,
    personId: number | undefined,
  ): Promise<{ persons: RecognitionOfPerson[]; totalPersons: number }> {
    const involved = `SELECT d.person_id AS who FROM face_decision d WHERE ${IN_SPAN} AND d.person_id IS NOT NULL
       UNION ALL SELECT d.verdict_person_id FROM face_decision d
       WHERE ${IN_SPAN} AND d.verdict_person_id IS NOT NULL AND (d.person_id IS NULL OR d.person_id <> d.verdict_person_id)`;
    const only = personId === undefined ? '' : `WHERE u.who = ${personId}`;
    const twice = [from, to, from, to];
    const [counted] = await select<{ total: number | string }>(
      this.db.reader,
      `SELECT COUNT(DISTINCT u.who) AS total FROM (${involved}) u ${only}`,
      twice,
    );
    const most = await select<{ who: number; name: string | null }>(
      this.db.reader,
      `SELECT u.who, MAX(p.name) AS name FROM (${involved}) u LEFT JOIN person p ON p.id = u.who ${only}
       GROUP BY u.who ORDER BY COUNT(*) DESC, u.who LIMIT ?`,
      [...twice, limit],
    );
    const sums = await this.sumsOf(
      { from, to },
      most.map(({ who }) => who),
    );
    const persons = most.map(({ who, name }) => ({ person_id: who, name, ...toFigures(sums.get(who) ?? noSums()) }));
    return { persons, totalPersons: Number(counted?.total ?? 0) };
  }

  /** Decisions made for each person, and those made for others, or nobody, about faces of theirs. */
  private async sumsOf({ from, to }: Span, ids: readonly number[]): Promise<Map<number, Sums>> {
    const sums = new Map<number, Sums>(ids.map((id) => [id, noSums()]));
    if (ids.length === 0) return sums;
    const isOne = placeholders(ids);
    const rows = await select<SumsRow & { who: number }>(
      this.db.reader,
      `SELECT d.person_id AS who, ${sumsSql(ANYBODY, 'd.verdict_person_id = d.person_id')}
       FROM face_decision d WHERE ${IN_SPAN} AND d.person_id IN (${isOne}) GROUP BY d.person_id
       UNION ALL SELECT d.verdict_person_id, ${sumsSql(NOBODY, ANYBODY)}
       FROM face_decision d WHERE ${IN_SPAN} AND d.verdict_person_id IN (${isOne})
         AND (d.person_id IS NULL OR d.person_id <> d.verdict_person_id) GROUP BY d.verdict_person_id`,
      [from, to, ...ids, from, to, ...ids],
    );
    for (const row of rows) addTo(sums.get(row.who) ?? noSums(), row);
    return sums;
  }
}

function momentOf(field: string, text: string): Date {
  const time = new Date(text);
  if (Number.isNaN(time.getTime()) || !time.toISOString().startsWith(text.slice(0, 10))) {
    throw fieldError(field, 'is no day of the calendar', text);
  }
  return time;
}
