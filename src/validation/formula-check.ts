import { Injectable } from '@nestjs/common';
import { FaceEngine, type SubjectCandidate } from '../compreface/face-engine.js';
import { FaceEngineError } from '../compreface/face-engine-error.js';
import { coefficientsOf, similarity, type SimilarityCoefficients } from '../compreface/similarity.js';
import { Database } from '../database/database.js';
import { select } from '../database/sql.js';
import { nearestTheCentre } from '../persons/embeddings/crop-face.js';
import { PhotoStore } from '../persons/photos/photo-store.js';
import { Clock } from '../time/clock.js';
import type { FormulaCheck as FormulaCheckRecord } from './dto/validation-report.dto.js';

const PERSONS = 3;
const FACES_OF_EACH = 2;
/** The engine rounds to five decimals; its model may differ a little from one run to the next. */
const TOLERANCE = 0.001;
/** As many as CompreFace answers with. */
const CANDIDATES = 100;
/** A validation of many persons, one job each, asks the engine once. */
const VALID_MS = 600_000;

interface TrainedFace {
  readonly content_hash: string;
  readonly subject: string;
}

interface Answered extends TrainedFace {
  readonly embedding: readonly number[];
  readonly candidates: readonly SubjectCandidate[];
}

/**
 * Asks the engine for a few trained faces and compares its similarities with ours: it may run another model than its name says, or hold
 * examples of another one.
 */
@Injectable()
export class FormulaCheck {
  private last: { readonly calculator: string; readonly atMs: number; readonly record: FormulaCheckRecord } | null =
    null;

  constructor(
    private readonly engine: FaceEngine,
    private readonly db: Database,
    private readonly store: PhotoStore,
    private readonly clock: Clock,
  ) {}

  /** Never fails for the engine's sake: a service that is away is reported as nothing compared. */
  async run(calculator: string, checkHeld: () => void): Promise<FormulaCheckRecord> {
    const nowMs = this.clock.monotonicMs();
    if (this.last?.calculator === calculator && nowMs - this.last.atMs < VALID_MS) return this.last.record;
    const record = await this.compare(calculator, checkHeld);
    if (record.compared > 0) this.last = { calculator, atMs: nowMs, record };
    return record;
  }

  private async compare(calculator: string, checkHeld: () => void): Promise<FormulaCheckRecord> {
    const coefficients = coefficientsOf(calculator);
    if (!coefficients) return nothing('The formula of this calculator is not known: nothing can be compared');
    try {
      const answers: Answered[] = [];
      for (const face of await this.someTrained()) {
        checkHeld();
        const answer = await this.ask(face, calculator);
        if (answer) answers.push(answer);
      }
      return judged(differences(answers, coefficients));
    } catch (error) {
      if (error instanceof FaceEngineError)
        return nothing('The engine did not answer: measured with the known formula');
      throw error;
    }
  }

  /** Two of each: the nearest examples of a face are those of its own person. */
  private someTrained(): Promise<TrainedFace[]> {
    return select<TrainedFace>(
      this.db.reader,
      `SELECT e.content_hash, p.subject FROM example e JOIN person p ON p.id = e.person_id
       JOIN (SELECT person_id FROM example WHERE state = 'present' GROUP BY person_id HAVING COUNT(*) >= ${FACES_OF_EACH}
             ORDER BY person_id LIMIT ${PERSONS}) chosen ON chosen.person_id = e.person_id
       WHERE e.state = 'present' AND (SELECT COUNT(*) FROM example o WHERE o.person_id = e.person_id AND o.state = 'present' AND o.id < e.id) < ${FACES_OF_EACH}
       ORDER BY e.id`,
    );
  }

  private async ask(face: TrainedFace, calculator: string): Promise<Answered | null> {
    const jpeg = await this.store.read('faces', face.content_hash).catch(() => null);
    if (!jpeg) return null;
    const recognition = await this.engine.recognize(jpeg, { candidateCount: CANDIDATES });
    const found = await nearestTheCentre(jpeg, recognition.faces);
    if (!found || recognition.calculator !== calculator) return null;
    return { ...face, embedding: found.embedding, candidates: found.candidates };
  }
}

/** How far the engine's nearest answer for each pair is from what we compute of the same two embeddings. */
function differences(answers: readonly Answered[], coefficients: SimilarityCoefficients): number[] {
  return answers.flatMap((asked) =>
    answers.flatMap((trained) => {
      const ours = similarity(asked.embedding, trained.embedding, coefficients);
      const theirs = asked.candidates.filter(({ subject }) => subject === trained.subject);
      // Below the last answer it may have been left out of a list that is full.
      const last = asked.candidates.at(-1)?.similarity ?? 0;
      if (theirs.length === 0 || (asked.candidates.length >= CANDIDATES && ours < last + TOLERANCE)) return [];
      return [Math.min(...theirs.map((candidate) => Math.abs(candidate.similarity - ours)))];
    }),
  );
}

function judged(found: readonly number[]): FormulaCheckRecord {
  if (found.length === 0) return nothing('There are not enough trained faces to ask the engine for');
  const largest = Math.max(...found);
  const agrees = largest <= TOLERANCE;
  return {
    compared: found.length,
    largest_difference: Math.round(largest * 1e5) / 1e5,
    agrees,
    message: agrees
      ? 'The engine answers the similarities that were measured with'
      : 'The engine answers other similarities than were measured with: it may have changed its model; train everybody anew with full trainings',
  };
}

function nothing(message: string): FormulaCheckRecord {
  return { compared: 0, largest_difference: null, agrees: null, message };
}
