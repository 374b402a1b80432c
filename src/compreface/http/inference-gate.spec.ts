import { InferenceGate, type Permit } from './inference-gate.js';

async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending');
  await Promise.resolve();
  return (await Promise.race([promise, Promise.resolve(pending)])) === pending;
}

function setup(maxConcurrency: number): InferenceGate {
  return new InferenceGate(maxConcurrency, () => 0);
}

describe('the gate for calls that cost inference', () => {
  it('lets no more through at once than the limit', async () => {
    const gate = setup(2);
    const first = await gate.acquire('a');
    await gate.acquire('a');
    const third = gate.acquire('a');
    expect(await isPending(third)).toBe(true);
    first?.release('unjudged');
    expect(await third).not.toBeNull();
  });

  it('gives a small job its turn amid a big one', async () => {
    const gate = setup(1);
    const order: string[] = [];
    const work = async (key: string): Promise<void> => {
      const permit = await gate.acquire(key);
      order.push(key);
      permit?.release('unjudged');
    };
    const running = (await gate.acquire('big')) as Permit;
    const jobs = [...Array.from({ length: 100 }, () => work('big')), work('small'), work('small'), work('small')];
    running.release('unjudged');
    await Promise.all(jobs);
    expect(order.lastIndexOf('small')).toBe(5);
  });

  it('gives a free place to who has the fewest calls under way', async () => {
    const gate = setup(4);
    const big = await Promise.all([1, 2, 3, 4].map(() => gate.acquire('big')));
    const order: string[] = [];
    const wait = (key: string): void => void gate.acquire(key).then(() => order.push(key));
    for (let call = 0; call < 10; call++) wait('big');
    for (let call = 0; call < 3; call++) wait('small');
    big[0]?.release('unjudged');
    big[1]?.release('unjudged');
    await isPending(Promise.resolve());
    expect(order).toEqual(['small', 'small']);
  });

  it('counts a permit that is released twice once', async () => {
    const gate = setup(1);
    const permit = await gate.acquire('a');
    permit?.release('unjudged');
    permit?.release('unjudged');
    await gate.acquire('a');
    expect(await isPending(gate.acquire('a'))).toBe(true);
  });

  it('answers null to one that gave up, and lets the next through', async () => {
    const gate = setup(1);
    const running = await gate.acquire('a');
    const controller = new AbortController();
    const impatient = gate.acquire('a', controller.signal);
    const patient = gate.acquire('a');
    controller.abort();
    expect(await impatient).toBeNull();
    running?.release('unjudged');
    expect(await patient).not.toBeNull();
    expect(await gate.acquire('a', AbortSignal.abort())).toBeNull();
  });

  it('narrows when calls come back overloaded', async () => {
    const gate = setup(64);
    (await gate.acquire('a'))?.release('overloaded');
    expect(gate.limit).toBe(3);
    gate.restart();
    expect(gate.limit).toBe(1);
  });
});
