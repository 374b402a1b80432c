import { aFacePhoto } from '../face-photos.js';
import { faults } from './faults.js';
import { Client } from './spec-client.js';
import { spawnFakeCompreFace } from './spawn-fake-compreface.js';

describe('a fake CompreFace in a process of its own', () => {
  it('does what one inside this process does, and is steered in the same way', async () => {
    const fake = await spawnFakeCompreFace({ seed: 'spawned', capacity: 1 });
    const client = new Client(fake);
    const photo = await aFacePhoto({ person: 1 });
    await fake.script({ route: 'addFace', times: 1, ...faults.badGatewayAfterApply });
    expect((await client.addFace('ann', photo)).status).toBe(502);
    const foreign = await fake.addForeignExample('somebody', photo.toString('base64'));
    await fake.setPace({ capacity: 4 });
    await fake.setCalculator('facenet.Calculator');
    await fake.settled();
    const { subjects, examples } = await fake.store();
    expect(subjects).toEqual(['ann', 'somebody']);
    expect(examples.at(-1)).toMatchObject({ imageId: foreign, subject: 'somebody' });
    expect((await fake.requests()).counts.addFace).toBe(1);
    expect((await client.recognize(photo, '?status=true')).json).toMatchObject({
      plugins_versions: { calculator: 'facenet.Calculator' },
    });
    await fake.clearRequests();
    await fake.clearScript();
    expect((await fake.requests()).log).toEqual([]);
    await fake.reset();
    expect((await fake.store()).examples).toEqual([]);
    await fake.close();
    await expect(fetch(fake.url)).rejects.toThrow();
  });

  it('gives the same key for the same seed', async () => {
    const [first, second] = await Promise.all([spawnFakeCompreFace({ seed: 's' }), spawnFakeCompreFace({ seed: 's' })]);
    expect(first.apiKey).toBe(second.apiKey);
    await Promise.all([first.close(), second.close()]);
  });

  it('says so when it cannot start', async () => {
    const holder = await spawnFakeCompreFace();
    const port = Number(new URL(holder.url).port);
    await expect(spawnFakeCompreFace({ port })).rejects.toThrow('EADDRINUSE');
    await holder.close();
  });
});
