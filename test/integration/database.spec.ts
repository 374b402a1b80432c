import { DataSource } from 'typeorm';
import { execute, select } from '../../src/database/sql.js';
import { isUniqueViolation } from '../../src/database/write-errors.js';
import { SettingsModule } from '../../src/config/settings.module.js';
import { DatabaseModule } from '../../src/database/database.module.js';
import { Test } from '@nestjs/testing';
import { databases } from '../support/databases.js';
import { openDatabase } from '../support/open-database.js';

describe.each(databases)('the database on $name', (kind) => {
  let opened: Awaited<ReturnType<typeof openDatabase>>;
  beforeAll(async () => {
    opened = await openDatabase(kind);
  });
  afterAll(() => opened.close());

  it('has after the migrations exactly the tables that the entities describe', async () => {
    const changes = await opened.module.get(DataSource).driver.createSchemaBuilder().log();
    expect(changes.upQueries.map(({ query }) => query)).toEqual([]);
  });

  it('keeps every write of 160 transactions that run at the same time', async () => {
    const { db } = opened;
    await execute(db.reader, 'DELETE FROM session_check');
    const acknowledged = await Promise.all(
      Array.from({ length: 160 }, (_, i) =>
        db
          .write(async (em) => {
            await execute(em, 'INSERT INTO session_check (id, touched) VALUES (?, 0)', [1_000 + i]);
            await new Promise((resolve) => setImmediate(resolve));
            if (i % 4 === 3) throw new Error('undone');
            await execute(em, 'UPDATE session_check SET touched = 1 WHERE id = ?', [1_000 + i]);
          })
          .then(
            () => true,
            () => false,
          ),
      ),
    );
    const [row] = await select<{ n: number }>(
      db.reader,
      'SELECT COUNT(*) AS n FROM session_check WHERE touched = 1 AND id >= 1000',
    );
    const [all] = await select<{ n: number }>(db.reader, 'SELECT COUNT(*) AS n FROM session_check WHERE id >= 1000');
    expect(acknowledged.filter(Boolean)).toHaveLength(120);
    expect([row!.n, all!.n]).toEqual([120, 120]);
  });

  it('counts a matched row as affected although nothing changes in it', async () => {
    const { db } = opened;
    await execute(db.reader, 'INSERT INTO session_check (id, touched) VALUES (7, 5)');
    expect(await execute(db.reader, 'UPDATE session_check SET touched = 5 WHERE id = 7')).toBe(1);
    expect(await execute(db.reader, 'UPDATE session_check SET touched = 5 WHERE id = 8')).toBe(0);
  });

  it('sees inside a transaction what others have committed meanwhile, or makes them wait', async () => {
    const { db } = opened;
    await execute(db.reader, 'INSERT INTO session_check (id, touched) VALUES (20, 0)');
    const seen = await db.write(async (em) => {
      await select(em, 'SELECT touched FROM session_check WHERE id = 20');
      if (db.type !== 'sqlite') await execute(db.reader, 'UPDATE session_check SET touched = 9 WHERE id = 20');
      return select<{ touched: number }>(em, 'SELECT touched FROM session_check WHERE id = 20');
    });
    expect(seen[0]!.touched).toBe(db.type === 'sqlite' ? 0 : 9);
  });

  it('knows a broken unique index from other errors', async () => {
    const { db } = opened;
    await execute(db.reader, 'INSERT INTO session_check (id, touched) VALUES (30, 0)');
    const error: unknown = await execute(db.reader, 'INSERT INTO session_check (id, touched) VALUES (30, 0)').catch(
      (e: unknown) => e,
    );
    expect(isUniqueViolation(error)).toBe(true);
    const other: unknown = await execute(db.reader, 'INSERT INTO no_such_table VALUES (1)').catch((e: unknown) => e);
    expect(isUniqueViolation(other)).toBe(false);
  });

  it('reads the clock of the database in milliseconds, moved by the offset of the test', async () => {
    const { db } = opened;
    const before = await db.readNow();
    expect(Math.abs(before - Date.now())).toBeLessThan(5_000);
    db.clockOffsetMs = 3_600_000;
    expect((await db.readNow()) - before).toBeGreaterThanOrEqual(3_600_000);
    db.clockOffsetMs = 0;
  });
});

describe('the database on SQLite', () => {
  const [sqlite] = databases;

  it('says at once what is wrong when code inside a transaction uses the outer connection', async () => {
    const opened = await openDatabase(sqlite!);
    const { db } = opened;
    await expect(db.write(() => select(db.reader, 'SELECT 1'))).rejects.toThrow(
      /EntityManager the transaction gave you/,
    );
    expect(await select(db.reader, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await opened.close();
  });

  it('refuses a second process on the same file, with the remedy', async () => {
    const opened = await openDatabase(sqlite!);
    const { place } = opened;
    const second = Test.createTestingModule({
      imports: [SettingsModule.from(place.environment), DatabaseModule],
    }).compile();
    await expect(second).rejects.toThrow(/Another process already uses this SQLite database.*MySQL or MariaDB/);
    await opened.close();
  });
});
