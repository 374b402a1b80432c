import { type FaultRule, faults } from '../../support/fake-compreface/faults.js';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.js';
import { Findings, type Proof, type ProofContext } from '../proof.js';
import { jobRows, pause, untilIdle } from '../rig/jobs.js';
import { someCrops } from '../rig/people.js';
import { Rig } from '../rig/rig.js';

const FACES = 20;
const PEOPLE = 4;

/** How CompreFace is away; `refused` is the network's doing. */
const OUTAGES: Readonly<Record<string, readonly FaultRule[]>> = {
  refused: [],
  '502': [faults.badGateway],
  '504': [faults.gatewayTimeout],
  hangs: [faults.hang],
  '400 code 0': [faults.undefinedBeforeApply],
  '400 code 0 although stored': [{ route: 'addFace', ...faults.undefinedAfterApply }],
  'core away': ofCore(faults.coreRefused),
  'core breaks on every photo': ofCore(faults.coreCrash),
};

/** What needs no core goes on. */
function ofCore(fault: FaultRule): FaultRule[] {
  return (['addFace', 'recognize'] as const).map((route) => ({ ...fault, route }));
}

export const outages: Proof = {
  id: 'P10',
  promise:
    'An outage of CompreFace fails no job and blames no photo, and the work goes on by itself within two minutes',
  grounds: ['SQLite', 'MariaDB'],
  run: async (context) => {
    const findings = new Findings();
    // They wait most of the time: all at once.
    const results = await Promise.all(Object.keys(OUTAGES).map((name) => oneKind(name, context, findings)));
    return findings.result(results.reduce((sum, n) => sum + n, 0));
  },
};

async function oneKind(name: string, context: ProofContext, findings: Findings): Promise<number> {
  let proxy: FaultProxy | undefined;
  const rig = await Rig.open(context.database, {
    fake: { capacity: 4, latencyMs: 10, seed: name },
    // Eight replicas share this process: none is to lose its lease because of that.
    environment: { TRAINING_LEASE_MS: '10000' },
    compreFaceUrl: async (url) => {
      proxy = await startFaultProxy({ port: Number(new URL(url).port) });
      return `http://127.0.0.1:${proxy.port}`;
    },
  });
  const rounds = context.count(3);
  const healed: number[] = [];
  try {
    const app = await rig.host();
    const crops = await someCrops(FACES);
    for (let round = 0; round < rounds; round += 1) {
      const people = await rig.seed(PEOPLE, crops);
      for (const { id } of people) await app.api.post(`/persons/${id}/train`, { config: { maxFacesPerBatch: 8 } });
      await pause(50 + context.random() * 150);
      for (const rule of OUTAGES[name]!) await rig.fake.script(rule);
      if (name === 'refused') await proxy!.setMode({ kind: 'refuse' });
      await pause(context.count(6_000, 1_500));
      await rig.fake.clearScript();
      await proxy!.setMode({ kind: 'pass' });
      const healedMs = performance.now();
      await untilIdle(await rig.sql(), 130_000);
      healed.push(performance.now() - healedMs);
    }
    for (const job of await jobRows(await rig.sql())) {
      const whole =
        job.state === 'completed' && job.faces_added === FACES && job.faces_failed === 0 && job.attempt === 1;
      findings.expect(
        whole,
        `${name}: job ${job.id} is ${job.state} with ${job.faces_added} of ${FACES} faces, ${job.faces_failed} failed, attempt ${job.attempt}, ${job.error_code}`,
      );
    }
    findings.fail(...(await rig.violations()).map((text) => `${name}: ${text}`));
    findings.remark(
      `${name}: ${rounds * PEOPLE} jobs, all done ${(Math.max(...healed) / 1_000).toFixed(1)} s after the return at the latest`,
    );
    return rounds * PEOPLE;
  } catch (error) {
    findings.fail(`${name}: ${String(error)}`);
    return 0;
  } finally {
    await rig.close();
    await proxy?.close();
  }
}
