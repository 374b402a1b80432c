import { Worker } from 'node:worker_threads';
import { AnalyserBusyError, type AnalyseOptions, AnalysisTimeoutError, UnreadableImageError } from './face-analyser.js';
import { WorkerFaceAnalyser, type WorkerPoolOptions } from './worker-face-analyser.js';

/**
 * Stands in for the thread with the models. The image is a command: the width to answer with, or what to do;
 * the height it answers is the size of the memory it was given.
 */
const OBEDIENT_THREAD = `
  const { parentPort } = require('node:worker_threads');
  parentPort.on('message', ({ image }) => {
    const command = Buffer.from(image).toString();
    if (command === 'crash') throw new Error('boom');
    if (command === 'exit') process.exit(7);
    if (command === 'hang') return;
    if (command === 'unreadable') return parentPort.postMessage({ kind: 'unreadable', message: 'no image' });
    if (command === 'fail') return parentPort.postMessage({ kind: 'failed', message: 'broken model' });
    const analysis = { width: Number(command), height: image.buffer.byteLength, faces: [], millis: {} };
    parentPort.postMessage({ kind: 'analysed', analysis });
  });
`;

const OPTIONS: AnalyseOptions = { detectionThreshold: 0.5, plugins: new Set() };

describe('the pool of recognition threads', () => {
  const pools: WorkerFaceAnalyser[] = [];

  function newPool(options: WorkerPoolOptions = {}) {
    let started = 0;
    const startThread = () => {
      started++;
      return new Worker(OBEDIENT_THREAD, { eval: true });
    };
    const pool = new WorkerFaceAnalyser({ workers: 1, startThread, ...options });
    pools.push(pool);
    const ask = async (command: string) => pool.analyse(Buffer.from(command), OPTIONS);
    return { pool, ask, started: () => started };
  }

  afterEach(async () => {
    await Promise.all(pools.splice(0).map((pool) => pool.close()));
  });

  it('starts no thread before the first request', () => {
    expect(newPool({ workers: 3 }).started()).toBe(0);
  });

  it('starts no more threads than it needs, and no more than it may', async () => {
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

  it('stops a thread that takes too long and goes on with the next request', async () => {
    const { ask, started } = newPool({ runLimitMs: 1000 });
    const [stuck, next] = await Promise.allSettled([ask('hang'), ask('2')]);
    expect((stuck as PromiseRejectedResult).reason).toBeInstanceOf(AnalysisTimeoutError);
    expect(next).toMatchObject({ status: 'fulfilled', value: { width: 2 } });
    expect(started()).toBe(2);
  });

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

  it('does not hand over bytes beside the image that share its memory', async () => {
    const { pool } = newPool();
    const body = Buffer.from('secret:42:secret');
    expect(await pool.analyse(body.subarray(7, 9), OPTIONS)).toMatchObject({ width: 42, height: 2 });
    expect(body.toString()).toBe('secret:42:secret');
  });
});
