import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { placeholders, select } from '../../database/sql.js';
import type { DecidedCandidate } from '../../persons/decisions/face-decisions.js';
import { FaceDecision } from '../../persons/decisions/face-decision.entity.js';
import { toFaceRecord } from '../../persons/face-record.js';
import type { Face } from '../../persons/entities/face.entity.js';
import type { CandidateRecord, CandidateFaceRecord } from './dto/review.dto.js';

const MAX_SHOWN = 5;

/** What a face's newest decision offers, less the persons who are gone or were ruled out since. */
export interface Offer {
  readonly candidates: CandidateRecord[];
  readonly suggested: CandidateRecord | null;
}

const NOTHING: Offer = { candidates: [], suggested: null };

/** Faces with the persons they look like, by what was last decided on each: four statements for a list. */
@Injectable()
export class JudgedFaces {
  constructor(private readonly db: Database) {}

  async show(faces: readonly Face[]): Promise<CandidateFaceRecord[]> {
    const offers = await this.offersFor(faces.map(({ id }) => id));
    return faces.map((face) => {
      const { candidates, suggested } = offers.get(face.id) ?? NOTHING;
      return {
        ...toFaceRecord(face),
        candidates,
        suggested_person: face.review === 'needs_review' ? suggested : null,
      };
    });
  }

  async offersFor(faceIds: readonly number[]): Promise<ReadonlyMap<number, Offer>> {
    if (faceIds.length === 0) return new Map();
    const decisions = await this.newestOf(faceIds);
    const ruledOut = await this.ruledOut(faceIds);
    const wanted = decisions.map((decision) => ({
      decision,
      offered: readCandidates(decision.candidates).filter(
        ({ person_id }) => !ruledOut.has(`${decision.faceId}/${person_id}`),
      ),
    }));
    const names = await this.namesOf(wanted.flatMap(({ offered }) => offered.map(({ person_id }) => person_id)));
    return new Map(wanted.map(({ decision, offered }) => [decision.faceId, offer(decision, offered, names)]));
  }

  /** Names by id; who is gone has none. */
  async namesOf(personIds: readonly number[]): Promise<ReadonlyMap<number, string>> {
    const ids = [...new Set(personIds)];
    if (ids.length === 0) return new Map();
    const rows = await select<{ id: number; name: string }>(
      this.db.reader,
      `SELECT id, name FROM person WHERE id IN (${placeholders(ids)})`,
      ids,
    );
    return new Map(rows.map(({ id, name }) => [id, name]));
  }

  private async newestOf(faceIds: readonly number[]): Promise<FaceDecision[]> {
    return this.db.reader
      .createQueryBuilder(FaceDecision, 'd')
      .where(`d.id IN (SELECT MAX(n.id) FROM face_decision n WHERE n.face_id IN (:...faceIds) GROUP BY n.face_id)`, {
        faceIds,
      })
      .getMany();
  }

  private async ruledOut(faceIds: readonly number[]): Promise<ReadonlySet<string>> {
    const rows = await select<{ face_id: number; person_id: number }>(
      this.db.reader,
      `SELECT face_id, person_id FROM not_this_person WHERE face_id IN (${placeholders(faceIds)})`,
      faceIds,
    );
    return new Set(rows.map(({ face_id, person_id }) => `${face_id}/${person_id}`));
  }
}

/** The candidates as they were stored with a decision. */
export function readCandidates(stored: string): DecidedCandidate[] {
  return JSON.parse(stored) as DecidedCandidate[];
}

function offer(
  { personId, outcome }: FaceDecision,
  offered: readonly DecidedCandidate[],
  names: ReadonlyMap<number, string>,
): Offer {
  const candidates = offered.flatMap(({ person_id, similarity }) => {
    const name = names.get(person_id);
    return name === undefined ? [] : [{ person_id, name, similarity }];
  });
  const suggested = outcome === 'suggested' ? candidates.find(({ person_id }) => person_id === personId) : undefined;
  return { candidates: candidates.slice(0, MAX_SHOWN), suggested: suggested ?? null };
}
