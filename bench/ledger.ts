import { databases, type DatabaseKind } from '../test/support/databases.js';
import { spawnFakeCompreFace } from '../test/support/fake-compreface/spawn-fake-compreface.js';
import { figure, heading, quantile } from './report.js';
import { addExamples, addTrainablePerson, seededPlace } from './seed.js';
import { Service } from './service.js';

const SMALL = 1_000;
const LARGE = 300_000;
const PERSONS = 30;
const WARM_UP = 10;
const FACES = 3;

/** Whether the examples of everybody else make the training of one person slower. */
export async function ledger(): Promise<void> {
  heading(
    `A training of ${FACES} faces beside ${SMALL.toLocaleString('en')} and ${LARGE.toLocaleString('en')} examples of others`,
  );
  for (const kind of databases) {
    const [small, large] = [await trainingMs(kind, SMALL), await trainingMs(kind, LARGE)];
    figure(`${kind.name}: median beside the few`, small, 'ms');
    figure(`${kind.name}: median beside the many, against the few`, large / small, 'times', { atMost: 1.5 });
  }
}

async function trainingMs(kind: DatabaseKind, examples: number): Promise<number> {
  const fake = await spawnFakeCompreFace();
  const place = await seededPlace(kind, async (db, where) => {
    await addExamples(db, examples);
    for (let id = 1; id <= PERSONS; id += 1) await addTrainablePerson(db, where, id, FACES);
  });
  const service = await Service.start(place, fake);
  const times: number[] = [];
  for (let id = 1; id <= PERSONS; id += 1) {
    await service.train(id);
    const { jobs } = await service.get<{ jobs: { training_time: number }[] }>(`/training/jobs?person_id=${id}`);
    times.push(jobs[0]!.training_time);
  }
  await service.stop();
  await fake.close();
  await place.drop();
  return quantile(times.slice(WARM_UP), 0.5);
}
