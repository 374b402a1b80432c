import { type ChildProcess, spawn, spawnSync, type StdioOptions } from 'node:child_process';
import { join } from 'node:path';
import { AnalyserBusyError, type AnalyseOptions, AnalysisTimeoutError, UnreadableImageError } from './face-analyser.js';
import { WorkerFaceAnalyser, type WorkerPoolOptions } from './worker-face-analyser.js';

/** Stands in for the process with the models. The image is a command: the width to answer with, or what to do. */
const OBEDIENT_PROCESS = `
  process.on('message', ({ image }) => {
    const command = image.toString();
    if (command === 'crash') process.abort();
    if (command === 'throw') throw new Error('boom');
    if (command === 'exit') process.exit(7);
    if (command === 'hang') return;
    if (command === 'loop') for (;;);
    if (command === 'unreadable') return process.send({ kind: 'unreadable', message: 'no image' });
    if (command === 'fail') return process.send({ kind: 'failed', message: 'broken model' });
    const analysis = { width: Number(command), height: process.pid, faces: [], millis: {} };
    process.send({ kind: 'analysed', analysis });
  });
  process.on('disconnect', () => process.exit(0));
`;

function startObedientProcess(): ChildProcess {
  const stdio: StdioOptions = ['ignore', 'ignore', 'ignore', 'ipc'];
  return spawn(process.execPath, ['-e', OBEDIENT_PROCESS], { stdio, serialization: 'advanced' });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const OPTIONS: AnalyseOptions = { detectionThreshold: 0.5, plugins: new Set() };

jest.setTimeout(30_000);

describe('the pool of recognition processes', () => {
  const pools: WorkerFaceAnalyser[] = [];

  function newPool(options: WorkerPoolOptions = {}) {
    let started = 0;
    const startProcess = () => {
      started++;
      return startObedientProcess();
    };
    const pool = new WorkerFaceAnalyser({ workers: 1, startProcess, ...options });
    pools.push(pool);
    const ask = async (command: string) => pool.analyse(Buffer.from(command), OPTIONS);
    return { pool, ask, started: () => started };
  }

  afterEach(async () => {
    await Promise.all(pools.splice(0).map((pool) => pool.close()));
  });

  it('starts no process before the first request', () => {
    expect(newPool({ workers: 3 }).started()).toBe(0);
  });

  it('starts no more processes than it needs, and no more than it may', async () => {
    const { ask, started } = newPool({ workers: 2 });
    await ask('1');
    await ask('2');
    expect(started()).toBe(1);
    await Promise.all(['3', '4', '5', '6'].map(ask));
    expect(started()).toBe(2);
  });

  it('answers each request with its own analysis', async () => {
    const { ask } = newPool({ workers: 2 });
    const widths = Array.from({ length: 20 }, (_, i) => i);
    const analyses = await Promise.all(widths.map((width) => ask(String(width))));
    expect(analyses.map(({ width }) => width)).toEqual(widths);
  });

  it('serves first who came first', async () => {
    const { ask } = newPool();
    const order: string[] = [];
    const commands = ['1', '2', '3', '4', '5'];
    await Promise.all(commands.map(async (command) => ask(command).then(() => order.push(command))));
    expect(order).toEqual(commands);
  });

  it('says that the image is at fault when it is', async () => {
    const { ask, started } = newPool();
    await expect(ask('unreadable')).rejects.toBeInstanceOf(UnreadableImageError);
    await ask('1');
    expect(started()).toBe(1);
  });

  it('does not blame the image when the models fail', async () => {
    const failure = await newPool()
      .ask('fail')
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    expect(failure).not.toBeInstanceOf(UnreadableImageError);
    expect(failure).toHaveProperty('message', 'The recognition models failed: broken model');
  });

  it.each(['crash', 'exit'])(
    'rejects the request on which its thread died (%s) and replaces the thread',
    async (end) => {
      const { ask, started } = newPool();
      const [lost, next] = await Promise.allSettled([ask(end), ask('2')]);
      expect(lost).toMatchObject({ status: 'rejected' });
      expect((lost as PromiseRejectedResult).reason).not.toBeInstanceOf(UnreadableImageError);
      expect(next).toMatchObject({ status: 'fulfilled', value: { width: 2 } });
      expect(started()).toBe(2);
    },
  );

  it.each(['hang', 'loop'])(
    'kills a process that takes too long (%s) and goes on with the next request',
    async (endless) => {
      const { ask, started } = newPool({ runLimitMs: 1000 });
      const [stuck, next] = await Promise.allSettled([ask(endless), ask('2')]);
      expect((stuck as PromiseRejectedResult).reason).toBeInstanceOf(AnalysisTimeoutError);
      expect(next).toMatchObject({ status: 'fulfilled', value: { width: 2 } });
      expect(started()).toBe(2);
    },
  );

  it('gives up on a request that waited too long', async () => {
    const { ask } = newPool({ waitLimitMs: 20 });
    const stuck = ask('hang').catch(() => 'closed');
    await expect(ask('2')).rejects.toBeInstanceOf(AnalysisTimeoutError);
    await pools.at(-1)?.close();
    expect(await stuck).toBe('closed');
  });

  it('refuses more requests than may wait', async () => {
    const { ask } = newPool({ maxWaiting: 1 });
    const first = ask('1');
    const second = ask('2');
    await expect(ask('3')).rejects.toBeInstanceOf(AnalyserBusyError);
    expect([(await first).width, (await second).width]).toEqual([1, 2]);
  });

  it('rejects everything under way when it is closed, and everything after', async () => {
    const { pool, ask } = newPool();
    const underWay = Promise.allSettled([ask('hang'), ask('2')]);
    await pool.close();
    expect((await underWay).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(ask('3')).rejects.toThrow('closed');
    await pool.close();
  });

  it('leaves no process behind when it is closed', async () => {
    const { pool, ask } = newPool({ workers: 2 });
    const analyses = await Promise.all([ask('1'), ask('2')]);
    const pids = analyses.map(({ height }) => height);
    expect(pids.map(isAlive)).toEqual([true, true]);
    await pool.close();
    expect(pids.map(isAlive)).toEqual([false, false]);
  });

  it('replaces a process that died while it had nothing to do', async () => {
    const { ask, started } = newPool();
    const { height: pid } = await ask('1');
    process.kill(pid, 'SIGKILL');
    const next = await ask('2').catch(() => ask('3'));
    expect(next.height).not.toBe(pid);
    expect(started()).toBe(2);
  });

  it('says what is wrong when no process can be started', async () => {
    const startProcess = () => {
      throw new Error('no memory');
    };
    const { ask } = newPool({ startProcess });
    await expect(ask('1')).rejects.toThrow('cannot be started');
    await expect(ask('2')).rejects.toThrow('cannot be started');
  });

  it('says what is wrong when the program is not there', async () => {
    const { ask } = newPool({
      startProcess: () => spawn('/nowhere/node', { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] }),
    });
    await expect(ask('1')).rejects.toThrow('is lost');
  });

  it.each([
    ['is closed', 'await pool.close();'],
    ['is idle, though nobody closed it', ''],
  ])(
    'lets the application end by itself when it %s',
    (_when, last) => {
      const program = `
      const { spawn } = require('node:child_process');
      const { WorkerFaceAnalyser } = require('./worker-face-analyser.ts');
      const worker = "process.on('message', () => process.send({ kind: 'analysed', analysis: {} }))";
      const startProcess = () => spawn(process.execPath, ['-e', worker], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
      (async () => {
        const pool = new WorkerFaceAnalyser({ workers: 1, startProcess });
        await pool.analyse(Buffer.from('1'), {});
        await pool.analyse(Buffer.from('2'), {});
        ${last}
        console.log('came to its end');
      })();`;
      const loader = join(__dirname, 'testing/typescript-loader.cjs');
      const options = { cwd: __dirname, timeout: 20_000, encoding: 'utf8' } as const;
      const { status, stdout } = spawnSync(process.execPath, ['--require', loader, '-e', program], options);
      expect([status, stdout.trim()]).toEqual([0, 'came to its end']);
    },
    30_000,
  );

  it('sends the bytes of the image alone, though they lie in a larger body', async () => {
    const { pool } = newPool();
    const body = Buffer.from('secret:42:secret');
    expect(await pool.analyse(body.subarray(7, 9), OPTIONS)).toMatchObject({ width: 42 });
    expect(body.toString()).toBe('secret:42:secret');
  });
});
