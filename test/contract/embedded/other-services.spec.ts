import { embeddingOf, photoOf } from './scripted-analyser.js';
import { RunningServer, verdict } from './running-server.js';

const ANN = Array.from(embeddingOf('ann'));
const BEA = Array.from(embeddingOf('bea'));

describe('the other services of the embedded engine', () => {
  let server: RunningServer;
  beforeEach(async () => {
    server = await RunningServer.start();
  });
  afterEach(() => server.remove());

  it('tells its limits without a key', async () => {
    const response = await fetch(`${server.server.url}/api/v1/config/`);
    expect(await response.json()).toEqual({ clientMaxFileSize: 5242880, clientMaxBodySize: 10485760 });
  });

  it('says that it is ready without touching the models', async () => {
    const response = await fetch(`${server.server.url}/api/v1/consistence/status`);
    expect(await response.json()).toEqual({
      demoFaceCollectionIsInconsistent: false,
      dbIsInconsistent: false,
      saveImagesToDB: true,
      status: 'OK',
    });
    expect(server.analyser.calls).toBe(0);
  });

  it('gives photos by an address with the recognition key, and nothing for another key', async () => {
    const { recognition, detection } = server.server.apiKeys;
    const id = await server.upload('Ann', photoOf('ann'));
    const photo = async (key: string) => (await fetch(`${server.server.url}/api/v1/static/${key}/images/${id}`)).text();
    expect(await photo(recognition)).toBe(photoOf('ann').toString());
    expect(await photo(detection)).toBe('');
  });

  describe('detection', () => {
    const detect = (query: string, ...people: string[]) =>
      server.sendForm(`/detection/detect${query}`, { file: photoOf(...people) });

    it('finds all faces, the probability unrounded, and names no subjects', async () => {
      const reply = await detect('', 'ann', 'bea');
      const box = { probability: 0.9876543, x_min: 0, y_min: 21, x_max: 90, y_max: 120 };
      expect(reply.json).toEqual({ result: [{ box }, { box: { ...box, x_min: 97, x_max: 190 } }] });
    });

    it('answers the biggest faces up to the limit', async () => {
      expect((await detect('?limit=1', 'ann', 'bea')).json['result']).toHaveLength(1);
    });

    it('answers five landmarks when asked', async () => {
      const reply = await detect('?face_plugins=landmarks&status=true', 'ann');
      const [face] = reply.json['result'] as [{ landmarks: unknown }];
      // Points i of the script lie at (i, 2i): the eyes are the means of six of them.
      expect(face.landmarks).toEqual([[39, 77], [45, 89], [30, 60], [48, 96], [54, 108]]); // prettier-ignore
      expect(Object.keys(reply.json['plugins_versions'] as object)).toEqual(['detector', 'landmarks']);
    });
  });

  describe('verification', () => {
    const verify = (source: Buffer, target: Buffer, query = '') =>
      server.sendForm(`/verification/verify${query}`, { source_image: source, target_image: target });

    it('compares one face with all faces of another image, in the order of detection', async () => {
      const reply = await verify(photoOf('ann'), photoOf('bea', 'ann'), '?status=true');
      const [result] = reply.json['result'] as [Record<string, unknown>];
      const similarities = (result['face_matches'] as { similarity: number }[]).map(({ similarity }) => similarity);
      expect(similarities[0]).toBeLessThan(0.01);
      expect(similarities[1]).toBe(0.99999);
      expect(Object.keys(result)).toEqual(['source_image_face', 'face_matches', 'plugins_versions']);
    });

    it('takes base64', async () => {
      const image = photoOf('ann').toString('base64');
      const body = { source_image: image, target_image: image };
      expect((await server.sendJson('POST', '/verification/verify', body)).status).toBe(200);
    });

    it.each<[string, string[], string[], string, number, unknown]>([
      ['no face in the source', [], ['ann'], '', 400, 28],
      ['two faces in the source', ['ann', 'bea'], ['ann'], '', 400, 31],
      ['two faces in the source, one hidden by the limit', ['ann', 'bea'], ['ann'], '?limit=1', 200, undefined],
      ['no face in the target', ['ann'], [], '', 400, 28],
    ])('%s', async (_, source, target, query, status, code) => {
      expect(verdict(await verify(photoOf(...source), photoOf(...target), query))).toEqual([status, code]);
    });

    it('misses the source before the target', async () => {
      const reply = await server.sendForm('/verification/verify', { target_image: photoOf('ann') });
      expect(reply.json).toEqual({ message: 'Required part source_image is missing', code: 34 });
      const body = { target_image: 'AAAA' };
      expect((await server.sendJson('POST', '/verification/verify', body)).json).toEqual({
        message: 'Field sourceImageBase64 cannot be empty',
        code: 5,
      });
    });

    it('compares embeddings, the most similar first', async () => {
      const body = { source: ANN, targets: [BEA, ANN] };
      const reply = await server.sendJson('POST', '/verification/embeddings/verify', body);
      const result = reply.json['result'] as { embedding: number[]; similarity: number }[];
      expect(result.map(({ embedding }) => embedding)).toEqual([ANN, BEA]);
      expect(result[0]?.similarity).toBe(0.99999);
    });

    it.each([
      [{ targets: [ANN] }, 5],
      [{ source: ANN }, 5],
      [{ source: ANN, targets: [] }, 5],
      [{ source: ANN, targets: ['x'] }, 26],
      [{ source: [1, 2], targets: [ANN] }, 0],
      [{ source: [0, 0], targets: [[1, 2]] }, 0],
    ])('refuses embeddings that cannot be compared (case %#)', async (body, code) => {
      expect(verdict(await server.sendJson('POST', '/verification/embeddings/verify', body))).toEqual([400, code]);
    });
  });

  describe('embeddings and the collection', () => {
    const EMBEDDINGS = '/recognition/embeddings';

    it('recognises embeddings in the order in which they came', async () => {
      await server.upload('Ann', photoOf('ann'));
      await server.upload('Bea', photoOf('bea'));
      const reply = await server.sendJson('POST', `${EMBEDDINGS}/recognize?prediction_count=2`, {
        embeddings: [BEA, ANN],
      });
      expect(reply.json).toEqual({
        result: [
          { embedding: BEA, similarities: [{ subject: 'Bea', similarity: 0.99999 }, expect.anything()] },
          { embedding: ANN, similarities: [{ subject: 'Ann', similarity: 0.99999 }, expect.anything()] },
        ],
      });
    });

    it('compares embeddings with one example, the most similar first', async () => {
      const id = await server.upload('Ann', photoOf('ann'));
      const reply = await server.sendJson('POST', `${EMBEDDINGS}/faces/${id}/verify`, { embeddings: [BEA, ANN] });
      expect((reply.json['result'] as { embedding: number[] }[]).map(({ embedding }) => embedding)).toEqual([ANN, BEA]);
    });

    it.each([
      ['/recognize', {}, 400, 5],
      ['/recognize', { embeddings: [] }, 400, 5],
      ['/recognize?prediction_count=0', { embeddings: [ANN] }, 400, 26],
      ['/recognize', { embeddings: [[1, 2]] }, 400, 0],
      ['/recognize', { embeddings: [['1']] }, 400, 26],
      ['/faces/11111111-1111-4111-8111-111111111111/verify', { embeddings: [ANN] }, 404, 44],
      ['/faces/x/verify', { embeddings: [ANN] }, 400, 26],
    ])('%s is refused (case %#)', async (path, body, status, code) => {
      expect(verdict(await server.sendJson('POST', EMBEDDINGS + path, body))).toEqual([status, code]);
    });
  });

  describe('browsers', () => {
    const preflight = async (url: string): Promise<[number, string | null]> => {
      const response = await fetch(`${url}/api/v1/recognition/subjects`, { method: 'OPTIONS' });
      return [response.status, response.headers.get('access-control-allow-origin')];
    };

    it('may call only when the server is told so', async () => {
      expect(await preflight(server.server.url)).toEqual([400, null]);
      const open = await RunningServer.start({ forBrowsers: true });
      expect(await preflight(open.server.url)).toEqual([204, '*']);
      await open.remove();
    });
  });
});
