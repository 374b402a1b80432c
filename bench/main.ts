// What the service does in a given time, each as a ratio that holds on any machine:
//   npm run bench                        all of it, about a quarter of an hour
//   npm run bench -- throughput memory   some of it: throughput, history, ledger, auto-train, memory
import { mariaDbPath, startMariaDb } from '../test/support/mariadb.js';
import { missedTargets } from './report.js';

async function main(names: readonly string[]): Promise<void> {
  const mariaDb = mariaDbPath() === undefined ? null : await startMariaDb();
  if (mariaDb) process.env['TEST_MARIADB_PORT'] = String(mariaDb.port);
  else console.log('MariaDB is not installed: the figures are those of SQLite alone');
  // Imported only now: they look at once which databases there are.
  const sections = {
    throughput: (await import('./throughput.js')).throughput,
    history: (await import('./history.js')).history,
    ledger: (await import('./ledger.js')).ledger,
    'auto-train': (await import('./auto-train.js')).autoTrain,
    memory: (await import('./memory.js')).memory,
  };
  for (const [name, run] of Object.entries(sections)) {
    if (names.length === 0 || names.includes(name)) await run();
  }
  await mariaDb?.stop();
  console.log(`\n${missedTargets() === 0 ? 'Every target is met' : `${missedTargets()} targets are missed`}`);
  process.exit(missedTargets() === 0 ? 0 : 1);
}

void main(process.argv.slice(2));
