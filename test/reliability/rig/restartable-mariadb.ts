import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { freePort, mariaDbPath } from '../../support/mariadb.js';

/** A MariaDB of its own that can be killed and started again over the same data. */
export class RestartableMariaDb {
  private server: ChildProcess | null = null;
  private readonly stopNow = (): void => void this.server?.kill('SIGKILL');

  private constructor(
    private readonly folder: string,
    readonly port: number,
    private readonly options: readonly string[],
  ) {}

  static async start(options: readonly string[] = []): Promise<RestartableMariaDb> {
    const folder = mkdtempSync(join(tmpdir(), 'training-mariadb-'));
    execFileSync(
      'mariadb-install-db',
      ['--no-defaults', `--datadir=${join(folder, 'data')}`, '--auth-root-authentication-method=normal', ...asRoot()],
      { stdio: 'pipe' },
    );
    const database = new RestartableMariaDb(folder, await freePort(), options);
    process.once('exit', database.stopNow);
    await database.restart();
    return database;
  }

  /** kill -9, and waits until it is gone. */
  async kill(): Promise<void> {
    const { server } = this;
    this.server = null;
    if (!server || server.exitCode !== null) return;
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGKILL');
    await ended;
  }

  /** Starts it, after a kill with what it had; resolves when it can be reached. */
  async restart(): Promise<void> {
    const { folder, port, options } = this;
    this.server = spawn(
      mariaDbPath()!,
      [
        '--no-defaults',
        `--datadir=${join(folder, 'data')}`,
        `--socket=${join(folder, 'sock')}`,
        `--port=${port}`,
        '--bind-address=127.0.0.1',
        '--skip-name-resolve',
        ...asRoot(),
        ...options,
      ],
      { stdio: 'ignore' },
    );
    const deadline = performance.now() + 60_000;
    while (!(await this.isReachable())) {
      if (performance.now() > deadline) throw new Error('MariaDB does not come back');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async stop(): Promise<void> {
    await this.kill();
    process.removeListener('exit', this.stopNow);
    rmSync(this.folder, { recursive: true, force: true });
  }

  async query(sql: string): Promise<unknown> {
    const connection = await mysql.createConnection({
      host: '127.0.0.1',
      port: this.port,
      user: 'root',
      connectTimeout: 2_000,
    });
    try {
      return (await connection.query(sql))[0];
    } finally {
      await connection.end();
    }
  }

  private async isReachable(): Promise<boolean> {
    return this.query('SELECT 1').then(
      () => true,
      () => false,
    );
  }
}

function asRoot(): string[] {
  return process.getuid?.() === 0 ? ['--user=root'] : [];
}
