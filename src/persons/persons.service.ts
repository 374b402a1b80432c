import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../database/database.js';
import { KeptSums } from '../database/kept-sums.js';
import { execute, select } from '../database/sql.js';
import { isUniqueViolation } from '../database/write-errors.js';
import { DomainError } from '../errors/domain-error.js';
import { Clock } from '../time/clock.js';
import type {
  CreatePersonBody,
  ListPersonsQuery,
  PersonListAnswer,
  PersonStatistics,
  UpdatePersonBody,
} from './dto/person.dto.js';
import { Person } from './entities/person.entity.js';
import { FaceChanges } from './face-changes.js';
import { dropSuggestions } from './former-person.js';
import { PersonCounters, personStatistics } from './person-counters.js';
import { foldName, makeSubject, nameKey } from './person-name.js';
import { PersonRecords, STATUS_SQL } from './person-records.js';

/** Persons: made, found, renamed and deleted. */
@Injectable()
export class PersonsService {
  constructor(
    private readonly db: Database,
    private readonly records: PersonRecords,
    private readonly changes: FaceChanges,
    private readonly counters: PersonCounters,
    private readonly sums: KeptSums,
    private readonly clock: Clock,
  ) {}

  /** Throws `NOT_FOUND`. */
  async get(id: number, em: EntityManager = this.db.reader): Promise<Person> {
    const person = await em.findOneBy(Person, { id });
    if (!person) throw new DomainError('NOT_FOUND', `There is no person ${id}`, { person_id: id });
    return person;
  }

  /** `alongside` belongs to the same transaction. Throws `ALREADY_EXISTS` when the name is taken. */
  async create(
    body: CreatePersonBody,
    alongside: (em: EntityManager, person: Person) => Promise<void> = () => Promise.resolve(),
  ): Promise<Person> {
    const now = this.clock.now();
    const person: Partial<Person> = {
      ...named(body.name),
      notes: body.notes ?? null,
      autoRecognize: body.auto_recognize ?? true,
      subject: makeSubject(body.name),
      desiredGeneration: 0,
      trainedGeneration: 0,
      exampleCount: 0,
      isTraining: false,
      lastFailed: false,
      retriesSpent: 0,
      failedGeneration: null,
      lastTrainedAt: null,
      createdAt: now,
      updatedAt: now,
    };
    return this.unlessNameTaken(body.name, () =>
      this.db.write(async (em) => {
        const made = await em.save(em.create(Person, person));
        await this.counters.added(em);
        await alongside(em, made);
        return made;
      }),
    );
  }

  /** Throws `NOT_FOUND` or `ALREADY_EXISTS`. The subject stays as it is. */
  async update(id: number, body: UpdatePersonBody): Promise<Person> {
    const change: Partial<Person> = {
      ...(body.name == null ? {} : named(body.name)),
      ...(body.notes === undefined ? {} : { notes: body.notes }),
      ...(body.auto_recognize == null ? {} : { autoRecognize: body.auto_recognize }),
      updatedAt: this.clock.now(),
    };
    await this.get(id);
    await this.unlessNameTaken(body.name ?? '', () => this.db.write((em) => em.update(Person, { id }, change)));
    return this.get(id);
  }

  async list(query: ListPersonsQuery): Promise<PersonListAnswer> {
    const builder = this.db.reader.createQueryBuilder(Person, 'p').orderBy('p.id', 'ASC');
    if (query.search)
      builder.andWhere("p.searchName LIKE :search ESCAPE '!'", { search: `%${escapeLike(foldName(query.search))}%` });
    if (query.status) builder.andWhere(STATUS_SQL[query.status]);
    const [persons, total] = await builder
      .take(query.limit)
      .skip((query.page - 1) * query.limit)
      .getManyAndCount();
    return { persons: await this.records.show(persons), total, statistics: await this.statistics() };
  }

  async statistics(): Promise<PersonStatistics> {
    return personStatistics(await this.sums.read());
  }

  /** The faces stay without a person; the examples and the subject leave the collection by themselves. */
  async delete(id: number): Promise<{ facesUnassigned: number; withdrawal: 'done' | 'pending' }> {
    return this.db.write(async (em) => {
      const [person] = await select<{ example_count: number }>(
        em,
        `SELECT example_count FROM person WHERE id = ? ${this.db.forUpdate}`,
        [id],
      );
      if (!person) throw new DomainError('NOT_FOUND', `There is no person ${id}`, { person_id: id });
      const pending = await this.changes.withdrawPerson(em, id);
      const facesUnassigned = await execute(
        em,
        `UPDATE face SET person_id = NULL, assignment_method = NULL, assignment_confidence = NULL, review = 'unidentified',
           exclusion = CASE WHEN exclusion = 'not_confirmed' THEN NULL ELSE exclusion END WHERE person_id = ?`,
        [id],
      );
      await dropSuggestions(em, id, 'all');
      await execute(em, 'DELETE FROM person WHERE id = ?', [id]);
      await this.counters.removed(em, person.example_count);
      return { facesUnassigned, withdrawal: pending ? 'pending' : 'done' };
    });
  }

  private async unlessNameTaken<T>(name: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      const other = await this.db.reader.findOneBy(Person, { nameKey: nameKey(name) });
      if (!other) throw error;
      throw new DomainError('ALREADY_EXISTS', 'There is a person of this name already: choose another name', {
        name,
        existing_person_id: other.id,
      });
    }
  }
}

function named(name: string): Pick<Person, 'name' | 'nameKey' | 'searchName'> {
  return { name, nameKey: nameKey(name), searchName: foldName(name).slice(0, 255) };
}

function escapeLike(text: string): string {
  return text.replace(/[!%_]/g, '!$&');
}
