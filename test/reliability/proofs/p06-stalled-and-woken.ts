import type { SpawnedApp } from '../../support/spawn-app.js';
import { Findings, type Proof } from '../proof.js';
import { countEvents, jobRow, pause, until, untilIdle } from '../rig/jobs.js';
import { someCrops } from '../rig/people.js';
import { Rig } from '../rig/rig.js';

const LEASE_MS = 2_000;
const STALLED = 5;
const FACES = 30;

export const stalledAndWoken: Proof = {
  id: 'P6',
  promise:
    'A process that stood still and wakes changes nothing of a job it has lost, and nothing ends twice in CompreFace',
  grounds: ['MariaDB'],
  run: async (context) => {
    const rig = await Rig.open(context.database, { fake: { capacity: 4, latencyMs: 15 } });
    const findings = new Findings();
    const stalls = context.count(100, 4);
    try {
      await rig.spawn({ TRAINING_CONCURRENCY: '8' });
      const sleepers = await Promise.all(Array.from({ length: STALLED }, () => rig.spawn()));
      const crops = await someCrops(FACES);
      const sql = await rig.sql();
      // A job that was not taken from a sleeper was in the hands of the process that never sleeps: no trial.
      const takenFromSleepers = (): Promise<number> => countEvents(sql, 'taken_back');
      let doubles = 0;
      for (let round = 0; round < stalls && (await takenFromSleepers()) < stalls; round += 1) {
        doubles += await oneRound(rig, sleepers, crops, findings, context.random);
        context.progress(`${await takenFromSleepers()} jobs taken from processes that stood still`);
      }
      const takenBack = await takenFromSleepers();
      // What a process that stood still sent in its last moment is found by the look afterwards.
      await sql.run('UPDATE collection_audit SET due_at = 0');
      await until(
        async () => (await sql.all('SELECT person_id FROM collection_audit WHERE due_at < 1000000')).length === 0,
        60_000,
        'the audit does not come to an end',
      );
      await untilIdle(sql, 30_000);
      findings.fail(...(await rig.violations()));
      const alive = sleepers.filter((app) => /Listening/.test(app.output())).length;
      findings.remark(
        `stalls of ${(2 * LEASE_MS) / 1_000} s (twice the lease), ${takenBack} jobs taken back, ${alive} of ${STALLED} processes went on afterwards; ${doubles} copies were there before the audit looked`,
      );
      return findings.result(takenBack);
    } finally {
      await rig.close();
    }
  },
};

async function oneRound(
  rig: Rig,
  sleepers: readonly SpawnedApp[],
  crops: Awaited<ReturnType<typeof someCrops>>,
  findings: Findings,
  random: () => number,
): Promise<number> {
  const sql = await rig.sql();
  const people = await rig.seed(sleepers.length, crops);
  const ids = await Promise.all(
    sleepers.map(async ({ api }, index) => {
      const body = { trainingType: 'full', config: { maxFacesPerBatch: 8 } };
      return (await api.post(`/persons/${people[index]!.id}/train`, body)).body.trainingId as number;
    }),
  );
  await pause(30 + random() * 500);
  for (const app of sleepers) app.signal('SIGSTOP');
  await pause(2 * LEASE_MS);
  for (const app of sleepers) app.signal('SIGCONT');
  await untilIdle(sql, 40_000);
  await rig.fake.settled();
  const { examples } = await rig.fake.store();
  let doubles = 0;
  for (const [index, id] of ids.entries()) {
    const job = await jobRow(sql, id);
    findings.expect(
      job.state === 'completed' && job.faces_added === FACES,
      `job ${id} ended ${job.state} with ${job.faces_added} faces`,
    );
    const own = examples.filter(({ subject }) => subject === people[index]!.subject);
    findings.expect(new Set(own.map(({ sha256 }) => sha256)).size === FACES, `job ${id} lost examples`);
    doubles += own.length - FACES;
  }
  return doubles;
}
