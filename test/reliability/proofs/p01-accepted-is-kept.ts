import type { SpawnedApp } from '../../support/spawn-app.js';
import { Findings, type Proof } from '../proof.js';
import { jobRows, pause } from '../rig/jobs.js';
import { someCrops } from '../rig/people.js';
import { Rig } from '../rig/rig.js';

const CLIENTS = 16;

export const acceptedIsKept: Proof = {
  id: 'P1',
  promise: 'A job that was accepted (2xx) is never lost',
  grounds: ['SQLite', 'MariaDB'],
  run: async (context) => {
    const requests = context.count(10_000, 300);
    const kills = context.count(50, 2);
    const rig = await Rig.open(context.database);
    const findings = new Findings();
    try {
      let app: SpawnedApp = await rig.spawn();
      const people = await rig.seed(requests, await someCrops(1));
      const waiting = [...people];
      const accepted: number[] = [];
      const client = async (): Promise<void> => {
        for (let person = waiting.pop(); person; person = waiting.pop()) {
          const config = { minFacesThreshold: 1 };
          const answer = await app.api.post(`/persons/${person.id}/queue-training`, { config }).catch(() => null);
          if (answer?.status === 201) accepted.push(answer.body.trainingId as number);
          if (answer !== null) continue;
          // The service is being started again. It may have accepted what it did not live to answer: 409 then.
          waiting.push(person);
          await pause(50);
        }
      };
      const clients = Promise.all(Array.from({ length: CLIENTS }, client));
      for (let kill = 1; kill <= kills && waiting.length > 0; kill += 1) {
        const until = Math.floor(requests * (1 - (kill - context.random()) / kills));
        while (waiting.length > until) await pause(2);
        await app.kill();
        app = await rig.spawn();
      }
      await clients;
      const kept = new Set((await jobRows(await rig.sql())).map(({ id }) => id));
      for (const id of accepted) findings.expect(kept.has(id), `job ${id} was accepted and is gone`);
      findings.fail(...(await rig.violations()));
      findings.remark(
        `${accepted.length} accepted out of ${requests} requests, ${kills} kills, ${kept.size} jobs in the table`,
      );
      return findings.result(accepted.length);
    } finally {
      await rig.close();
    }
  },
};
