import { setImmediate as others } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { coefficientsOf, type SimilarityCoefficients } from '../../compreface/similarity.js';
import { Database } from '../../database/database.js';
import { select } from '../../database/sql.js';
import { DomainError } from '../../errors/domain-error.js';
import { Face } from '../../persons/entities/face.entity.js';
import { toFaceRecord } from '../../persons/face-record.js';
import { FacesService } from '../../persons/faces.service.js';
import type { SimilarFacesAnswer } from './dto/similar-faces.dto.js';
import { JudgedFaces } from './judged-faces.js';
import { similarityOfDot, UnitVectors } from './unit-vectors.js';

/** Faces that one request compares at most, the newest first: about a second of work. */
const MAX_COMPARED = 50_000;
const PAGE = 500;

interface StoredEmbedding {
  readonly calculator: string;
  readonly vector: Buffer;
}

interface Hit {
  readonly faceId: number;
  readonly dot: number;
}

/** Finds the faces that are most similar to one, among all that are kept, by stored embeddings of the same calculator. */
@Injectable()
export class SimilarFacesService {
  constructor(
    private readonly db: Database,
    private readonly faces: FacesService,
    private readonly judged: JudgedFaces,
  ) {}

  /** Throws `NOT_FOUND`, or `INSUFFICIENT_DATA` for a face without an embedding of a known calculator. */
  async similarTo(faceId: number, limit: number): Promise<SimilarFacesAnswer> {
    await this.faces.get(faceId);
    const own = await this.embeddingOf(faceId);
    const { hits, compared, complete } = await this.search(faceId, own, limit);
    return {
      faces: await this.show(hits, own.coefficients),
      count: hits.length,
      compared,
      complete,
      calculator: own.calculator,
    };
  }

  /** Of several calculators the one that most faces can be compared by. */
  private async embeddingOf(faceId: number): Promise<StoredEmbedding & { coefficients: SimilarityCoefficients }> {
    const rows = await select<StoredEmbedding>(
      this.db.reader,
      `SELECT e.calculator, e.vector FROM face_embedding e WHERE e.face_id = ?
       ORDER BY (SELECT COUNT(*) FROM face_embedding o WHERE o.calculator = e.calculator) DESC, e.calculator`,
      [faceId],
    );
    for (const row of rows) {
      const coefficients = coefficientsOf(row.calculator);
      if (coefficients) return { ...row, coefficients };
    }
    const why = rows.length === 0 ? 'has no embedding yet' : 'has an embedding of a model that is not known';
    throw new DomainError('INSUFFICIENT_DATA', `Face ${faceId} ${why}: it cannot be compared`, { face_id: faceId });
  }

  private async search(
    faceId: number,
    own: StoredEmbedding,
    limit: number,
  ): Promise<{ hits: Hit[]; compared: number; complete: boolean }> {
    const vectors = new UnitVectors(own.vector.length / 4, 2);
    if (!vectors.add(own.vector)) return { hits: [], compared: 0, complete: true };
    let hits: Hit[] = [];
    let compared = 0;
    for (let before = Number.MAX_SAFE_INTEGER; compared < MAX_COMPARED;) {
      const page = await this.page(own.calculator, before);
      hits = nearest([...hits, ...compare(vectors, page, faceId)], limit);
      compared += page.filter((row) => row.face_id !== faceId).length;
      const last = page.at(-1);
      if (!last || page.length < PAGE) return { hits, compared, complete: true };
      before = last.face_id;
      await others();
    }
    return { hits, compared, complete: false };
  }

  private page(calculator: string, before: number): Promise<{ face_id: number; vector: Buffer }[]> {
    return select(
      this.db.reader,
      `SELECT e.face_id, e.vector FROM face_embedding e WHERE e.calculator = ? AND e.face_id < ?
       ORDER BY e.face_id DESC LIMIT ${PAGE}`,
      [calculator, before],
    );
  }

  private async show(hits: readonly Hit[], coefficients: SimilarityCoefficients): Promise<SimilarFacesAnswer['faces']> {
    const found = await this.db.reader.findBy(Face, { id: In(hits.map((hit) => hit.faceId)) });
    const faces = new Map(found.map((face) => [face.id, face]));
    const names = await this.judged.namesOf(found.flatMap(({ personId }) => personId ?? []));
    return hits.flatMap(({ faceId, dot }) => {
      const face = faces.get(faceId);
      if (!face) return [];
      const { personId } = face;
      const person = personId === null ? null : { person_id: personId, name: names.get(personId) ?? null };
      return [{ ...toFaceRecord(face), similarity: similarityOfDot(dot, coefficients), person }];
    });
  }
}

/** Compares a page with the first of the vectors, which stays. */
function compare(vectors: UnitVectors, page: readonly { face_id: number; vector: Buffer }[], faceId: number): Hit[] {
  return page.flatMap((row) => {
    vectors.truncate(1);
    if (row.face_id === faceId || !vectors.add(row.vector)) return [];
    return [{ faceId: row.face_id, dot: vectors.dot(0, 1) }];
  });
}

function nearest(hits: readonly Hit[], limit: number): Hit[] {
  return [...hits].sort((a, b) => b.dot - a.dot || b.faceId - a.faceId).slice(0, limit);
}
