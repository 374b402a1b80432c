import { Database } from '../../../src/database/database.js';
import { translateDatabaseError } from '../../../src/database/database-errors.js';
import { execute, select } from '../../../src/database/sql.js';
import { databases } from '../../support/databases.js';
import { openDatabase } from '../../support/open-database.js';

const mariaDb = databases.filter(({ name }) => name === 'MariaDB');

describe.each(mariaDb)('a process that stands still in the middle of a transaction on $name', (kind) => {
  it('loses it in time, so that others get at the rows, and cannot commit it afterwards', async () => {
    const opened = await openDatabase({
      name: kind.name,
      create: async () => {
        const place = await kind.create();
        return { ...place, environment: { ...place.environment, DB_STALLED_TRANSACTION_MS: '1000' } };
      },
    });
    const db = opened.module.get(Database);
    await execute(db.reader, 'INSERT INTO session_check (id, touched) VALUES (50, 0)');
    const [locked, othersAreThrough] = [new Signal(), new Signal()];
    const stalled = db
      .write(async (em) => {
        await execute(em, 'UPDATE session_check SET touched = 1 WHERE id = 50');
        locked.give();
        await othersAreThrough.given;
      })
      .catch((error: unknown) => error);
    await locked.given;
    // It waits for the lock, for 5 s at most.
    await db.write((em) => execute(em, 'UPDATE session_check SET touched = 2 WHERE id = 50'));
    othersAreThrough.give();
    expect(translateDatabaseError(await stalled)).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(await select(db.reader, 'SELECT touched FROM session_check WHERE id = 50')).toEqual([{ touched: 2 }]);
    await opened.close();
  });
});

class Signal {
  give!: () => void;
  readonly given = new Promise<void>((resolve) => (this.give = resolve));
}
