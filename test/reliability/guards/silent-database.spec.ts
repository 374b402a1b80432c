import { DataSource } from 'typeorm';
import { Database } from '../../../src/database/database.js';
import { translateDatabaseError } from '../../../src/database/database-errors.js';
import { giveUpSilentConnections } from '../../../src/database/silent-connections.js';
import { select } from '../../../src/database/sql.js';
import { databases, type TestDatabase } from '../../support/databases.js';
import { startFaultProxy } from '../../support/fault-proxy.js';
import { openDatabase } from '../../support/open-database.js';

const mariaDb = databases.filter(({ name }) => name === 'MariaDB');

describe.each(mariaDb)('a connection to $name whose server vanished without a word', (kind) => {
  it('is given up, and the next statement goes through on a new one', async () => {
    let proxy!: Awaited<ReturnType<typeof startFaultProxy>>;
    const opened = await openDatabase({
      name: kind.name,
      create: async (): Promise<TestDatabase> => {
        const place = await kind.create();
        const url = new URL(place.environment['DATABASE_URL']!);
        proxy = await startFaultProxy({ port: Number(url.port) });
        url.port = String(proxy.port);
        return { ...place, environment: { ...place.environment, DATABASE_URL: url.href } };
      },
    });
    giveUpSilentConnections(opened.module.get(DataSource), 300);
    const { reader } = opened.module.get(Database);
    await Promise.all([1, 2, 3].map(() => select(reader, 'SELECT SLEEP(0.05)')));
    await proxy.setMode({ kind: 'half-open' });
    await proxy.setMode({ kind: 'pass' });
    const silent: unknown = await select(reader, 'SELECT 1').catch((error: unknown) => error);
    expect(translateDatabaseError(silent)).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(await select(reader, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await opened.close();
    await proxy.close();
  });
});
