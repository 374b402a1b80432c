import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { Database } from '../../database/database.js';
import { select, type SqlValue } from '../../database/sql.js';
import { Face } from '../../persons/entities/face.entity.js';
import type { NeedsReviewQuery, WaitingFacesAnswer, WaitingFacesQuery } from './dto/review.dto.js';
import { JudgedFaces } from './judged-faces.js';

const USABLE = `f.state = 'ready' AND (f.exclusion IS NULL OR f.exclusion <> 'marked_invalid')`;

/** Also what never was recognised: nobody knows whose it is. */
export const UNIDENTIFIED_SQL = `f.person_id IS NULL AND ${USABLE} AND (f.review = 'unidentified' OR f.review IS NULL)`;

export const NEEDS_REVIEW_SQL = `f.review = 'needs_review' AND f.person_id IS NULL AND ${USABLE}`;

/** Assigned without asking, and nobody has confirmed it. */
export const UNCONFIRMED_SQL = `f.person_id IS NOT NULL AND f.assignment_method = 'automatic' AND ${USABLE}`;

/** Lists of faces that wait for somebody to say whose they are. */
@Injectable()
export class WaitingFacesService {
  constructor(
    private readonly db: Database,
    private readonly judged: JudgedFaces,
  ) {}

  unidentified(query: WaitingFacesQuery): Promise<WaitingFacesAnswer> {
    return this.list(UNIDENTIFIED_SQL, query);
  }

  needsReview(query: NeedsReviewQuery): Promise<WaitingFacesAnswer> {
    const where = query.includeAutomatic ? `((${NEEDS_REVIEW_SQL}) OR (${UNCONFIRMED_SQL}))` : NEEDS_REVIEW_SQL;
    return this.list(where, query);
  }

  private async list(
    condition: string,
    { limit, page, minConfidence }: WaitingFacesQuery,
  ): Promise<WaitingFacesAnswer> {
    const [where, values] = withSimilarity(condition, minConfidence);
    const rows = await select<{ id: number }>(
      this.db.reader,
      `SELECT f.id FROM face f WHERE ${where} ORDER BY f.id DESC LIMIT ? OFFSET ?`,
      [...values, limit, (page - 1) * limit],
    );
    const [counted] = await select<{ total: number | string }>(
      this.db.reader,
      `SELECT COUNT(*) AS total FROM face f WHERE ${where}`,
      values,
    );
    const faces = await this.judged.show(await this.load(rows.map(({ id }) => id)));
    return { faces, count: faces.length, totalCount: Number(counted?.total ?? 0) };
  }

  private async load(ids: readonly number[]): Promise<Face[]> {
    if (ids.length === 0) return [];
    return this.db.reader.find(Face, { where: { id: In([...ids]) }, order: { id: 'DESC' } });
  }
}

function withSimilarity(condition: string, least: number | undefined): [string, SqlValue[]] {
  if (least === undefined) return [condition, []];
  const newest = '(SELECT MAX(n.id) FROM face_decision n WHERE n.face_id = f.id)';
  return [
    `${condition} AND EXISTS (SELECT 1 FROM face_decision d WHERE d.id = ${newest} AND d.similarity >= ?)`,
    [least],
  ];
}
