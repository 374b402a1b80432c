// No extension: jest loads this file without the module mapper.
import { mariaDbPath, type MariaDbServer, startMariaDb } from './mariadb';

declare global {
  var testMariaDb: MariaDbServer | undefined;
}

/** Starts one private MariaDB for the whole run. Without a server the MariaDB suites are left out, loudly; in CI that is a failure. */
export default async function globalSetup(): Promise<void> {
  if (mariaDbPath() === undefined) {
    if (process.env['CI']) throw new Error('MariaDB is not installed; CI must test on it');
    console.warn(
      '\n*** MariaDB is not installed: ALL MariaDB SUITES ARE LEFT OUT. Install mariadb-server to run them. ***\n',
    );
    return;
  }
  globalThis.testMariaDb = await startMariaDb();
  process.env['TEST_MARIADB_PORT'] = String(globalThis.testMariaDb.port);
}
