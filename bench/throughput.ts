import { readFile } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { databases, type TestDatabase } from '../test/support/databases.js';
import type { FakeCompreFace } from '../test/support/fake-compreface/fake-compreface.js';
import { spawnFakeCompreFace } from '../test/support/fake-compreface/spawn-fake-compreface.js';
import { figure, heading, wait } from './report.js';
import { addTrainablePerson, seededPlace } from './seed.js';
import { Service } from './service.js';

const LATENCY_MS = 200;
const STEADY_CAPACITY = 8;
const STEADY_FACES = 1_200;
/** The last one lasts until the work is done. */
const MOVING_CAPACITY = [8, 2, 0, 4, 16];
const PHASE_MS = 12_000;
const MOVING_FACES = 1_800;
const COMPARED_UPLOADS = 40;

/** How much of what the server could do is used; neither capacity nor latency is told to the service. */
export async function throughput(): Promise<void> {
  heading(`Training against a server of ${STEADY_CAPACITY} places and ${LATENCY_MS} ms a photo (share of its ceiling)`);
  for (const kind of databases) {
    const fake = await spawnFakeCompreFace({ capacity: STEADY_CAPACITY, latencyMs: LATENCY_MS });
    const place = await seededPlace(kind, async (db, where) => {
      await addTrainablePerson(db, where, 1, STEADY_FACES);
      await addTrainablePerson(db, where, 2, MOVING_FACES);
    });
    const service = await Service.start(place, fake);
    const steadyMs = await service.train(1);
    const ideal = (STEADY_FACES / STEADY_CAPACITY) * LATENCY_MS;
    figure(`${kind.name}: steady, ${STEADY_FACES} faces`, ideal / steadyMs, 'of ceiling', { atLeast: 0.95 });
    const before = (await fake.requests()).counts.addFace;
    const [movingMs] = await Promise.all([service.train(2), moveCapacity(fake)]);
    const share = idealMovingMs() / movingMs;
    figure(`${kind.name}: capacity ${MOVING_CAPACITY.join(' -> ')}, ${MOVING_FACES} faces`, share, 'of ceiling', {
      atLeast: 0.9,
    });
    const { counts } = await fake.requests();
    figure(`${kind.name}: uploads sent more than once`, (counts.addFace - before) / MOVING_FACES - 1, 'of all', {
      atMost: 0.1,
    });
    await service.stop();
    if (kind === databases[0]) await others(fake, place);
    await fake.close();
    await place.drop();
  }
}

async function moveCapacity(fake: FakeCompreFace): Promise<void> {
  for (const capacity of MOVING_CAPACITY) {
    await fake.setPace({ capacity });
    if (capacity !== MOVING_CAPACITY.at(-1)) await wait(PHASE_MS);
  }
}

/** When a client that always fills the server would be through. */
function idealMovingMs(): number {
  let left = MOVING_FACES;
  let elapsedMs = 0;
  for (const capacity of MOVING_CAPACITY.slice(0, -1)) {
    left -= (capacity * PHASE_MS) / LATENCY_MS;
    elapsedMs += PHASE_MS;
  }
  return elapsedMs + (left * LATENCY_MS) / MOVING_CAPACITY.at(-1)!;
}

/** The same photos, sent the way that scripts around CompreFace do. */
async function others(fake: FakeCompreFace, place: TestDatabase): Promise<void> {
  await fake.setPace({ capacity: STEADY_CAPACITY });
  const photos = await somePhotos(place);
  const ceilingMs = (photos.length / STEADY_CAPACITY) * LATENCY_MS;
  const send = (photo: Buffer): Promise<unknown> => upload(fake, photo);
  let startedAt = performance.now();
  for (const photo of photos) await send(photo);
  figure('one upload at a time', ceilingMs / (performance.now() - startedAt), 'of ceiling');
  startedAt = performance.now();
  for (let i = 0; i < photos.length; i += 3) {
    await Promise.all(photos.slice(i, i + 3).map(send));
    await wait(1_000);
  }
  figure('three at a time, one second between batches', ceilingMs / (performance.now() - startedAt), 'of ceiling');
}

async function upload(fake: FakeCompreFace, photo: Buffer): Promise<void> {
  const form = new FormData();
  form.append('file', new Blob([new Uint8Array(photo)], { type: 'image/jpeg' }), 'photo.jpg');
  const response = await fetch(`${fake.url}/api/v1/recognition/faces?subject=compared`, {
    method: 'POST',
    headers: { 'x-api-key': fake.apiKey },
    body: form,
  });
  if (response.status !== 201) throw new Error(`the fake answered ${response.status}`);
}

async function somePhotos({ dataDir }: TestDatabase): Promise<Buffer[]> {
  const files = readdirSync(join(dataDir, 'faces'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.jpg'),
  );
  return Promise.all(files.slice(0, COMPARED_UPLOADS).map((name) => readFile(join(dataDir, 'faces', name))));
}
