import type { EntityTarget, ObjectLiteral } from 'typeorm';
import type { Database } from './database.js';
import { select } from './sql.js';
import { isUniqueViolation } from './write-errors.js';

type Row<Settings> = Settings & { readonly id: number };

/** Settings of the whole installation, the same for all replicas: one row with the id 1, or the defaults until somebody changes one. */
export class SettingsRow<Settings extends ObjectLiteral> {
  constructor(
    private readonly db: Database,
    private readonly entity: EntityTarget<Row<Settings>>,
    private readonly table: string,
    private readonly defaults: Settings,
  ) {}

  async get(): Promise<Settings> {
    const stored = await this.db.reader.findOneBy(this.entity, { id: 1 } as never);
    return stored ? withoutId(stored) : this.defaults;
  }

  /**
   * Changes what is given and neither null nor undefined. `check` sees what would be stored, locked against another change, and throws when
   * the values do not fit together.
   */
  async update(body: object, check: (wanted: Settings, given: Partial<Settings>) => void): Promise<Settings> {
    const given = Object.fromEntries(Object.entries(body).filter(([, value]) => value != null)) as Partial<Settings>;
    try {
      await this.merge(given, check);
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      // The first change of all, by two at once.
      await this.merge(given, check);
    }
    return this.get();
  }

  private merge(given: Partial<Settings>, check: (wanted: Settings, given: Partial<Settings>) => void): Promise<void> {
    return this.db.write(async (em) => {
      await select(em, `SELECT id FROM ${this.table} WHERE id = 1 ${this.db.forUpdate}`);
      const stored = await em.findOneBy(this.entity, { id: 1 } as never);
      const wanted = { ...this.defaults, ...(stored && withoutId(stored)), ...given };
      check(wanted, given);
      if (stored) await em.update(this.entity, { id: 1 }, { ...wanted, id: 1 });
      else await em.insert(this.entity, { ...wanted, id: 1 });
    });
  }
}

function withoutId<Settings extends ObjectLiteral>(row: Row<Settings>): Settings {
  return Object.fromEntries(Object.entries(row).filter(([name]) => name !== 'id')) as Settings;
}
