import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2/promise';

const SERVER_PATHS = [
  '/usr/sbin/mariadbd',
  '/usr/local/sbin/mariadbd',
  '/usr/bin/mariadbd',
  '/opt/homebrew/bin/mariadbd',
];

/** A private MariaDB server on a free port of the loopback, with a data folder of its own. */
export interface MariaDbServer {
  readonly port: number;
  /** Makes an empty database and returns its address. */
  createDatabase(name: string): Promise<string>;
  stop(): Promise<void>;
}

/** Where MariaDB's server is installed; undefined where it is not. */
export function mariaDbPath(): string | undefined {
  return SERVER_PATHS.find((path) => existsSync(path));
}

export async function startMariaDb(extraOptions: readonly string[] = []): Promise<MariaDbServer> {
  const program = mariaDbPath();
  if (program === undefined) throw new Error('MariaDB is not installed: apt-get install mariadb-server');
  const folder = mkdtempSync(join(tmpdir(), 'training-mariadb-'));
  const dataDir = join(folder, 'data');
  const user = process.getuid?.() === 0 ? ['--user=root'] : [];
  execFileSync(
    'mariadb-install-db',
    // A folder of its own for temporary tables: two installations at once take them away from each other.
    [
      '--no-defaults',
      `--datadir=${dataDir}`,
      `--tmpdir=${folder}`,
      '--auth-root-authentication-method=normal',
      ...user,
    ],
    { stdio: 'pipe' },
  );
  const port = await freePort();
  const server = spawn(
    program,
    [
      '--no-defaults',
      `--datadir=${dataDir}`,
      `--tmpdir=${folder}`,
      `--socket=${join(folder, 'sock')}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      '--skip-name-resolve',
      ...user,
      ...extraOptions,
    ],
    { stdio: 'ignore' },
  );
  const stopNow = (): void => void server.kill('SIGKILL');
  process.once('exit', stopNow);
  await untilReachable(port, server);
  return {
    port,
    createDatabase: async (name) => {
      const connection = await mysql.createConnection({ host: '127.0.0.1', port, user: 'root' });
      await connection.query(`DROP DATABASE IF EXISTS \`${name}\``);
      await connection.query(`CREATE DATABASE \`${name}\``);
      await connection.end();
      return `mariadb://root@127.0.0.1:${port}/${name}`;
    },
    stop: async () => {
      process.removeListener('exit', stopNow);
      if (server.exitCode === null) {
        const ended = new Promise((resolve) => server.once('exit', resolve));
        server.kill('SIGTERM');
        await ended;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A port that nothing listens on at this moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => {
        resolve(typeof address === 'object' && address ? address.port : 0);
      });
    });
  });
}

async function untilReachable(port: number, server: ChildProcess): Promise<void> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    if (server.exitCode !== null) throw new Error(`MariaDB ended with code ${server.exitCode}`);
    try {
      const connection = await mysql.createConnection({ host: '127.0.0.1', port, user: 'root', connectTimeout: 1_000 });
      await connection.end();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
