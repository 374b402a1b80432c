import { Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import { Database } from '../../database/database.js';
import { placeholders, select } from '../../database/sql.js';
import { DomainError } from '../../errors/domain-error.js';
import { fieldError } from '../../errors/validation.js';
import { Face } from '../../persons/entities/face.entity.js';
import { FaceOwnership } from '../../persons/face-ownership.js';
import { type AssignedFaces, type AssignResult, FacesService } from '../../persons/faces.service.js';
import { PersonRecords } from '../../persons/person-records.js';
import { PersonsService } from '../../persons/persons.service.js';
import type { GroupNamedAnswer, NameGroupBody } from './dto/similar-faces.dto.js';

const BY_GROUP = { method: 'group', confidence: null };

/** Somebody says of many faces at once whose they are. */
@Injectable()
export class GroupNamingService {
  constructor(
    private readonly db: Database,
    private readonly faces: FacesService,
    private readonly persons: PersonsService,
    private readonly ownership: FaceOwnership,
    private readonly records: PersonRecords,
  ) {}

  /**
   * A new person comes to be together with its faces, or not at all: sent twice, the second time is `ALREADY_EXISTS`. Throws
   * `NOT_FOUND`, `INVALID_STATE` when no face can be given to the new person, and `VALIDATION_ERROR` for both or neither of name and id.
   */
  async name({ faceIds, name, personId }: NameGroupBody): Promise<GroupNamedAnswer> {
    const ids = [...new Set(faceIds)];
    if (name != null && personId != null)
      throw fieldError('personId', 'goes without a name: give one of the two', personId);
    if (personId != null) return this.answer(await this.faces.assignEach(ids, personId, BY_GROUP), false);
    if (name == null) throw fieldError('name', 'is needed for a new person; for one who is there, give personId');
    return this.answer(await this.newPerson(ids, name), true);
  }

  private async newPerson(faceIds: readonly number[], name: string): Promise<AssignedFaces> {
    let results: AssignResult[] = [];
    const person = await this.persons.create({ name }, async (em, { id }) => {
      results = await this.giveAll(em, faceIds, id);
      if (results.some(({ success }) => success)) return;
      throw new DomainError('INVALID_STATE', 'None of the faces can be given to a new person', { results });
    });
    return { person: await this.persons.get(person.id), results };
  }

  private async giveAll(em: EntityManager, faceIds: readonly number[], personId: number): Promise<AssignResult[]> {
    await select(
      em,
      `SELECT id FROM face WHERE id IN (${placeholders(faceIds)}) ORDER BY id ${this.db.forUpdate}`,
      faceIds,
    );
    const found = await em.findBy(Face, { id: In([...faceIds]) });
    const faces = new Map(found.map((face) => [face.id, face]));
    const given = new Set<string>();
    const results: AssignResult[] = [];
    for (const faceId of faceIds) {
      const face = faces.get(faceId);
      const refusal = refusalOf(face, given);
      if (face && !refusal) {
        await this.ownership.give(em, face, personId, BY_GROUP);
        if (face.contentHash !== null) given.add(face.contentHash);
      }
      results.push({ faceId, success: refusal === null, ...refusal });
    }
    return results;
  }

  private async answer({ person, results }: AssignedFaces, created: boolean): Promise<GroupNamedAnswer> {
    const successCount = results.filter(({ success }) => success).length;
    return {
      success: successCount > 0,
      message: `${successCount} of ${results.length} faces named`,
      person: await this.records.showOne(person),
      created,
      successCount,
      errorCount: results.length - successCount,
      results: [...results],
    };
  }
}

/** Why a face cannot be given to a new person who has these already; null when it can. */
function refusalOf(face: Face | undefined, given: ReadonlySet<string>): { error: string; code: string } | null {
  if (!face) return { error: 'There is no such face', code: 'NOT_FOUND' };
  if (face.personId !== null) return { error: 'The face belongs to a person: reassign it', code: 'INVALID_STATE' };
  if (face.contentHash === null || !given.has(face.contentHash)) return null;
  return { error: 'The person has the very same face already: delete this one', code: 'ALREADY_EXISTS' };
}
