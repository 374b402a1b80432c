import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { placeholders, select } from '../database/sql.js';

const PAGE = 500;

/** Names of persons; of one who is gone the empty name. */
export class PersonNames {
  constructor(private readonly names: ReadonlyMap<number, string>) {}

  of(personId: number): { person_id: number; name: string } {
    return { person_id: personId, name: this.names.get(personId) ?? '' };
  }
}

/** Looks names up when a measurement is shown: it is kept without them. */
@Injectable()
export class PersonNameLookup {
  constructor(private readonly db: Database) {}

  async find(personIds: Iterable<number>): Promise<PersonNames> {
    const ids = [...new Set(personIds)];
    const names = new Map<number, string>();
    for (let start = 0; start < ids.length; start += PAGE) {
      const page = ids.slice(start, start + PAGE);
      const rows = await select<{ id: number; name: string }>(
        this.db.reader,
        `SELECT id, name FROM person WHERE id IN (${placeholders(page)})`,
        page,
      );
      for (const { id, name } of rows) names.set(id, name);
    }
    return new PersonNames(names);
  }
}
