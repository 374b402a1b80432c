import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { SubjectCandidate } from '../../compreface/face-engine.js';
import { Database } from '../../database/database.js';
import { placeholders, select } from '../../database/sql.js';
import type { Candidate } from './decision.js';

/** What is known of a person who stands behind a subject. */
export interface CandidatePerson {
  readonly id: number;
  readonly name: string;
  readonly autoRecognize: boolean;
}

interface PersonRow {
  readonly id: number;
  readonly name: string;
  readonly subject: string;
  readonly auto_recognize: number | boolean;
}

const CHUNK = 500;

/** Whose the subjects are that CompreFace names. */
@Injectable()
export class CandidatePersons {
  constructor(private readonly db: Database) {}

  /**
   * The persons behind the subjects of one or more faces; subjects that are not ours are left out. Those that come near enough to be given a
   * face are locked, so that they are still there when the face is given.
   */
  async read(
    em: EntityManager,
    faces: readonly (readonly SubjectCandidate[])[],
    lockFrom: number,
  ): Promise<ReadonlyMap<string, CandidatePerson>> {
    const all = faces.flat();
    const near = new Set(all.filter(({ similarity }) => similarity >= lockFrom).map(({ subject }) => subject));
    const far = new Set(all.map(({ subject }) => subject).filter((subject) => !near.has(subject)));
    const rows = [...(await this.rows(em, [...near], this.db.forUpdate)), ...(await this.rows(em, [...far], ''))];
    return new Map(
      rows.map(({ id, name, subject, auto_recognize }) => [
        subject,
        { id, name, autoRecognize: Boolean(auto_recognize) },
      ]),
    );
  }

  private async rows(em: EntityManager, subjects: readonly string[], lock: string): Promise<PersonRow[]> {
    const rows: PersonRow[] = [];
    for (let start = 0; start < subjects.length; start += CHUNK) {
      const some = subjects.slice(start, start + CHUNK);
      rows.push(
        ...(await select<PersonRow>(
          em,
          `SELECT id, name, subject, auto_recognize FROM person WHERE subject IN (${placeholders(some)}) ORDER BY id ${lock}`,
          some,
        )),
      );
    }
    return rows;
  }
}

/** CompreFace answers for each example: one candidate for each person, with the similarity of their nearest example, best first. */
export function byPerson(
  matches: readonly SubjectCandidate[],
  persons: ReadonlyMap<string, CandidatePerson>,
): Candidate[] {
  const best = new Map<number, Candidate>();
  for (const { subject, similarity } of matches) {
    const person = persons.get(subject);
    if (!person || (best.get(person.id)?.similarity ?? -1) >= similarity) continue;
    best.set(person.id, { personId: person.id, similarity, autoRecognize: person.autoRecognize });
  }
  return [...best.values()].sort((a, b) => b.similarity - a.similarity || a.personId - b.personId);
}
