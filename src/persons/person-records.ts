import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { placeholders, select } from '../database/sql.js';
import type { PersonRecord, RecognitionStatus } from './dto/person.dto.js';
import type { Person } from './entities/person.entity.js';
import { ELIGIBLE_SQL } from './face-state.js';

interface FaceCounts {
  readonly person_id: number;
  readonly assigned: number;
  /** A sum: text on MySQL and MariaDB. */
  readonly eligible: number | string;
  readonly sample: number | null;
}

/** Shows persons as the API does: the row and the counts of its faces, in two statements for a page. */
@Injectable()
export class PersonRecords {
  constructor(private readonly db: Database) {}

  async show(persons: readonly Person[]): Promise<PersonRecord[]> {
    const counts = await this.countFaces(persons.map(({ id }) => id));
    return persons.map((person) => toRecord(person, counts.get(person.id)));
  }

  async showOne(person: Person): Promise<PersonRecord> {
    const [record] = await this.show([person]);
    if (!record) throw new Error('one person gives one record');
    return record;
  }

  private async countFaces(ids: readonly number[]): Promise<Map<number, FaceCounts>> {
    if (ids.length === 0) return new Map();
    const rows = await select<FaceCounts>(
      this.db.reader,
      `SELECT f.person_id, COUNT(*) AS assigned, SUM(CASE WHEN ${ELIGIBLE_SQL} THEN 1 ELSE 0 END) AS eligible,
         MIN(CASE WHEN ${ELIGIBLE_SQL} THEN f.id END) AS sample
       FROM face f WHERE f.person_id IN (${placeholders(ids)}) GROUP BY f.person_id`,
      ids,
    );
    return new Map(rows.map((row) => [row.person_id, row]));
  }
}

/** What is shown of a person's training. A person with an example counts as trained also while it is trained again. */
export function recognitionStatus(
  person: Pick<Person, 'isTraining' | 'exampleCount' | 'lastFailed'>,
): RecognitionStatus {
  if (person.isTraining) return 'training';
  if (person.exampleCount > 0) return 'trained';
  return person.lastFailed ? 'failed' : 'untrained';
}

/** The same as SQL, to filter by (alias `p`). */
export const STATUS_SQL: Readonly<Record<RecognitionStatus, string>> = {
  training: 'p.is_training <> 0',
  trained: 'p.is_training = 0 AND p.example_count > 0',
  failed: 'p.is_training = 0 AND p.example_count = 0 AND p.last_failed <> 0',
  untrained: 'p.is_training = 0 AND p.example_count = 0 AND p.last_failed = 0',
};

function toRecord(person: Person, counts: FaceCounts | undefined): PersonRecord {
  const sample = counts?.sample ?? null;
  return {
    id: person.id,
    name: person.name,
    notes: person.notes,
    face_count: counts?.assigned ?? 0,
    training_face_count: Number(counts?.eligible ?? 0),
    sample_face_image: sample === null ? null : `/api/faces/${sample}/image`,
    recognition_status: recognitionStatus(person),
    auto_recognize: person.autoRecognize,
    compreface_subject: person.subject,
    example_count: person.exampleCount,
    created_at: person.createdAt,
    updated_at: person.updatedAt,
    last_trained_at: person.lastTrainedAt,
  };
}
