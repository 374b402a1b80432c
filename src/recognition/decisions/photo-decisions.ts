import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { SubjectCandidate } from '../../compreface/face-engine.js';
import { Database } from '../../database/database.js';
import { execute } from '../../database/sql.js';
import { isUniqueViolation } from '../../database/write-errors.js';
import type { DecisionOutcome } from '../../persons/decisions/face-decision.entity.js';
import type { BatchKind } from '../../persons/decisions/recognition-batch.entity.js';
import type { RecognitionSettingsRecord } from '../dto/recognition-settings.dto.js';
import { byPerson, type CandidatePerson, CandidatePersons } from './candidate-persons.js';
import { type Candidate, decide, type Decision } from './decision.js';
import { DecisionRecords } from './decision-records.js';
import { PhotoSituation, type WaitingFace } from './photo-situation.js';

/** A face and the nearest examples that CompreFace named for it. */
export interface MatchedFace {
  readonly faceId: number;
  readonly matches: readonly SubjectCandidate[];
}

/** Decisions that can be taken back together; the row comes to be with the first assignment. */
export interface OpenBatch {
  readonly kind: BatchKind;
  id: number | null;
}

/** By what and for what faces are decided on. */
export interface DecisionContext {
  readonly settings: RecognitionSettingsRecord;
  readonly calculator: string;
  /** When CompreFace was asked: before it answered, so that a training that ended meanwhile is noticed. */
  readonly matchedAt: Date;
  readonly batch: OpenBatch;
}

/** What was decided on a face. */
export interface DecidedFace {
  readonly faceId: number;
  readonly outcome: DecisionOutcome;
  readonly person: CandidatePerson | null;
  /** Of that person, or of the best candidate; null without any. */
  readonly similarity: number | null;
}

/** What one transaction decided, and the batch it belongs to. */
export interface DecidedPhoto {
  readonly faces: readonly DecidedFace[];
  readonly batchId: number | null;
}

/** Decides on the faces of a photo, all together and in one transaction: what it rests on cannot change under it. */
@Injectable()
export class PhotoDecisions {
  constructor(
    private readonly db: Database,
    private readonly situation: PhotoSituation,
    private readonly persons: CandidatePersons,
    private readonly records: DecisionRecords,
  ) {}

  /** Faces that somebody decided on meanwhile are left out. */
  async decideOn(photoId: number, faces: readonly MatchedFace[], context: DecisionContext): Promise<DecidedFace[]> {
    const decided = await this.retried(() => this.db.write((em) => this.decideIn(em, photoId, faces, context)));
    context.batch.id = decided.batchId;
    return [...decided.faces];
  }

  /** A person may get the very same crop at the same moment: the second try sees it. */
  async retried<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      return work();
    }
  }

  /** The same inside a transaction; `context.batch` is the caller's to update once it is committed. */
  async decideIn(
    em: EntityManager,
    photoId: number,
    faces: readonly MatchedFace[],
    context: DecisionContext,
  ): Promise<DecidedPhoto> {
    const waiting = await this.situation.lock(
      em,
      photoId,
      faces.map(({ faceId }) => faceId),
    );
    if (waiting.length === 0) return { faces: [], batchId: context.batch.id };
    const matches = new Map(faces.map(({ faceId, matches: of }) => [faceId, of]));
    const persons = await this.persons.read(em, [...matches.values()], context.settings.reviewThreshold);
    const undecided = waiting.map(({ id }) => byPerson(matches.get(id) ?? [], persons));
    const decisions = await this.decideAll(em, photoId, waiting, undecided, context);
    const batchId = await this.batchFor(em, decisions, context.batch);
    for (const [index, face] of waiting.entries()) {
      const decision = decisions[index];
      if (decision) await this.records.write(em, face, decision, { ...context, batchId });
    }
    const byId = new Map([...persons.values()].map((person) => [person.id, person]));
    return { faces: waiting.map(({ id }, index) => shown(id, decisions[index], byId)), batchId };
  }

  /** The face belongs to nobody whom CompreFace could be asked about: it did not find it again. */
  async noteNotFound(photoId: number, faceId: number, context: DecisionContext): Promise<void> {
    await this.db.write(async (em) => {
      const [face] = await this.situation.lock(em, photoId, [faceId]);
      if (!face) return;
      const nothing: Decision = { outcome: 'unidentified', personId: null, reason: 'no_face_found', candidates: [] };
      // What was decided before, when there was a face to be seen, still stands.
      if (face.review === null) await this.records.write(em, face, nothing, { ...context, batchId: context.batch.id });
      else await execute(em, 'UPDATE face SET matched_at = ? WHERE id = ?', [context.matchedAt, faceId]);
    });
  }

  private async decideAll(
    em: EntityManager,
    photoId: number,
    waiting: readonly WaitingFace[],
    candidates: readonly (readonly Candidate[])[],
    { settings }: DecisionContext,
  ): Promise<Decision[]> {
    const taken = await this.situation.taken(em, photoId, waiting);
    const notThese = await this.situation.notThese(em, waiting);
    const takenBack = await this.situation.takenBack(em, waiting);
    const undecided = waiting.map(({ id }, index) => ({
      candidates: candidates[index] ?? [],
      notThese: notThese.get(id) ?? new Set<number>(),
      askFirst: takenBack.has(id),
    }));
    const decisions = [...decide(undecided, taken, settings)];
    for (const [index, decision] of decisions.entries()) {
      const face = waiting[index];
      const { outcome, personId } = decision;
      if (outcome !== 'assigned' || personId === null || !face) continue;
      if (!(await this.situation.hasSameCrop(em, personId, face))) continue;
      decisions[index] = { ...decision, outcome: 'suggested', reason: 'same_face_exists' };
    }
    return decisions;
  }

  /** A batch that somebody has taken back meanwhile takes nothing more in: that could not be taken back again. */
  private async batchFor(em: EntityManager, decisions: readonly Decision[], batch: OpenBatch): Promise<number | null> {
    if (!decisions.some(({ outcome }) => outcome === 'assigned')) return batch.id;
    if (batch.id !== null && (await this.records.isOpen(em, batch.id))) return batch.id;
    return this.records.openBatch(em, batch.kind);
  }
}

function shown(
  faceId: number,
  decision: Decision | undefined,
  persons: ReadonlyMap<number, CandidatePerson>,
): DecidedFace {
  const personId = decision?.personId ?? null;
  return {
    faceId,
    outcome: decision?.outcome ?? 'unidentified',
    person: personId === null ? null : (persons.get(personId) ?? null),
    similarity: decision?.candidates[0]?.similarity ?? null,
  };
}
