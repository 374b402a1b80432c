import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { select } from '../../database/sql.js';
import { FaceDecision } from '../../persons/decisions/face-decision.entity.js';
import { FacesService } from '../../persons/faces.service.js';
import type { DecisionRecord, FaceStoryAnswer, NamedPerson } from './dto/face-story.dto.js';
import { explain } from './explanation.js';
import { JudgedFaces, readCandidates } from './judged-faces.js';

const MAX_DECISIONS = 20;
const MAX_CANDIDATES = 20;

/** Shows a face with all that was decided on it, and why. */
@Injectable()
export class FaceStoryService {
  constructor(
    private readonly db: Database,
    private readonly faces: FacesService,
    private readonly judged: JudgedFaces,
  ) {}

  /** Throws `NOT_FOUND`. */
  async tell(faceId: number): Promise<FaceStoryAnswer> {
    const shown = await this.judged.show([await this.faces.get(faceId)]);
    const decisions = await this.db.reader.find(FaceDecision, {
      where: { faceId },
      order: { id: 'DESC' },
      take: MAX_DECISIONS,
    });
    const names = await this.judged.namesOf(decisions.flatMap(personsIn));
    const records = decisions.map((decision) => toRecord(decision, names));
    const [face] = shown;
    if (!face) throw new Error('one face gives one record');
    return { face, decision: records[0] ?? null, decisions: records, not_these: await this.notThese(faceId) };
  }

  private notThese(faceId: number): Promise<NamedPerson[]> {
    return select<NamedPerson>(
      this.db.reader,
      `SELECT p.id AS person_id, p.name FROM not_this_person n JOIN person p ON p.id = n.person_id WHERE n.face_id = ? ORDER BY p.id LIMIT 200`,
      [faceId],
    );
  }
}

function personsIn({ personId, verdictPersonId, candidates }: FaceDecision): number[] {
  const named = [personId, verdictPersonId].flatMap((id) => id ?? []);
  return [...named, ...readCandidates(candidates).map(({ person_id }) => person_id)];
}

function toRecord(decision: FaceDecision, names: ReadonlyMap<number, string>): DecisionRecord {
  const candidates = readCandidates(decision.candidates)
    .flatMap(({ person_id, similarity }) => {
      const name = names.get(person_id);
      return name === undefined ? [] : [{ person_id, name, similarity }];
    })
    .slice(0, MAX_CANDIDATES);
  return {
    id: decision.id,
    outcome: decision.outcome,
    person: named(decision.personId, names),
    similarity: decision.similarity,
    reason: decision.reason,
    explanation: explain(decision, candidates),
    candidates,
    review_threshold: decision.reviewThreshold,
    auto_assign_threshold: decision.autoAssignThreshold,
    margin: decision.margin,
    calculator: decision.calculator,
    batch_id: decision.batchId,
    decided_at: decision.decidedAt,
    verdict: decision.verdict,
    verdict_person: named(decision.verdictPersonId, names),
    judged_at: decision.judgedAt,
  };
}

function named(personId: number | null, names: ReadonlyMap<number, string>): NamedPerson | null {
  return personId === null ? null : { person_id: personId, name: names.get(personId) ?? null };
}
