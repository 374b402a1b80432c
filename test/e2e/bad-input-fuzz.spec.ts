import { request } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { databases } from '../support/databases.js';
import { aFacePhoto } from '../support/face-photos.js';
import { type FuzzedRequest, RequestFuzzer } from '../support/fuzzed-requests.js';
import { newTestApp, type TestApp } from '../support/new-test-app.js';
import { ApiDocument } from '../support/openapi-schema.js';
import { seededRandom } from '../support/seeded-random.js';

const SEED = process.env['SEED'] ?? String(Math.floor(Math.random() * 1e9));
const REQUESTS = Number(process.env['FUZZ_REQUESTS'] ?? 400);
/** Longer than any request should take, and short enough to see one that hangs on a busy machine. */
const PATIENCE_MS = 5_000;
const MB = 1024 * 1024;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

interface Outcome {
  readonly status: number;
  readonly text: string;
  readonly tookMs: number;
}

function usedMemoryMb(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return Math.round((heapUsed + external) / MB);
}

/** What is wrong with an answer; null when nothing is. */
function complaintAbout({ method }: FuzzedRequest, { status, text, tookMs }: Outcome): string | null {
  if (status >= 500) return `status ${status}: ${text.slice(0, 300)}`;
  if (tookMs > PATIENCE_MS) return `took ${Math.round(tookMs)} ms`;
  if (status < 400 || method === 'HEAD') return null;
  const body = JSON.parse(text) as Record<string, unknown>;
  const shape = Object.keys(body).sort().join();
  if (shape !== 'code,details,error') return `an error of another shape: ${shape}`;
  const isTold = body['code'] !== 'VALIDATION_ERROR' || Array.isArray((body['details'] as { fields?: unknown }).fields);
  return isTold ? null : 'a validation error that names no field';
}

describe.each(databases)('random requests to every route, on $name,', (database) => {
  let t: TestApp;
  beforeAll(async () => {
    t = await newTestApp({ database });
  });
  afterAll(() => t.close());

  const send = ({ method, path, headers, body }: FuzzedRequest): Promise<Outcome> =>
    new Promise((resolve, reject) => {
      const startedMs = performance.now();
      const length = body ? { 'content-length': String(body.length) } : {};
      const call = request(
        `${t.api.baseUrl}${path}`,
        { method, headers: { ...headers, ...length }, timeout: PATIENCE_MS * 2 },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('error', reject);
          answer.on('end', () => {
            const text = Buffer.concat(chunks).toString('utf8');
            resolve({ status: answer.statusCode ?? 0, text, tookMs: performance.now() - startedMs });
          });
        },
      );
      call.on('timeout', () => call.destroy(new Error('no answer')));
      call.on('error', reject);
      call.end(body ?? undefined);
    });

  /** A person with faces of her own, one without, and a job that waits. */
  const somethingThere = async (round: number): Promise<number[]> => {
    const { personId, faceIds } = await t.api.aPersonWithFaces(3, round % 60);
    await t.api.post(`/persons/${personId}/queue-training`);
    const { jobs } = (await t.api.get('/training/jobs?limit=2')).body as { jobs: { id: number }[] };
    return [personId, await t.api.aPerson(), ...faceIds, ...jobs.map(({ id }) => id)];
  };

  const judge = (fuzzed: FuzzedRequest, outcome: Outcome, index: number): void => {
    const complaint = complaintAbout(fuzzed, outcome);
    if (complaint === null) return;
    const { method, path, headers, body } = fuzzed;
    const shown = `${method} ${path} ${JSON.stringify(headers)} ${body?.toString('latin1').slice(0, 2_000) ?? ''}`;
    throw new Error(`request ${index} of SEED=${SEED}: ${complaint}\n${shown}`);
  };

  it(
    'end with an answer below 500, in the documented shape, in time, and leave a service that works',
    async () => {
      console.log(`${database.name}: ${REQUESTS} random requests, SEED=${SEED}`);
      const photos = await Promise.all(
        [0, 1, 2].map((faces) => aFacePhoto({ person: 61, faces, format: faces === 1 ? 'jpeg' : 'png' })),
      );
      const known = { ids: [] as number[], photos };
      const fuzzer = new RequestFuzzer(new ApiDocument(), seededRandom(SEED), known);
      const statuses = new Map<number, number>();
      const memory: number[] = [];
      for (let i = 0; i < REQUESTS; i += 1) {
        // Requests delete what they find: every now and then there is something new to find.
        if (i % 50 === 0) known.ids = await somethingThere(i / 50);
        const fuzzed = fuzzer.next();
        const outcome = await send(fuzzed);
        judge(fuzzed, outcome, i);
        statuses.set(outcome.status, (statuses.get(outcome.status) ?? 0) + 1);
        if (i % 1_000 === 999) memory.push(usedMemoryMb());
      }
      console.log(
        `${database.name}: ${JSON.stringify(Object.fromEntries([...statuses].sort()))}, memory in use, MB: ${memory.join(' ')}`,
      );
      expect((memory.at(-1) ?? 0) - (memory[0] ?? 0)).toBeLessThan(50);
      // The requests got behind the first check, and were not all good.
      expect(Math.min(statuses.get(200) ?? 0, statuses.get(400) ?? 0, statuses.get(404) ?? 0)).toBeGreaterThan(
        REQUESTS / 50,
      );
      expect((await t.api.get('/health/ready')).status).toBe(200);
      // Whatever limits the requests have set, the photos of a test would not all meet them.
      await t.api.put('/quality/settings', { enabled: false });
      const after = await t.api.aPersonWithFaces(3, 62);
      await t.api.post(`/persons/${after.personId}/queue-training`);
      const processed = await t.api.post('/training/process-queue');
      expect(processed.body.results).toContainEqual(
        expect.objectContaining({ person_id: after.personId, status: 'completed' }),
      );
    },
    30_000 + REQUESTS * 50,
  );
});
