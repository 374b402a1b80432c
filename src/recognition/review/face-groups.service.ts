import { setImmediate as others } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { coefficientsOf, type SimilarityCoefficients } from '../../compreface/similarity.js';
import { Database } from '../../database/database.js';
import { select } from '../../database/sql.js';
import { Face } from '../../persons/entities/face.entity.js';
import { RecognitionSettingsService } from '../settings/recognition-settings.service.js';
import type { FaceGroupRecord, FaceGroupsAnswer, FaceGroupsQuery } from './dto/similar-faces.dto.js';
import { JudgedFaces } from './judged-faces.js';
import { groupByStars, type Star } from './star-groups.js';
import { dotOfSimilarity, similarityOfDot, UnitVectors } from './unit-vectors.js';
import { NEEDS_REVIEW_SQL, UNIDENTIFIED_SQL } from './waiting-faces.service.js';

/** Faces that are compared with each other at most, the newest: time grows with their square. */
const MAX_COMPARED = 3_000;
const PAGE = 500;
const MAX_IDS = 200;
const MAX_SHOWN = 10;

const NOBODYS = `((${UNIDENTIFIED_SQL}) OR (${NEEDS_REVIEW_SQL}))`;

interface WaitingEmbedding {
  readonly id: number;
  readonly photo_id: number;
  readonly vector: Buffer;
}

interface Loaded {
  readonly vectors: UnitVectors;
  readonly faceIds: number[];
  readonly photoIds: number[];
  readonly complete: boolean;
}

/** Groups faces that nobody has named by how similar they are, so that somebody can name many at once. */
@Injectable()
export class FaceGroupsService {
  constructor(
    private readonly db: Database,
    private readonly settings: RecognitionSettingsService,
    private readonly judged: JudgedFaces,
  ) {}

  async groups({ minSize, limit, minSimilarity: asked }: FaceGroupsQuery): Promise<FaceGroupsAnswer> {
    const minSimilarity = asked ?? (await this.settings.get()).autoAssignThreshold;
    const calculator = await this.commonCalculator();
    const coefficients = calculator === null ? null : coefficientsOf(calculator);
    const none = { groups: [], count: 0, totalCount: 0, compared: 0, complete: true, minSimilarity, calculator };
    if (calculator === null || !coefficients) return none;
    const loaded = await this.load(calculator);
    if (!loaded) return none;
    const { vectors, photoIds, complete } = loaded;
    const stars = await groupByStars(vectors, photoIds, dotOfSimilarity(minSimilarity, coefficients), minSize);
    stars.sort((a, b) => b.members.length - a.members.length || a.middle - b.middle);
    const groups = await this.show(stars.slice(0, limit), loaded, coefficients);
    const compared = vectors.length;
    return { groups, count: groups.length, totalCount: stars.length, compared, complete, minSimilarity, calculator };
  }

  /** Embeddings of different calculators cannot be compared: the one that most of the faces have. */
  private async commonCalculator(): Promise<string | null> {
    const [row] = await select<{ calculator: string }>(
      this.db.reader,
      `SELECT e.calculator FROM (SELECT f.id FROM face f WHERE ${NOBODYS} ORDER BY f.id DESC LIMIT ${MAX_COMPARED}) n
       JOIN face_embedding e ON e.face_id = n.id GROUP BY e.calculator ORDER BY COUNT(*) DESC, e.calculator LIMIT 1`,
    );
    return row?.calculator ?? null;
  }

  private async load(calculator: string): Promise<Loaded | null> {
    let loaded: Omit<Loaded, 'complete'> | null = null;
    for (let before = Number.MAX_SAFE_INTEGER; ;) {
      const page = await this.page(calculator, before);
      const [first] = page;
      if (first)
        loaded ??= { vectors: new UnitVectors(first.vector.length / 4, MAX_COMPARED), faceIds: [], photoIds: [] };
      for (const row of page) {
        if (!loaded || loaded.vectors.length === MAX_COMPARED) return loaded && { ...loaded, complete: false };
        if (!loaded.vectors.add(row.vector)) continue;
        loaded.faceIds.push(row.id);
        loaded.photoIds.push(row.photo_id);
      }
      const last = page.at(-1);
      if (!last || page.length < PAGE) return loaded && { ...loaded, complete: true };
      before = last.id;
      await others();
    }
  }

  /** The ids first: sorted together with their vectors, SQLite would read those of all faces for each page. */
  private page(calculator: string, before: number): Promise<WaitingEmbedding[]> {
    return select<WaitingEmbedding>(
      this.db.reader,
      `SELECT n.id, n.photo_id, e.vector FROM
         (SELECT f.id, f.photo_id FROM face f WHERE ${NOBODYS} AND f.id < ?
            AND EXISTS (SELECT 1 FROM face_embedding w WHERE w.face_id = f.id AND w.calculator = ?)
          ORDER BY f.id DESC LIMIT ${PAGE}) n
       JOIN face_embedding e ON e.face_id = n.id AND e.calculator = ? ORDER BY n.id DESC`,
      [before, calculator, calculator],
    );
  }

  private async show(
    stars: readonly Star[],
    { faceIds }: Loaded,
    coefficients: SimilarityCoefficients,
  ): Promise<FaceGroupRecord[]> {
    const idsOf = (star: Star): number[] =>
      [star.middle, ...star.members.map(({ index }) => index)]
        .slice(0, MAX_IDS)
        .flatMap((index) => faceIds[index] ?? []);
    const shown = stars.flatMap((star) => idsOf(star).slice(0, MAX_SHOWN));
    const records = await this.judged.show(await this.db.reader.findBy(Face, { id: In(shown) }));
    const byId = new Map(records.map((record) => [record.id, record]));
    return stars.map((star) => {
      const ids = idsOf(star);
      return {
        size: star.members.length + 1,
        middle_face_id: ids[0] ?? 0,
        least_similarity: similarityOfDot(star.members.at(-1)?.dot ?? 1, coefficients),
        face_ids: ids,
        faces: ids.slice(0, MAX_SHOWN).flatMap((id) => byId.get(id) ?? []),
      };
    });
  }
}
