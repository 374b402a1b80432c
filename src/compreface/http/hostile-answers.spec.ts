import fc from 'fast-check';
import { inspect } from 'node:util';
import type { HttpFaceEngine } from './http-face-engine.js';
import { API_KEY, engineFor, IMAGE_ID } from './testing/engine-setup.js';
import { answers, resets, ScriptedServer, type Script } from './testing/scripted-server.js';

const SUBJECT = 'ann-smith-abc234';
const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0xd9]);
const OTHER_ID = '99999999-2222-4333-8444-555555555555';

let server: ScriptedServer;
let engine: HttpFaceEngine;

beforeEach(async () => {
  server = await ScriptedServer.start(answers(500));
  engine = engineFor(server.url);
});

afterEach(async () => {
  engine.onApplicationShutdown();
  await server.stop();
});

function page(number: number, ids: readonly string[], totals: readonly [pages: number, elements: number]): unknown {
  const faces = ids.map((id) => ({ image_id: id, subject: SUBJECT }));
  return { faces, page_number: number, page_size: 1000, total_pages: totals[0], total_elements: totals[1] };
}

/** Answers page by page, by the number of the reading that asks. */
function pages(give: (reading: number, number: number) => unknown): Script {
  let reading = -1;
  return (seen, response, socket) => {
    const number = Number(seen.query.get('page'));
    if (number === 0) reading++;
    answers(200, give(reading, number))(seen, response, socket);
  };
}

describe('a list of examples', () => {
  it('is read again when examples came meanwhile, until it holds still', async () => {
    server.script = pages((reading, number) => {
      if (reading === 0) return page(number, [number === 0 ? IMAGE_ID : OTHER_ID], [2, 2 + number]);
      return page(number, [number === 0 ? IMAGE_ID : OTHER_ID], [2, 2]);
    });
    expect((await engine.listExamples(SUBJECT)).map(({ imageId }) => imageId)).toEqual([IMAGE_ID, OTHER_ID]);
    expect(server.seen).toHaveLength(4);
  });

  it('is given up after the fourth reading when it never holds still', async () => {
    server.script = pages((reading, number) => page(number, [IMAGE_ID], [2, 2 + reading + number]));
    await expect(engine.listExamples(SUBJECT)).rejects.toMatchObject({ failure: { kind: 'unavailable' } });
    expect(server.seen).toHaveLength(8);
  });

  it('is not believed when it holds fewer examples than it says', async () => {
    server.script = pages((_reading, number) => page(number, [IMAGE_ID], [1, 5]));
    await expect(engine.listExamples(SUBJECT)).rejects.toMatchObject({ failure: { kind: 'unavailable' } });
  });

  it('ends although the server says that there are always more pages', async () => {
    server.script = pages((_reading, number) => page(number, [], [1e9, 1e12]));
    await expect(engine.listExamples(SUBJECT)).rejects.toMatchObject({ failure: { kind: 'unavailable' } });
    expect(server.seen.length).toBeLessThan(10);
  });

  it('is refused when it answers with another page than was asked for', async () => {
    server.script = pages(() => page(0, [IMAGE_ID], [2, 2]));
    await expect(engine.listExamples(SUBJECT)).rejects.toMatchObject({ failure: { kind: 'unavailable' } });
  });

  it('is refused when it names examples of somebody else: they would be removed', async () => {
    server.script = pages((_reading, number) => page(number, [IMAGE_ID], [1, 1]));
    await expect(engine.listExamples('bob-jones-abc234')).rejects.toMatchObject({ failure: { kind: 'unavailable' } });
  });
});

const FACE = {
  box: { probability: 0.9, x_min: 1, y_min: 1, x_max: 9, y_max: 9 },
  subjects: [],
  embedding: [1],
};

describe('a recognition', () => {
  it.each([
    ['no embedding', { ...FACE, embedding: undefined }],
    ['an empty embedding', { ...FACE, embedding: [] }],
    ['words in the embedding', { ...FACE, embedding: ['NaN'] }],
    ['a similarity above 1', { ...FACE, subjects: [{ subject: SUBJECT, similarity: 1.5 }] }],
    ['a box without a corner', { ...FACE, box: { ...FACE.box, x_max: undefined } }],
    ['a box inside out', { ...FACE, box: { ...FACE.box, x_max: 0 } }],
    ['landmarks that are no points', { ...FACE, landmarks: [[1]] }],
    ['half a pose', { ...FACE, pose: { pitch: 1 } }],
  ])('with %s is refused as a whole', async (_what, face) => {
    server.script = answers(200, { result: [FACE, face], plugins_versions: { calculator: 'c' } });
    await expect(engine.recognize(JPEG)).rejects.toMatchObject({ failure: { kind: 'unavailable' } });
  });

  it('with an infinite number in the embedding is refused', async () => {
    const body = JSON.stringify({ result: [FACE], plugins_versions: { calculator: 'c' } }).replace('[1]', '[1e999]');
    server.script = answers(200, body);
    await expect(engine.recognize(JPEG)).rejects.toMatchObject({ failure: { kind: 'unavailable' } });
  });

  it('without the name of the calculator is refused: its embeddings could not be compared', async () => {
    server.script = answers(200, { result: [FACE] });
    await expect(engine.recognize(JPEG)).rejects.toMatchObject({ failure: { kind: 'unavailable' } });
  });
});

it('makes no method throw anything but an error of the domain, whatever JSON comes', async () => {
  const calls: ((engine: HttpFaceEngine) => Promise<unknown>)[] = [
    (each) => each.addExample(SUBJECT, JPEG),
    (each) => each.createSubject(SUBJECT),
    (each) => each.recognize(JPEG),
    (each) => each.status(),
    (each) => each.removeExamples([IMAGE_ID]),
    (each) => each.removeEmptySubject(SUBJECT),
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.json(),
      fc.constantFrom(...calls),
      fc.constantFrom(200, 201, 404),
      async (json, call, status) => {
        server.script = answers(status, json);
        const fresh = engineFor(server.url);
        const error: unknown = await call(fresh).then(
          () => null,
          (reason: unknown) => reason,
        );
        fresh.onApplicationShutdown();
        if (error !== null) expect(error).toMatchObject({ name: 'FaceEngineError' });
      },
    ),
    { numRuns: 100 },
  );
});

describe('the API key', () => {
  const echo: Script = answers(404, { message: `Recognition service with API Key ${API_KEY} not found`, code: 10 });

  it.each([
    ['the service echoes it', echo],
    ['the connection breaks', resets],
    ['the answer is nonsense', answers(200, API_KEY)],
    ['the service fails', answers(500, API_KEY)],
  ])('is in no error, status or property of it when %s', async (_what, script) => {
    server.script = script;
    const ends: unknown[] = await Promise.all([
      engine.probe().catch((error: unknown) => error),
      engine.recognize(JPEG).catch((error: unknown) => error),
      engine.addExample(SUBJECT, JPEG),
      engine.status(),
    ]);
    for (const end of ends) {
      const seen = inspect(end, { showHidden: true, depth: null, getters: true }) + JSON.stringify(end);
      expect(seen).not.toContain(API_KEY);
      expect(seen).not.toContain(SUBJECT);
    }
  });

  it('is not printed with the engine', () => {
    expect(inspect(engine, { showHidden: true, depth: null })).not.toContain(API_KEY);
  });
});
