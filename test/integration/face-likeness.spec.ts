import { DataSource } from 'typeorm';
import { execute } from '../../src/database/sql.js';
import { packEmbedding } from '../../src/persons/embedding.js';
import { FaceLikeness } from '../../src/persons/quality/face-likeness.js';
import { databases } from '../support/databases.js';
import { openDatabase } from '../support/open-database.js';
import { askedDuring, planOf } from '../support/query-plans.js';

const NOW = "'2026-01-15 12:00:00.000'";
const CALCULATOR = 'facenet.Calculator';
const PROBE = [1, 0, 0];
const FAR = [0, 1, 0];
/** More than two pages of what is read at once. */
const EACH = 4_500;

describe.each(databases)('likeness of faces on $name', (database) => {
  let opened: Awaited<ReturnType<typeof openDatabase>>;
  const oldest = 1;
  const [own, other] = [1, 2];
  beforeAll(async () => {
    opened = await openDatabase(database);
    const { reader } = opened.db;
    for (const id of [own, other]) {
      await execute(
        reader,
        `INSERT INTO person (id, name, name_key, search_name, auto_recognize, subject, desired_generation, trained_generation, example_count,
           is_training, last_failed, retries_spent, created_at, updated_at) VALUES (?, ?, ?, '', 1, ?, 1, 0, 0, 0, 0, 0, ${NOW}, ${NOW})`,
        [id, `Person ${id}`, `key ${id}`, `subject ${id}`],
      );
    }
    await execute(
      reader,
      `INSERT INTO photo (id, source_hash, content_hash, width, height, original_name, created_at) VALUES (1, '', '', 9, 9, '', ${NOW})`,
    );
    await addFaces(oldest, 1, { personId: other, vector: PROBE });
    await addFaces(2, EACH, { personId: own, vector: FAR });
    await addFaces(2 + EACH, EACH, { review: 'unidentified', vector: PROBE });
    await addFaces(2 + 2 * EACH, EACH, { personId: other, exclusion: 'not_confirmed', vector: PROBE });
    await addFaces(2 + 3 * EACH, 1, { personId: other });
  });
  afterAll(() => opened.close());

  interface Some {
    readonly personId?: number;
    readonly review?: string;
    readonly exclusion?: string;
    /** Left out: of another calculator. */
    readonly vector?: number[];
  }

  async function addFaces(from: number, count: number, { personId, review, exclusion, vector }: Some): Promise<void> {
    const { reader } = opened.db;
    for (let start = from; start < from + count; start += 500) {
      const ids = Array.from({ length: Math.min(500, from + count - start) }, (_, i) => start + i);
      const state = [personId, review, exclusion].map((value) =>
        typeof value === 'string' ? `'${value}'` : (value ?? 'NULL'),
      );
      await execute(
        reader,
        `INSERT INTO face (id, photo_id, source_hash, content_hash, state, examine_tries, created_at, person_id, review, exclusion)
         VALUES ${ids.map((id) => `(${id}, 1, '', 'content ${id}', 'ready', 0, ${NOW}, ${state.join()})`).join()}`,
      );
      const bytes = packEmbedding(vector ?? PROBE).toString('hex');
      await execute(
        reader,
        `INSERT INTO face_embedding (face_id, calculator, vector)
         VALUES ${ids.map((id) => `(${id}, '${vector ? CALCULATOR : 'another'}', x'${bytes}')`).join()}`,
      );
    }
  }

  const likeness = (): ReturnType<FaceLikeness['of']> =>
    new FaceLikeness(opened.db).of({ faceId: null, personId: own, embedding: PROBE, calculator: CALCULATOR });

  it('looks at the eligible faces to the oldest, and none that waits, is not confirmed or of another model', async () => {
    expect(await likeness()).toMatchObject({
      nearly_identical_to: null,
      looks_like: { person_id: other, face_id: oldest },
    });
  });

  it('reads the eligible faces alone, however large the library is', async () => {
    const dataSource = opened.module.get(DataSource);
    const asked = await askedDuring(dataSource, likeness);
    expect(asked).toHaveLength(3);
    for (const query of asked)
      expect(await planOf(dataSource, query)).toEqual(
        database.name === 'SQLite'
          ? [
              'SEARCH f USING INDEX ix_face_eligible (review=? AND exclusion=? AND state=? AND id<?)',
              'SEARCH e USING INDEX sqlite_autoindex_face_embedding_1 (face_id=? AND calculator=?) LEFT-JOIN',
            ]
          : [expect.stringMatching(/^f (range|ref) ix_face_eligible$/), 'e eq_ref PRIMARY'],
      );
  });
});
