import { Findings, type Proof } from '../proof.js';
import { jobRow, pause, until } from '../rig/jobs.js';
import { someCrops } from '../rig/people.js';
import { Rig } from '../rig/rig.js';

const STEPS: readonly number[] = [8, 2, 0, 4, 16];
const LATENCY_MS = 80;

export const sparesTheService: Proof = {
  id: 'P11',
  promise:
    'The load follows what CompreFace bears: at least 90 % of the ideal throughput, at most 1 % of the uploads without success and 10 % sent again',
  grounds: ['MariaDB'],
  alone: true,
  run: async (context) => {
    const stepMs = context.count(12_000, 2_000);
    const ideal = STEPS.reduce((sum, capacity) => sum + (capacity * stepMs) / LATENCY_MS, 0);
    const rig = await Rig.open(context.database, {
      fake: { capacity: 8, latencyMs: LATENCY_MS },
      environment: {
        // Scaled as the step without any capacity is, which stands for 30 s: as if CompreFace answered nothing for half a minute.
        COMPREFACE_HEADERS_TIMEOUT_MS: '30000',
        COMPREFACE_TOTAL_TIMEOUT_MS: '36000',
        TRAINING_LEASE_MS: '30000',
        TRAINING_HEARTBEAT_MS: '2000',
      },
    });
    const findings = new Findings();
    try {
      const app = await rig.spawn();
      const [person] = await rig.seed(1, await someCrops(Math.ceil(ideal * 1.3) + 200));
      const sql = await rig.sql();
      const id = (await app.api.post(`/persons/${person!.id}/train`, { config: { maxFacesPerBatch: 200 } })).body
        .trainingId as number;
      await until(async () => (await jobRow(sql, id)).faces_added >= 100, 30_000, 'the job does not begin');
      const before = (await rig.fake.store()).examples.length;
      for (const capacity of STEPS) {
        await rig.fake.setPace({ capacity });
        await pause(stepMs);
      }
      const stored = (await rig.fake.store()).examples.length - before;
      await app.api.delete(`/training/jobs/${id}`);
      await until(async () => (await jobRow(sql, id)).state === 'cancelled', 30_000, 'the job does not stop');
      const { log, peakUploadsInFlight } = await rig.fake.requests();
      const uploads = log.filter(({ route }) => route === 'addFace');
      // Whoever broke off, at the end for the cancel, has no status.
      const unanswered = uploads.filter(({ status }) => status !== 201).length;
      const contents = new Set((await rig.fake.store()).examples.map(({ sha256 }) => sha256)).size;
      const again = uploads.length - unanswered - contents;
      const share = stored / ideal;
      findings.expect(share >= 0.9, `the throughput is ${(share * 100).toFixed(0)} % of the ideal`);
      findings.expect(unanswered <= uploads.length * 0.01, `${unanswered} of ${uploads.length} uploads went wrong`);
      findings.expect(again === 0, `${again} contents were stored twice`);
      findings.expect(
        uploads.length - contents <= 0.1 * contents,
        `${uploads.length - contents} uploads were sent again`,
      );
      findings.expect(peakUploadsInFlight <= 64, `${peakUploadsInFlight} uploads at once`);
      findings.remark(
        `capacity ${STEPS.join(' -> ')}, ${stepMs / 1_000} s each: ${(share * 100).toFixed(1)} % of the ideal ${ideal.toFixed(0)} uploads, ${unanswered} without success, at most ${peakUploadsInFlight} at once, ${uploads.length - contents} more uploads than contents`,
      );
      return findings.result(uploads.length);
    } finally {
      await rig.close();
    }
  },
};
