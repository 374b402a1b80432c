import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ExpectedError } from './expected-error.mjs';
import { note, say, seconds } from './output.mjs';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const START_LIMIT_MS = 30_000;
const STOP_LIMIT_MS = 40_000;

/** What a process needs to run at all. The settings of a real installation stay outside: the demo must not touch it. */
const INHERITED = ['PATH', 'Path', 'HOME', 'USERPROFILE', 'SystemRoot', 'LANG', 'TZ'];

/** Starts the built service as a process of its own: a free port, a fresh folder, everything else as by default. */
export async function startService({ keepFolder }) {
  if (!existsSync(MAIN)) throw new ExpectedError('The service is not built: "npm run build" builds it');
  const folder = await mkdtemp(join(tmpdir(), 'training-demo-'));
  const startedAt = performance.now();
  const service = new Service(await launch(folder), folder, keepFolder);
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void service.interrupt());
  try {
    await service.listening();
  } catch (error) {
    await service.stop();
    throw error;
  }
  note(`It listens at ${service.url}, ${seconds(performance.now() - startedAt)} after its start.`);
  return service;
}

class Service {
  url = '';
  /** Whether somebody ended the demo: what fails from then on is no news. */
  interrupted = false;
  #child;
  #folder;
  #keepFolder;
  #waiting = false;

  constructor(child, folder, keepFolder) {
    this.#child = child;
    this.#folder = folder;
    this.#keepFolder = keepFolder;
  }

  get dataDir() {
    return join(this.#folder, 'data');
  }

  get addresses() {
    return `  API:                ${this.url}/api\n  its documentation:  ${this.url}/api/docs  (Swagger)`;
  }

  /** Reads the port from the one line that the service prints. */
  async listening() {
    let printed = '';
    const ended = once(this.#child, 'exit').then(() => {
      throw new ExpectedError('The service ended while it started; what it said stands above');
    });
    const line = new Promise((resolve) => {
      this.#child.stdout.on('data', (chunk) => {
        printed += chunk;
        const [, url] = /Listening on (http:\/\/[^\s/]+)/.exec(printed) ?? [];
        if (url) resolve(url);
      });
    });
    this.url = await Promise.race([line, ended, failAfter(START_LIMIT_MS)]);
    ended.catch(() => undefined);
  }

  /** Resolves never: Ctrl-C ends the process. */
  untilInterrupted() {
    this.#waiting = true;
    say(`\nThe service stays up until Ctrl-C:\n${this.addresses}`);
    return new Promise(() => undefined);
  }

  async interrupt() {
    if (this.interrupted) return;
    this.interrupted = true;
    say('');
    await this.stop();
    process.exit(this.#waiting ? 0 : 130);
  }

  async stop() {
    await end(this.#child);
    if (this.#keepFolder) say(`\nIts folder is kept; to go on with it: DATA_DIR=${this.dataDir} npm start`);
    else await rm(this.#folder, { recursive: true, force: true });
  }
}

async function launch(folder) {
  const temporary = join(folder, 'tmp');
  await mkdir(temporary);
  const environment = {
    HOST: '127.0.0.1',
    PORT: '0',
    DATA_DIR: join(folder, 'data'),
    TMPDIR: temporary,
    NO_COLOR: '1',
  };
  for (const name of INHERITED) if (process.env[name] !== undefined) environment[name] = process.env[name];
  // The folder has no .env, which the service would read where it is started.
  return spawn(process.execPath, [MAIN], { cwd: folder, env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
}

async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const giveUp = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
  await ended;
  clearTimeout(giveUp);
}

function failAfter(limitMs) {
  return new Promise((_resolve, reject) => {
    setTimeout(
      () => reject(new ExpectedError(`The service does not listen after ${seconds(limitMs)}`)),
      limitMs,
    ).unref();
  });
}
