import { databases } from '../test/support/databases.js';
import { spawnFakeCompreFace } from '../test/support/fake-compreface/spawn-fake-compreface.js';
import { figure, heading, timed, quantile } from './report.js';
import { addFaceRows, addPersons, seededPlace } from './seed.js';
import { Service } from './service.js';

const PERSONS = 100_000;
const FACES = 5;

/** Finding the people to train among many, and queueing as many as the queue takes. */
export async function autoTrain(): Promise<void> {
  heading(`Auto-train over ${PERSONS.toLocaleString('en')} persons with ${FACES} faces each`);
  const fake = await spawnFakeCompreFace();
  for (const kind of databases) {
    const place = await seededPlace(kind, async (db) => {
      await addPersons(db, PERSONS);
      await addFaceRows(db, PERSONS, FACES);
    });
    const service = await Service.start(place, fake);
    // The one above is busy with the long call.
    const other = service.beside();
    const run = async (config: object): Promise<{ total: number; ms: number }> => {
      const startedAt = performance.now();
      const { total } = await service.post<{ total: number }>('/training/auto-train', { config });
      return { total, ms: performance.now() - startedAt };
    };
    const nobody = await run({ minFacesThreshold: FACES + 1 });
    figure(`${kind.name}: nobody to train, persons looked at`, PERSONS / (nobody.ms / 1_000), '/s');
    const queueing = run({ minFacesThreshold: FACES });
    const beside = await timed(100, () => other.send('GET', '/health/live'));
    const { total, ms } = await queueing;
    figure(`${kind.name}: queued`, total, 'jobs', { atLeast: 50_000 });
    figure(`${kind.name}: queued a second`, total / (ms / 1_000), '/s');
    figure(`${kind.name}: p99 of another request meanwhile`, quantile(beside, 0.99), 'ms', { atMost: 100 });
    const reads = await timed(100, () => other.send('GET', '/training/queue'));
    figure(`${kind.name}: GET queue with all of them, p99`, quantile(reads, 0.99), 'ms');
    await service.stop();
    await place.drop();
  }
  await fake.close();
}
