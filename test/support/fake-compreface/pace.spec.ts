import { aFacePhoto } from '../face-photos.js';
import { CoreQueue } from './core-queue.js';
import { Client } from './spec-client.js';
import { startFakeCompreFace } from './start-fake-compreface.js';

describe('the fake core', () => {
  it('works on so many photos at once as it has capacity, first come, first served', async () => {
    const core = new CoreQueue({ capacity: 2, latencyMs: 0 });
    const order: number[] = [];
    const work = [1, 2, 3, 4, 5].map((number) => core.run(() => Promise.resolve(order.push(number))));
    await Promise.all(work);
    expect(order).toEqual([1, 2, 3, 4, 5]);
    expect(core.peakBusy).toBe(2);
  });

  it('takes its time for each photo', async () => {
    const core = new CoreQueue({ capacity: 1, latencyMs: 20 });
    const start = performance.now();
    await Promise.all([1, 2, 3].map((number) => core.run(() => Promise.resolve(number))));
    expect(performance.now() - start).toBeGreaterThanOrEqual(57);
  });

  it('stands still at capacity 0 and goes on when it gets some', async () => {
    const core = new CoreQueue({ capacity: 0, latencyMs: 0 });
    let done = false;
    const work = core.run(() => Promise.resolve((done = true)));
    await new Promise(setImmediate);
    expect(done).toBe(false);
    core.setPace({ capacity: 1 });
    await work;
    expect(done).toBe(true);
  });

  it('frees its worker when a photo breaks it', async () => {
    const core = new CoreQueue({ capacity: 1, latencyMs: 0 });
    await expect(core.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await core.run(() => Promise.resolve('next'))).toBe('next');
  });
});

describe('a fake CompreFace under load', () => {
  it('answers 500/41 when the core takes longer than the read time-out, and stores nothing afterwards', async () => {
    const fake = await startFakeCompreFace({ capacity: 0, readTimeoutMs: 50 });
    const photo = await aFacePhoto({ person: 1 });
    const answer = await new Client(fake).addFace('ann', photo);
    expect(answer).toMatchObject({ status: 500, json: { code: 41 } });
    expect((answer.json as { message: string }).message).toContain('Read timed out');
    await fake.setPace({ capacity: 1 });
    await new Client(fake).recognize(photo);
    expect((await fake.store()).examples).toEqual([]);
    await fake.close();
  });

  it('reports how much was asked of it at once', async () => {
    const fake = await startFakeCompreFace({ capacity: 0 });
    const client = new Client(fake);
    await client.addSubject('ann');
    const photo = await aFacePhoto({ person: 1 });
    const uploads = [1, 2, 3, 4, 5, 6].map(() => client.addFace('ann', photo));
    while ((await fake.requests()).inFlight < 6) await new Promise(setImmediate);
    await fake.setPace({ capacity: 2 });
    await Promise.all(uploads);
    await fake.settled();
    const report = await fake.requests();
    expect(report).toMatchObject({
      counts: { addSubject: 1, addFace: 6 },
      inFlight: 0,
      peakUploadsInFlight: 6,
      peakBusy: 2,
    });
    expect(report.log.at(-1)).toMatchObject({ route: 'addFace', subject: 'ann', status: 201 });
    await fake.close();
  });

  it('stores the photo of a client that left while it waited, as the real one does', async () => {
    const fake = await startFakeCompreFace({ capacity: 0 });
    const photo = await aFacePhoto({ person: 1 });
    const leave = new AbortController();
    const upload = new Client(fake).addFace('ann', photo, 'face.jpg', leave.signal);
    while ((await fake.requests()).inFlight === 0) await new Promise(setImmediate);
    leave.abort();
    await expect(upload).rejects.toThrow();
    await fake.setPace({ capacity: 1 });
    await fake.settled();
    expect((await fake.store()).examples).toHaveLength(1);
    await fake.close();
  });
});
