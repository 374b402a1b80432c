// npm run test:reliability -- [--only P2,P8] [--scale 0.1] [--seed N] [--on SQLite] [--resume]
// Runs the proofs and writes RELIABILITY.md when all of them were run in full.
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { mariaDbPath, startMariaDb } from '../support/mariadb.js';

async function main(): Promise<void> {
  // Several replicas share this process in some proofs.
  process.setMaxListeners(0);
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      scale: { type: 'string', default: '1' },
      seed: { type: 'string', default: String(randomInt(1_000_000)) },
      on: { type: 'string' },
      resume: { type: 'boolean' },
    },
  });
  if (mariaDbPath() === undefined) throw new Error('MariaDB is not installed: apt-get install mariadb-server');
  const server = await startMariaDb(['--max-connections=500']);
  process.env['TEST_MARIADB_PORT'] = String(server.port);
  try {
    // Only now: the list of databases is made when its file is loaded.
    const { runAll } = await import('./run-all.js');
    process.exitCode = (await runAll(values)) ? 0 : 1;
  } finally {
    await server.stop();
  }
  // A proof that broke may have left a replica behind.
  process.exit();
}

void main();
