import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ApiClient } from './api-client.js';

const MAIN = join(__dirname, '../../dist/main.js');

/** The built service in a process of its own, which can be killed. */
export interface SpawnedApp {
  readonly api: ApiClient;
  /** All it printed. */
  output(): string;
  /** Resolves with the exit code when the process has ended, however it did; null after a signal. */
  readonly ended: Promise<number | null>;
  signal(signal: NodeJS.Signals): void;
  /** kill -9, and waits until it is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
}

/** Starts `dist/main.js`. Rejects with what it printed when it ends before it listens. */
export async function spawnApp(environment: Readonly<Record<string, string>>): Promise<SpawnedApp> {
  if (!existsSync(MAIN)) throw new Error('The service is not built: run npm run build');
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', PORT: '0', NO_COLOR: '1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const atExit = (): void => void child.kill('SIGKILL');
  process.once('exit', atExit);
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => {
      process.removeListener('exit', atExit);
      resolve(code);
    });
  });
  const url = await listening(child, () => printed);
  return {
    api: new ApiClient(url),
    output: () => printed,
    ended,
    signal: (signal) => void child.kill(signal),
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
    stop: () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

async function listening(child: ChildProcess, printed: () => string): Promise<string> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const url = /Listening on (http:\/\/\S+)/.exec(printed())?.[1];
    if (url) return url;
    if (child.exitCode !== null || performance.now() > deadline)
      throw new Error(`the service did not start:\n${printed()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
