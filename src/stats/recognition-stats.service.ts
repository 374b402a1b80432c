import { setImmediate as others } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { placeholders, select } from '../database/sql.js';
import { fieldError } from '../errors/validation.js';
import { Clock } from '../time/clock.js';
import { bucketsBetween } from './buckets.js';
import type {
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
/** The copy that a batch leaves when it is taken back is judged with its original, and counted once. */
const IN_SPAN = "d.judged_at >= ? AND d.judged_at < ? AND d.verdict IS NOT NULL AND d.reason <> 'taken_back'";

interface Span {
  readonly from: Date;
  readonly to: Date;
}

/** How right the recognition was, from judged decisions: the database sums up, so that memory grows with the persons, not the history. */
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
    const totals = noSums();
    const ofPersons = new Map<number, Sums>();
    const buckets: RecognitionBucket[] = [];
    for (const [index, start] of starts.entries()) {
      const next = starts[index + 1];
      const within = {
        from: index === 0 ? span.from : dayStart(start),
        to: next === undefined ? span.to : dayStart(next),
      };
      const sums = await this.sumsOf(within, personId);
      addTo(totals, sums);
      if (sums.judged > 0) await this.addPersons(ofPersons, within, personId);
      buckets.push({ start, ...toFigures(sums) });
      // SQLite answers at once: without a pause between the buckets other requests would wait for all of them.
      await others();
    }
    const persons = await this.show(ofPersons, limit);
    return {
      success: true,
      ...span,
      bucket,
      totals: toFigures(totals),
      buckets,
      persons,
      totalPersons: ofPersons.size,
    };
  }

  /** The last 30 days. */
  async recent(): Promise<RecognitionFigures> {
    return toFigures(await this.sumsOf(this.spanOf({})));
  }

  private spanOf({ from, to }: Pick<RecognitionStatsQuery, 'from' | 'to'>): Span {
    // What was judged this very millisecond belongs to it.
    const end = to === undefined ? new Date(this.clock.now().getTime() + 1) : momentOf('to', to);
    const start = from === undefined ? new Date(end.getTime() - DEFAULT_SPAN_MS) : momentOf('from', from);
    if (start >= end) throw fieldError('from', 'must be before "to"', from);
    return { from: start, to: end };
  }

  private async sumsOf({ from, to }: Span, personId?: number): Promise<Sums> {
    const decidedFor = personId === undefined ? ANYBODY : `d.person_id = ${personId}`;
    const isTheirs = personId === undefined ? ANYBODY : `d.verdict_person_id = ${personId}`;
    const [row] = await select<SumsRow>(
      this.db.reader,
      `SELECT ${sumsSql(decidedFor, isTheirs)} FROM face_decision d WHERE ${IN_SPAN} AND (${decidedFor} OR ${isTheirs})`,
      [from, to],
    );
    const sums = noSums();
    if (row) addTo(sums, row);
    return sums;
  }

  /** Decisions made for each person, and those made for others, or nobody, about faces of theirs. */
  private async addPersons(ofPersons: Map<number, Sums>, { from, to }: Span, personId?: number): Promise<void> {
    const one = personId === undefined ? 'IS NOT NULL' : `= ${personId}`;
    const rows = await select<SumsRow & { who: number }>(
      this.db.reader,
      `SELECT d.person_id AS who, ${sumsSql(ANYBODY, 'd.verdict_person_id = d.person_id')}
       FROM face_decision d WHERE ${IN_SPAN} AND d.person_id ${one} GROUP BY d.person_id
       UNION ALL SELECT d.verdict_person_id, ${sumsSql(NOBODY, ANYBODY)}
       FROM face_decision d WHERE ${IN_SPAN} AND d.verdict_person_id ${one}
         AND (d.person_id IS NULL OR d.person_id <> d.verdict_person_id) GROUP BY d.verdict_person_id`,
      [from, to, from, to],
    );
    for (const row of rows) {
      const sums = ofPersons.get(row.who) ?? noSums();
      addTo(sums, row);
      ofPersons.set(row.who, sums);
    }
  }

  private async show(ofPersons: ReadonlyMap<number, Sums>, limit: number): Promise<RecognitionOfPerson[]> {
    const most = [...ofPersons].sort(([a, of], [b, than]) => than.judged - of.judged || a - b).slice(0, limit);
    if (most.length === 0) return [];
    const ids = most.map(([id]) => id);
    const named = await select<{ id: number; name: string }>(
      this.db.reader,
      `SELECT id, name FROM person WHERE id IN (${placeholders(ids)})`,
      ids,
    );
    const names = new Map(named.map(({ id, name }) => [id, name]));
    return most.map(([id, sums]) => ({ person_id: id, name: names.get(id) ?? null, ...toFigures(sums) }));
  }
}

function dayStart(day: string): Date {
  return new Date(`${day}T00:00:00Z`);
}

function momentOf(field: string, text: string): Date {
  const time = new Date(text);
  if (Number.isNaN(time.getTime()) || !time.toISOString().startsWith(text.slice(0, 10))) {
    throw fieldError(field, 'is no day of the calendar', text);
  }
  return time;
}
