import fc from 'fast-check';
import { isOwnSubject } from '../subject.js';
import type { HttpFaceEngine } from './http-face-engine.js';
import { engineFor, IMAGE_ID } from './testing/engine-setup.js';
import { ScriptedServer, type Script, type SeenRequest } from './testing/scripted-server.js';

// Names that URL parsers, proxies and CompreFace are known to cut, collapse or compare loosely.
const NASTY = [
  '',
  ' ',
  '.',
  '..',
  '/',
  '%2e',
  '%2E%2e',
  '%00',
  'a;b',
  'a/../..',
  '..%2f..',
  '?',
  '#',
  '&subject=',
  '\u0000',
  '\ud800',
];

const KNOWN = ['ann-smith-abc234', 'bob-zzz777', 'Somebody', 'someone else', 'carl-ABC234', ...NASTY];

const anyName = fc.oneof(fc.constantFrom(...KNOWN), fc.string({ unit: 'binary' }));
const anyId = fc.oneof(
  fc.uuid(),
  fc.string(),
  fc.constantFrom('', '.', '..', '../..', `${IMAGE_ID}/../..`, `${IMAGE_ID}\n`),
);

type Step = (engine: HttpFaceEngine) => Promise<unknown>;

const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0xd9]);

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  anyName.map(
    (name): Step =>
      (engine) =>
        engine.createSubject(name),
  ),
  anyName.map(
    (name): Step =>
      (engine) =>
        engine.addExample(name, JPEG),
  ),
  anyName.map(
    (name): Step =>
      (engine) =>
        engine.listExamples(name),
  ),
  anyName.map(
    (name): Step =>
      (engine) =>
        engine.removeEmptySubject(name),
  ),
  anyId.map(
    (id): Step =>
      (engine) =>
        engine.downloadExample(id),
  ),
  fc.array(anyId, { maxLength: 3 }).map(
    (ids): Step =>
      (engine) =>
        engine.removeExamples(ids),
  ),
  fc.nat({ max: 200 }).map(
    (count): Step =>
      (engine) =>
        engine.recognize(JPEG, { candidateCount: count }),
  ),
  fc.constant<Step>((engine) => engine.listSubjects()),
  fc.constant<Step>((engine) => engine.status()),
);

/** An empty collection that claims to know each of those names and all that it is told: it never holds the client back. */
function obliging(): Script {
  const told = new Set(KNOWN);
  return (seen, response) => {
    for (const name of seen.query.getAll('subject')) told.add(name);
    const page = { faces: [], page_number: 0, page_size: 1000, total_pages: 0, total_elements: 0 };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ ...page, subjects: [...told], deleted: 0, subject: 'x', image_id: IMAGE_ID }));
  };
}

/** Whether CompreFace would take this for an order to remove more than one subject of ours. */
function wipes({ method, path, query }: SeenRequest): boolean {
  if (method !== 'DELETE') return false;
  const subjects = query.getAll('subject');
  const oneOfOurs = subjects.length === 1 && isOwnSubject(subjects[0] ?? '');
  return path !== '/api/v1/recognition/faces' || !oneOfOurs;
}

const ROUTES = [
  /^GET \/core\/status$/,
  /^GET \/api\/v1\/recognition\/(subjects|faces)$/,
  /^GET \/api\/v1\/recognition\/faces\/[0-9a-f-]{36}\/img$/i,
  /^POST \/api\/v1\/recognition\/(subjects|faces|faces\/delete|recognize)$/,
  /^DELETE \/api\/v1\/recognition\/faces$/,
];

describe('no sequence of calls, with whatever names and ids,', () => {
  let server: ScriptedServer;

  beforeAll(async () => {
    server = await ScriptedServer.start(obliging());
  });

  afterAll(() => server.stop());

  it('sends a request that wipes a collection, or one that we do not know', async () => {
    let removals = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { minLength: 1, maxLength: 6 }), async (steps) => {
        server.seen.length = 0;
        server.script = obliging();
        const engine = engineFor(server.url);
        for (const step of steps) await step(engine).catch(() => null);
        engine.onApplicationShutdown();
        expect(server.seen.filter(wipes)).toEqual([]);
        removals += server.seen.filter(({ method }) => method === 'DELETE').length;
        for (const { method, path } of server.seen) {
          expect(ROUTES.some((route) => route.test(`${method} ${path}`))).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
    // Otherwise the property would hold of a client that never removes anything.
    expect(removals).toBeGreaterThan(0);
  });
});
