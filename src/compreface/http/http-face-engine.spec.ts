import { answers, inTurn, routes, ScriptedServer, type Script } from './testing/scripted-server.js';
import { API_KEY, engineFor, IMAGE_ID } from './testing/engine-setup.js';
import type { HttpFaceEngine } from './http-face-engine.js';

const SUBJECT = 'ann-smith-abc234';
const OTHER_ID = '99999999-2222-4333-8444-555555555555';
const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3, 0xff, 0xd9]);

const FACE = {
  box: { probability: 0.99731, x_min: 10, y_min: 20, x_max: 110, y_max: 140 },
  subjects: [{ subject: SUBJECT, similarity: 0.98765 }],
  embedding: [0.5, -0.25, 1e-3],
  landmarks: [
    [1, 2],
    [3, 4],
    [5, 6],
    [7, 8],
    [9, 10],
  ],
  pose: { pitch: 1.5, roll: -2, yaw: 0 },
};

const VERSIONS = { detector: 'facenet.FaceDetector', calculator: 'facenet.Calculator' };

let server: ScriptedServer;
let engine: HttpFaceEngine;

async function setup(script: Script): Promise<void> {
  server = await ScriptedServer.start(script);
  engine = engineFor(server.url);
}

afterEach(async () => {
  engine.onApplicationShutdown();
  await server.stop();
});

function page(ids: readonly string[], more: Record<string, unknown> = {}): Record<string, unknown> {
  const faces = ids.map((id) => ({ image_id: id, subject: SUBJECT }));
  return { faces, page_number: 0, page_size: 1000, total_pages: 1, total_elements: ids.length, ...more };
}

describe('adding an example', () => {
  it('sends the JPEG as the part "file" with an accepted file name and reports the id', async () => {
    await setup(routes({ 'POST /api/v1/recognition/faces': answers(201, { image_id: IMAGE_ID, subject: SUBJECT }) }));

    expect(await engine.addExample(SUBJECT, JPEG)).toEqual({ kind: 'stored', imageId: IMAGE_ID });

    const seen = server.seen[0]!;
    const [head, body] = seen.body.toString('latin1').split('\r\n\r\n');
    expect(head).toContain('name="file"; filename="face.jpg"');
    expect(body?.startsWith(`${JPEG.toString('latin1')}\r\n--`)).toBe(true);
    expect(seen.query.get('subject')).toBe(SUBJECT);
    expect(seen.headers['x-api-key']).toBe(API_KEY);
    expect(seen.headers['content-length']).toBe(String(seen.body.length));
  });

  it('refuses a photo over 5 MiB without sending it', async () => {
    await setup(answers(500));
    const outcome = await engine.addExample(SUBJECT, Buffer.alloc(5 * 1024 * 1024 + 1));
    expect(outcome).toMatchObject({ kind: 'rejected', code: 'image_too_large' });
    expect(server.seen).toHaveLength(0);
  });
});

describe('subjects', () => {
  it('are created once, and one that is there already is success', async () => {
    await setup(
      inTurn(answers(201, { subject: SUBJECT }), answers(400, { message: 'Subject already exists', code: 43 })),
    );
    await engine.createSubject(SUBJECT);
    await engine.createSubject(SUBJECT);
    expect(server.lines).toEqual(['POST /api/v1/recognition/subjects', 'POST /api/v1/recognition/subjects']);
    expect(JSON.parse(server.seen[0]!.body.toString())).toEqual({ subject: SUBJECT });
  });

  it('are listed', async () => {
    await setup(routes({ 'GET /api/v1/recognition/subjects': answers(200, { subjects: ['a', 'B'] }) }));
    expect(await engine.listSubjects()).toEqual(['a', 'B']);
  });
});

describe('recognizing', () => {
  it('gives box, embedding, landmarks, pose, candidates and the calculator', async () => {
    await setup(
      routes({ 'POST /api/v1/recognition/recognize': answers(200, { result: [FACE], plugins_versions: VERSIONS }) }),
    );

    expect(await engine.recognize(JPEG, { candidateCount: 3 })).toEqual({
      calculator: 'facenet.Calculator',
      faces: [
        {
          box: { xMin: 10, yMin: 20, xMax: 110, yMax: 140, probability: 0.99731 },
          embedding: FACE.embedding,
          landmarks: FACE.landmarks,
          pose: FACE.pose,
          candidates: FACE.subjects,
        },
      ],
    });
    expect(Object.fromEntries(server.seen[0]!.query)).toEqual({
      limit: '0',
      prediction_count: '3',
      face_plugins: 'calculator,landmarks,pose',
      status: 'true',
    });
  });

  it.each([0, 101, 1.5, NaN])('refuses to ask for %d candidates', async (candidateCount) => {
    await setup(answers(500));
    await expect(engine.recognize(JPEG, { candidateCount })).rejects.toMatchObject({ code: 'VALIDATION_ERROR' });
  });

  it('takes code 28 as a photo without a face', async () => {
    await setup(answers(400, { message: 'No face is found in the given image', code: 28 }));
    expect((await engine.recognize(JPEG)).faces).toEqual([]);
  });

  it('does without landmarks and pose where CompreFace has no such plugin', async () => {
    const { box, subjects, embedding } = FACE;
    await setup(answers(200, { result: [{ box, subjects, embedding }], plugins_versions: VERSIONS }));
    expect((await engine.recognize(JPEG)).faces[0]).toMatchObject({ landmarks: null, pose: null });
  });

  it('puts the biggest face first', async () => {
    const small = { ...FACE, box: { ...FACE.box, x_max: 12 } };
    await setup(answers(200, { result: [small, FACE], plugins_versions: VERSIONS }));
    expect((await engine.recognize(JPEG)).faces.map((face) => face.box.xMax)).toEqual([110, 12]);
  });
});

describe('stored images', () => {
  it('come back byte for byte', async () => {
    await setup(routes({ [`GET /api/v1/recognition/faces/${IMAGE_ID}/img`]: answers(200, JPEG) }));
    expect(await engine.downloadExample(IMAGE_ID)).toEqual(JPEG);
  });

  it('are null when CompreFace answers without a byte, as it does for unknown ids', async () => {
    await setup(answers(200, ''));
    expect(await engine.downloadExample(IMAGE_ID)).toBeNull();
  });
});

describe('listing examples', () => {
  it('asks for sorted pages of 1000 and reads to the last', async () => {
    await setup((seen, response, socket) => {
      const last = seen.query.get('page') === '1';
      const body = last ? page([OTHER_ID], { page_number: 1 }) : page([IMAGE_ID]);
      answers(200, { ...body, total_pages: 2, total_elements: 2 })(seen, response, socket);
    });
    expect(await engine.listExamples(SUBJECT)).toEqual([
      { imageId: IMAGE_ID, subject: SUBJECT },
      { imageId: OTHER_ID, subject: SUBJECT },
    ]);
    expect(server.seen.map(({ query }) => query.toString())).toEqual([
      `subject=${SUBJECT}&page=0&size=1000&sort=id`,
      `subject=${SUBJECT}&page=1&size=1000&sort=id`,
    ]);
  });
});

describe('removing examples', () => {
  it('sends ids in batches of 100 and takes unknown ids as removed', async () => {
    await setup(routes({ 'POST /api/v1/recognition/faces/delete': answers(200, []) }));
    const ids = Array.from({ length: 201 }, (_, index) => `11111111-2222-4333-8444-${String(index).padStart(12, '0')}`);
    await engine.removeExamples(ids);
    const batches = server.seen.map(({ body }) => JSON.parse(body.toString()) as string[]);
    expect(batches.map((batch) => batch.length)).toEqual([100, 100, 1]);
    expect(batches.flat()).toEqual(ids);
  });

  it('asks nothing when there is nothing to remove', async () => {
    await setup(answers(500));
    await engine.removeExamples([]);
    expect(server.seen).toHaveLength(0);
  });
});

describe('removing an empty subject', () => {
  const REMOVAL = `DELETE /api/v1/recognition/faces?subject=${SUBJECT}`;
  const collection = (names: string[], ids: string[]): Script =>
    routes({
      'GET /api/v1/recognition/subjects': answers(200, { subjects: names }),
      'GET /api/v1/recognition/faces': answers(200, page(ids)),
      'DELETE /api/v1/recognition/faces': answers(200, { deleted: 0 }),
    });

  it('removes it once the list of its examples is seen to be empty', async () => {
    await setup(collection([SUBJECT], []));
    await engine.removeEmptySubject(SUBJECT);
    expect(server.lines.at(-1)).toBe(REMOVAL);
  });

  it('leaves it alone when examples are left', async () => {
    await setup(collection([SUBJECT], [IMAGE_ID]));
    await expect(engine.removeEmptySubject(SUBJECT)).rejects.toMatchObject({ code: 'INVALID_STATE' });
    expect(server.lines).not.toContain(REMOVAL);
  });

  it('leaves it alone when a twin of other case exists, which CompreFace would remove along with it', async () => {
    await setup(collection([SUBJECT, 'Ann-Smith-ABC234'], []));
    await expect(engine.removeEmptySubject(SUBJECT)).rejects.toMatchObject({ code: 'INVALID_STATE' });
    expect(server.lines).not.toContain(REMOVAL);
  });

  it('does nothing when it is gone already', async () => {
    await setup(collection(['someone'], []));
    await engine.removeEmptySubject(SUBJECT);
    expect(server.lines).toEqual(['GET /api/v1/recognition/subjects']);
  });

  it.each(['', ' ', '.', '..', 'Ann', 'ann', 'ann-smith-abc23', 'ann-smith-abc234 '])(
    'refuses %j, which is not ours',
    async (name) => {
      await setup(collection([name], []));
      await expect(engine.removeEmptySubject(name)).rejects.toMatchObject({ code: 'VALIDATION_ERROR' });
      expect(server.seen).toHaveLength(0);
    },
  );
});

describe('status', () => {
  const LIST = 'GET /api/v1/recognition/faces';
  const CORE = 'GET /core/status';
  const list = answers(200, page([IMAGE_ID], { total_elements: 42, total_pages: 42 }));

  it('reports what a cheap probe of the list says', async () => {
    await setup(routes({ [LIST]: list }));
    expect(await engine.status()).toMatchObject({
      reachable: true,
      url: server.url,
      embedded: false,
      examples: 42,
      breaker: 'closed',
      problem: null,
      version: null,
      latencyMs: expect.any(Number) as number,
    });
    expect(server.lines[0]).toBe(`${LIST}?page=0&size=1&sort=id`);
  });

  it('names release and calculator as the core does, asking it once a minute and without the API key', async () => {
    const core = answers(200, { status: 'OK', build_version: '1.2.0', calculator_version: 'facenet.Calculator' });
    await setup(routes({ [LIST]: list, [CORE]: core }));
    await engine.status();
    expect(await engine.status()).toMatchObject({ version: '1.2.0', calculator: 'facenet.Calculator' });
    const asked = server.seen.filter(({ path }) => path === '/core/status');
    expect(asked).toHaveLength(1);
    expect(asked[0]!.headers['x-api-key']).toBeUndefined();
  });

  it('shows the problem and the suggestion when the service does not answer as it should', async () => {
    await setup(answers(404, { message: 'Recognition service with API Key x not found', code: 10 }));
    expect(await engine.status()).toMatchObject({
      reachable: false,
      breaker: 'misconfigured',
      latencyMs: null,
      examples: null,
      problem: { suggestion: expect.stringContaining('COMPREFACE_API_KEY') as string },
    });
  });
});
