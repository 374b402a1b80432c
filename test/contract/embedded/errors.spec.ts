import { photoOf } from './scripted-analyser.js';
import { RunningServer, verdict } from './running-server.js';

const UNKNOWN = '11111111-1111-4111-8111-111111111111';
const FACES = '/recognition/faces';
const RECOGNIZE = '/recognition/recognize';
const ONE = photoOf('ann');
const JSON_TYPE = { 'content-type': 'application/json' };

describe('errors of the embedded engine', () => {
  let server: RunningServer;
  let imageId: string;
  beforeAll(async () => {
    server = await RunningServer.start();
    imageId = await server.upload('Ann', ONE);
  });
  afterAll(() => server.remove());

  const post = (path: string, body: string, headers: Record<string, string> = JSON_TYPE) =>
    server.send('POST', path, { body, headers });
  const base64 = (path: string, file: unknown) => server.sendJson('POST', path, { file });

  describe('keys', () => {
    const withKey = (path: string, key: string) => server.send('GET', path, { headers: { 'x-api-key': key } });

    it('come before everything else', async () => {
      const response = await fetch(`${server.server.url}/api/v1${FACES}`, { method: 'POST', body: 'nonsense' });
      expect([response.status, await response.json()]).toEqual([
        400,
        { message: 'Missing header: x-api-key', code: 20 },
      ]);
    });

    it.each([
      ['abc', 400, 26],
      [UNKNOWN.replace(/1/g, 'x'), 400, 26],
      [UNKNOWN, 404, 10],
    ])('%s is answered %i with code %i', async (key, status, code) => {
      expect(verdict(await withKey(FACES, key))).toEqual([status, code]);
    });

    it('of another service are unknown', async () => {
      const { recognition, detection } = server.server.apiKeys;
      expect(verdict(await withKey(FACES, detection))).toEqual([404, 10]);
      const reply = await server.send('POST', '/detection/detect', { headers: { 'x-api-key': recognition } });
      expect(verdict(reply)).toEqual([404, 10]);
    });

    it('are compared with their case', async () => {
      const key = server.server.apiKeys.recognition.toUpperCase();
      expect(verdict(await withKey(FACES, key))).toEqual([404, 10]);
    });

    it('are never repeated whole', async () => {
      expect((await withKey(FACES, UNKNOWN)).text).not.toContain(UNKNOWN);
    });
  });

  describe('of an upload come in this order', () => {
    const upload = (query: string, parts: Record<string, Buffer | string>, name?: string) =>
      server.sendForm(FACES + query, parts, name);
    const bad = Buffer.from('no photo');

    it.each<[string, string, Record<string, Buffer | string>, string, number, number]>([
      ['no file', '?det_prob_threshold=x', {}, 'a.txt', 400, 34],
      ['a file without a name', '', { file: 'text' }, 'a.txt', 400, 34],
      ['no subject', '?det_prob_threshold=x', { file: bad }, 'a.txt', 400, 33],
      ['a threshold that is no number', '?subject=&det_prob_threshold=x', { file: bad }, 'a.txt', 400, 26],
      ['a blank subject', '?subject=%20', { file: bad }, 'a.txt', 400, 26],
      ['an extension', '?subject=Bea&det_prob_threshold=2', { file: bad }, 'a.txt', 400, 21],
      ['the name of a browser blob', '?subject=Bea', { file: ONE }, 'blob', 400, 21],
      ['a threshold outside 0..1', '?subject=Bea&det_prob_threshold=1.5', { file: ONE }, 'a.JPG', 400, 28],
      ['an unreadable image', '?subject=Bea', { file: bad }, 'a.jpg', 400, 28],
      ['an empty file', '?subject=Bea', { file: Buffer.alloc(0) }, 'a.jpg', 400, 28],
      ['no face', '?subject=Bea', { file: photoOf() }, 'a.jpg', 400, 28],
      ['two faces', '?subject=Bea', { file: photoOf('bea', 'cid') }, 'a.jpg', 400, 31],
      ['a subject too long to store', `?subject=${'x'.repeat(256)}`, { file: ONE }, 'a.jpg', 400, 0],
    ])('%s', async (_, query, parts, name, status, code) => {
      expect(verdict(await upload(query, parts, name))).toEqual([status, code]);
    });

    it('and none of them leaves a subject behind', async () => {
      expect(await server.subjects()).toEqual(['Ann']);
    });

    it('another content type is code 0 here and 415 without a body elsewhere', async () => {
      const form = { 'content-type': 'application/x-www-form-urlencoded' };
      expect(verdict(await post(`${FACES}?subject=Bea`, 'a=b', form))).toEqual([400, 0]);
      expect(await post(RECOGNIZE, 'a=b', form)).toMatchObject({ status: 415, text: '' });
    });
  });

  describe('of base64', () => {
    const text = ONE.toString('base64');
    const lines = text.replace(/(.{20})/g, '$1\r\n');

    it('none: both photo routes take it', async () => {
      expect((await base64(`${FACES}?subject=Ann`, text)).status).toBe(201);
      expect((await base64(RECOGNIZE, text)).status).toBe(200);
    });

    it.each([
      ['no subject before the body is read', FACES, 'not json', 400, 33],
      ['a body that is no JSON', RECOGNIZE, '{"file":', 400, 26],
      ['a body that is no object', RECOGNIZE, '[]', 400, 26],
      ['no file', RECOGNIZE, '{}', 400, 5],
      ['an empty file before the range of a parameter', `${RECOGNIZE}?limit=-1`, '{"file":""}', 400, 5],
      ['the range of a parameter', `${RECOGNIZE}?limit=-1`, '{"file":"?"}', 400, 26],
      ['a data URI', RECOGNIZE, '{"file":"data:image/jpeg;base64,AAAA"}', 400, 21],
      ['wrong padding', RECOGNIZE, '{"file":"AAAAA"}', 500, 41],
      ['what is no photo', RECOGNIZE, '{"file":"AAAA"}', 400, 28],
    ])('%s', async (_, path, body, status, code) => {
      expect(verdict(await post(path, body))).toEqual([status, code]);
    });

    it('line breaks pass where nothing is stored', async () => {
      expect((await base64(RECOGNIZE, lines)).status).toBe(200);
      expect(verdict(await base64(`${FACES}?subject=Bea`, lines))).toEqual([400, 0]);
      expect(await server.subjects()).toEqual(['Ann']);
    });
  });

  describe('of parameters', () => {
    it.each([
      ['limit=-1', 400, 26],
      ['limit=1.5', 400, 26],
      ['prediction_count=0', 400, 26],
      ['prediction_count=abc', 400, 26],
      ['status=maybe', 400, 26],
      ['det_prob_threshold=abc', 400, 26],
      ['det_prob_threshold=1.5', 400, 28],
      ['detect_faces=false', 400, 26],
      ['limit=&prediction_count=&status=&det_prob_threshold=&face_plugins=&detect_faces=', 200, undefined],
      ['face_plugins=nonsense,mask', 200, undefined],
    ])('%s is answered %i with code %p', async (query, status, code) => {
      expect(verdict(await server.sendForm(`${RECOGNIZE}?${query}`, { file: ONE }))).toEqual([status, code]);
      const fields = Object.fromEntries(new URLSearchParams(query));
      expect(verdict(await server.sendForm(RECOGNIZE, { file: ONE, ...fields }))).toEqual([status, code]);
    });

    it('violations are told together', async () => {
      const reply = await server.sendForm(`${RECOGNIZE}?limit=-1&prediction_count=0`, { file: ONE });
      expect(reply.json['message']).toBe(
        'Limit should be equal or greater than 0; prediction_count should be equal or greater than 1; ',
      );
    });
  });

  describe('of image ids', () => {
    it.each([
      ['DELETE', `${FACES}/${UNKNOWN}`, 404, 44],
      ['DELETE', `${FACES}/x`, 400, 26],
      ['GET', `${FACES}/x/img`, 400, 26],
      ['GET', `${FACES}/${UNKNOWN}/img`, 200, undefined],
      ['DELETE', FACES, 400, 26],
      ['DELETE', `${FACES}?subject=`, 400, 26],
      ['DELETE', `${FACES}/`, 400, 26],
    ])('%s %s is answered %i with code %p', async (method, path, status, code) => {
      expect(verdict(await server.send(method, path))).toEqual([status, code]);
    });

    it.each([[['x']], [{}], [[1]], ['x']])('the list %j to delete is refused', async (ids) => {
      expect(verdict(await server.sendJson('POST', `${FACES}/delete`, ids))).toEqual([400, 26]);
    });

    it('when verifying are looked at after the photo', async () => {
      const verify = (id: string, photo: Buffer) => server.sendForm(`${FACES}/${id}/verify`, { file: photo });
      expect(verdict(await verify(UNKNOWN, photoOf()))).toEqual([400, 28]);
      expect(verdict(await verify(UNKNOWN, ONE))).toEqual([404, 44]);
      expect(verdict(await verify('x', ONE))).toEqual([400, 26]);
      expect((await verify(imageId, ONE)).status).toBe(200);
    });

    it('a photo is not JSON, whatever the client accepts', async () => {
      const reply = await server.send('GET', `${FACES}/${imageId}/img`, { headers: { accept: 'application/json' } });
      expect(reply).toMatchObject({ status: 406, text: '' });
    });
  });

  describe('of routes', () => {
    it.each([
      ['GET', '/recognition/nothing', 404, undefined],
      ['POST', '/recognition/nothing', 404, 0],
      ['PATCH', '/recognition/subjects', 404, 0],
      ['POST', `${FACES}/${UNKNOWN}`, 404, 0],
      ['GET', '/RECOGNITION/subjects', 404, undefined],
    ])('%s %s is answered %i with code %p', async (method, path, status, code) => {
      expect(verdict(await server.send(method, path))).toEqual([status, code]);
    });

    it('a malformed path is a client fault', async () => {
      expect(verdict(await server.send('DELETE', '/recognition/subjects/%E0%A4%A'))).toEqual([400, 0]);
    });
  });

  describe('of the analyser', () => {
    afterEach(() => {
      server.analyser.before = () => Promise.resolve();
    });

    it('are 500 with code 41 and a message that says the core broke', async () => {
      server.analyser.before = () => Promise.reject(new Error('out of memory'));
      const reply = await server.sendForm(`${FACES}?subject=Bea`, { file: ONE });
      expect(verdict(reply)).toEqual([500, 41]);
      expect(reply.json['message']).toContain('[5');
      expect(server.faults).toEqual([expect.stringContaining('out of memory')]);
    });
  });
});
