import { newTestApp, type TestApp } from '../support/new-test-app.js';
import { type RawAnswer, RawConnection, rawHead, rawRequest } from '../support/raw-http.js';

const JSON_TYPE = 'application/json';

describe('HTTP that is off', () => {
  let t: TestApp;
  let base: string;

  beforeAll(async () => {
    t = await newTestApp();
    base = t.api.baseUrl;
  });
  afterEach(async () => {
    expect(await t.api.get('/health/ready')).toMatchObject({ status: 200 });
  });
  afterAll(() => t.close());

  const raw = (
    line: string,
    headers: Record<string, string | number> = {},
    body: string | Buffer = '',
  ): Promise<RawAnswer | null> =>
    rawRequest(base, Buffer.concat([Buffer.from(rawHead(line, headers)), Buffer.from(body)]));
  const post = (path: string, type: string | null, body: string | Buffer): Promise<RawAnswer | null> =>
    raw(
      `POST ${path}`,
      { ...(type === null ? {} : { 'Content-Type': type }), 'Content-Length': Buffer.byteLength(body) },
      body,
    );
  const refusal = (status: number, code: string, field?: string): object => ({
    status,
    body: {
      error: expect.any(String),
      code,
      details: field === undefined ? expect.any(Object) : { fields: [expect.objectContaining({ field })] },
    },
  });

  it.each([
    ['no JSON at all', 'name=Jane'],
    ['broken JSON', '{"name": "Jane'],
    ['a trailing comma', '{"name": "Jane",}'],
    ['text', '"Jane"'],
    ['a number', '5'],
    ['null', 'null'],
    ['true', 'true'],
    ['a list', '[{"name": "Jane"}]'],
    ['an empty list', '[]'],
    ['nested lists', `${'['.repeat(30_000)}${']'.repeat(30_000)}`],
    ['nested objects', `{"name": ${'{"a":'.repeat(30_000)}1${'}'.repeat(30_000)}}`],
    ['nested objects within options', `{"config": ${'{"a":'.repeat(30_000)}1${'}'.repeat(30_000)}}`],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d])],
  ])('a body that is %s is refused', async (_what, body) => {
    for (const path of ['/api/persons', '/api/persons/1/queue-training', '/api/training/cleanup']) {
      expect(await post(path, JSON_TYPE, body)).toMatchObject(refusal(400, 'VALIDATION_ERROR', 'body'));
    }
  });

  it.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '__defineGetter__'])(
    'the name "%s" is refused anywhere, and changes nobody',
    async (name) => {
      for (const body of [`{"${name}": {"polluted": 1}, "name": "Eve"}`, `{"config": {"${name}": {"polluted": 1}}}`]) {
        for (const path of ['/api/persons', '/api/training/auto-train']) {
          expect(await post(path, JSON_TYPE, body)).toMatchObject(refusal(400, 'VALIDATION_ERROR', name));
        }
      }
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    },
  );

  it('sixty thousand unknown fields, or entries of a list, are refused at once and with a short answer', async () => {
    const body = Object.fromEntries(Array.from({ length: 60_000 }, (_, i) => [`f${i}`, 1]));
    const answer = await post('/api/persons', JSON_TYPE, JSON.stringify({ ...body, ['x'.repeat(50_000)]: 1 }));
    expect(answer).toMatchObject({ status: 400, body: { code: 'VALIDATION_ERROR' } });
    expect(JSON.stringify(answer?.body).length).toBeLessThan(1_000);
    const list = JSON.stringify({ faceIds: Array(60_000).fill('x'), personId: 1 });
    expect(await post('/api/faces/batch-assign', JSON_TYPE, list)).toMatchObject(
      refusal(400, 'VALIDATION_ERROR', 'faceIds'),
    );
  });

  it('10 MB of JSON are refused as too large', async () => {
    const body = JSON.stringify({ name: 'x'.repeat(10 * 1024 * 1024) });
    expect(await post('/api/persons', JSON_TYPE, body)).toMatchObject(refusal(413, 'PAYLOAD_TOO_LARGE', 'body'));
  });

  it('10 MB of chunked JSON are refused as too large', async () => {
    const head = rawHead('POST /api/persons', { 'Content-Type': JSON_TYPE, 'Transfer-Encoding': 'chunked' });
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    const answer = await rawRequest(base, `${head}${chunk.repeat(160)}0\r\n\r\n`);
    expect(answer).toMatchObject(refusal(413, 'PAYLOAD_TOO_LARGE', 'body'));
  });

  it.each([
    ['text/plain', '{"daysToKeep": 3650}'],
    ['application/x-www-form-urlencoded', 'daysToKeep=3650'],
    [
      'multipart/form-data; boundary=x',
      '--x\r\nContent-Disposition: form-data; name="daysToKeep"\r\n\r\n3650\r\n--x--\r\n',
    ],
    ['application/xml', '<daysToKeep>3650</daysToKeep>'],
    ['application/json-patch+json', '{"daysToKeep": 3650}'],
    ['nonsense', '{"daysToKeep": 3650}'],
    [null, '{"daysToKeep": 3650}'],
  ])('a body of type %s is refused where JSON is asked for, and not taken for empty', async (type, body) => {
    expect(await post('/api/training/cleanup', type, body)).toMatchObject(refusal(415, 'UNSUPPORTED_MEDIA_TYPE'));
  });

  it('JSON in another encoding is refused', async () => {
    expect(await post('/api/persons', `${JSON_TYPE}; charset=latin-9`, '{}')).toMatchObject(
      refusal(415, 'UNSUPPORTED_MEDIA_TYPE'),
    );
    const headers = { 'Content-Type': JSON_TYPE, 'Content-Encoding': 'compress', 'Content-Length': 2 };
    expect(await raw('POST /api/persons', headers, '{}')).toMatchObject(refusal(415, 'UNSUPPORTED_MEDIA_TYPE'));
    expect(await raw('POST /api/persons', { ...headers, 'Content-Encoding': 'gzip' }, '{}')).toMatchObject(
      refusal(400, 'VALIDATION_ERROR'),
    );
  });

  it('JSON is taken with parameters to its type, in any case', async () => {
    const answer = await post('/api/persons', 'Application/JSON; charset=UTF-8', '{"name": "Parameter Pat"}');
    expect(answer).toMatchObject({ status: 201, body: { person: { name: 'Parameter Pat' } } });
  });

  it.each([
    ['GET /api/nothing'],
    ['GET /'],
    ['GET /api'],
    ['GET /api/'],
    ['GET /robots.txt'],
    ['POST /persons'],
    ['PATCH /api/persons/1'],
    ['PUT /api/persons'],
    ['DELETE /api/persons'],
    ['POST /api/training/stats'],
    ['PROPFIND /api/persons'],
    ['TRACE /api/persons'],
    [`GET /api/${'x'.repeat(8_000)}`],
    ['GET /api/persons/1/faces/../../2'],
    ['GET /api/../../etc/passwd'],
    ['GET /api/docs/../../package.json'],
    ['GET /api/faces/..%2f..%2f..%2fetc%2fpasswd/image'],
  ])('%s is answered with 400 or 404 in the documented shape', async (line) => {
    const answer = await raw(line);
    expect([400, 404]).toContain(answer?.status);
    expect(answer?.body).toEqual({
      error: expect.any(String),
      code: answer?.status === 404 ? 'NOT_FOUND' : 'VALIDATION_ERROR',
      details: expect.any(Object),
    });
    expect((answer?.body as { error: string }).error.length).toBeLessThanOrEqual(200);
  });

  it('a broken body on an unknown path is answered in the documented shape, too', async () => {
    expect(await post('/persons', JSON_TYPE, '{')).toMatchObject(refusal(404, 'NOT_FOUND'));
    expect(await post('/api/nothing', JSON_TYPE, '{')).toMatchObject(refusal(400, 'VALIDATION_ERROR', 'body'));
  });

  it.each(['%', '%ZZ', '%E0%A4%A', '%C0%AF'])('the malformed escape %s in a path is refused', async (text) => {
    expect(await raw(`GET /api/persons/${text}`)).toMatchObject(refusal(400, 'VALIDATION_ERROR', 'path'));
  });

  it('a malformed escape in a query is no reason to fail', async () => {
    expect(await raw('GET /api/persons?search=%ZZ')).toMatchObject({ status: 200, body: { persons: [] } });
    expect(await raw('GET /api/persons?%=1')).toMatchObject(refusal(400, 'VALIDATION_ERROR', '%'));
  });

  it('a long query is refused', async () => {
    expect(await raw(`GET /api/persons?search=${'x'.repeat(10_000)}`)).toMatchObject(
      refusal(400, 'VALIDATION_ERROR', 'search'),
    );
    expect(await raw(`GET /api/persons?${'a=1&'.repeat(2_000)}`)).toMatchObject({ status: 400 });
    expect(await raw(`GET /api/persons?search=${'x'.repeat(100_000)}`)).toMatchObject(
      refusal(431, 'PAYLOAD_TOO_LARGE', 'request'),
    );
  });

  it('HEAD and OPTIONS are answered without a body of their own', async () => {
    expect(await raw('HEAD /api/persons')).toMatchObject({ status: 200, body: '' });
    expect(await raw('HEAD /api/persons/2147483647')).toMatchObject({ status: 404, body: '' });
    expect((await raw('OPTIONS /api/persons'))?.status).toBeLessThan(500);
    expect(await raw('OPTIONS /api/nothing')).toMatchObject({ status: 404 });
    expect((await raw('OPTIONS *'))?.status).toBeLessThan(500);
  });

  it.each([
    ['no HTTP', 'HELLO\r\n\r\n'],
    ['no host', 'GET /api/persons HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['an unknown version', 'GET /api/persons HTTP/9.9\r\nHost: x\r\n\r\n'],
    ['a header without a colon', 'GET /api/persons HTTP/1.1\r\nHost: x\r\nBroken\r\n\r\n'],
    ['a NUL in a header', 'GET /api/persons HTTP/1.1\r\nHost: x\r\nX-A: a\u0000b\r\n\r\n'],
    ['a length that is a word', 'POST /api/persons HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n'],
    ['a negative length', 'POST /api/persons HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n'],
    ['two lengths', 'POST /api/persons HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}'],
    [
      'a length and chunks',
      'POST /api/persons HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    [
      'a chunk of no size',
      'POST /api/persons HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n',
    ],
    ['headers of 100 kB', `GET /api/persons HTTP/1.1\r\nHost: x\r\nX-A: ${'a'.repeat(100_000)}\r\n\r\n`],
  ])('a request with %s is answered with 4xx, and the connection ends', async (_what, text) => {
    const answer = await rawRequest(base, text);
    expect(answer?.status).toBeGreaterThanOrEqual(400);
    expect(answer?.status).toBeLessThan(500);
  });

  it('header values that are odd change nothing', async () => {
    const odd = {
      Accept: 'text/html;q=x, */*;;;',
      'Accept-Encoding': 'br;q=0, nonsense',
      Range: 'bytes=99-1',
      'If-None-Match': '*',
      'X-Forwarded-For': "' OR 1=1 --",
      'X-HTTP-Method-Override': 'DELETE',
      Cookie: '__proto__=1; =; ;',
      Authorization: 'Basic ====',
    };
    for (const [name, value] of Object.entries(odd)) {
      const answer = await raw('GET /api/persons', { [name]: value });
      expect([200, 304, 406, 417]).toContain(answer?.status);
    }
    expect(await raw('GET /api/persons', { Expect: 'the unexpected' })).toMatchObject({ status: 417 });
  });

  it('a body that never ends is waited for, and the hang-up hurts nobody', async () => {
    for (const type of [JSON_TYPE, 'multipart/form-data; boundary=x']) {
      const connection = await RawConnection.open(base);
      connection.write(rawHead('POST /api/persons/1/faces', { 'Content-Type': type, 'Content-Length': 1_000 }));
      connection.write('{"name":');
      connection.hangUp();
      expect(await connection.answer()).toBeNull();
    }
  });

  it('two requests in one packet are both answered', async () => {
    const connection = await RawConnection.open(base);
    connection.write(`HEAD /api/health/live HTTP/1.1\r\nHost: x\r\n\r\n${rawHead('GET /api/nothing')}`);
    const answer = await connection.answer();
    expect(answer?.status).toBe(200);
    expect(answer?.text).toContain('"code":"NOT_FOUND"');
  });
});
