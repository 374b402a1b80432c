import { request } from 'node:http';
import { photoOf } from './scripted-analyser.js';
import { RunningServer } from './running-server.js';

const API = '/api/v1';
const BOUNDARY = '------------------------d74496d66958873e';
const JSON_TYPE = { 'Content-Type': 'application/json' };
// As in the documentation: -H "Content-Type: multipart/form-data", to which curl adds its boundary.
const FORM_TYPE = { 'Content-Type': `multipart/form-data; boundary=${BOUNDARY}` };

interface CurlAnswer {
  readonly status: number | undefined;
  readonly body: string;
}

/** The body that `curl -F "name=@name.jpg;type=image/jpeg"` sends, byte for byte. */
function curlForm(files: Record<string, Buffer>): Buffer {
  const parts = Object.entries(files).flatMap(([name, bytes]) => [
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"; filename="${name}.jpg"\r\n`,
    'Content-Type: image/jpeg\r\n\r\n',
    bytes,
    '\r\n',
  ]);
  return Buffer.concat([...parts, `--${BOUNDARY}--\r\n`].map((part) => Buffer.from(part)));
}

/** The requests of CompreFace's REST documentation, as curl writes them: path untouched, `Accept: *\/*`, waiting for 100. */
describe('the curl lines of the documentation', () => {
  let server: RunningServer;
  let imageId: string;
  beforeEach(async () => {
    server = await RunningServer.start();
    imageId = await server.upload('Ann', photoOf('ann'));
  });
  afterEach(() => server.remove());

  function curl(method: string, path: string, body?: string | Buffer, type = {}, key?: string): Promise<CurlAnswer> {
    const { url, apiKeys } = server.server;
    const { hostname, port } = new URL(url);
    const headers = {
      'User-Agent': 'curl/7.88.1',
      Accept: '*/*',
      'x-api-key': key ?? apiKeys.recognition,
      ...type,
      ...(body !== undefined && { 'Content-Length': Buffer.byteLength(body), Expect: '100-continue' }),
    };
    return new Promise((resolve, reject) => {
      const sent = request({ method, hostname, port, path: API + path, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          resolve({ status: response.statusCode, body: Buffer.concat(chunks).toString() });
        });
      });
      sent.on('error', reject);
      if (body === undefined) sent.end();
      else {
        sent.on('continue', () => sent.end(body));
        sent.flushHeaders();
      }
    });
  }

  const json = ({ body }: CurlAnswer): unknown => JSON.parse(body);
  const form = (path: string, files: Record<string, Buffer>, key?: string) =>
    curl('POST', path, curlForm(files), FORM_TYPE, key);

  it('manage subjects', async () => {
    const created = await curl('POST', '/recognition/subjects', '{"subject": "Bea"}', JSON_TYPE);
    expect([created.status, json(created)]).toEqual([201, { subject: 'Bea' }]);
    const renamed = await curl('PUT', '/recognition/subjects/Bea', '{"subject": "Cid"}', JSON_TYPE);
    expect(json(renamed)).toEqual({ updated: true });
    expect(json(await curl('GET', '/recognition/subjects/'))).toEqual({ subjects: ['Ann', 'Cid'] });
    expect(json(await curl('DELETE', '/recognition/subjects/Cid'))).toEqual({ subject: 'Cid' });
    expect(json(await curl('DELETE', '/recognition/subjects'))).toEqual({ deleted: 1 });
  });

  it.each(['/recognition/faces', '/recognition/faces/'])('add an example at %s', async (path) => {
    const answer = await form(`${path}?subject=Bea&det_prob_threshold=0.8`, { file: photoOf('bea') });
    expect([answer.status, json(answer)]).toEqual([201, { image_id: expect.any(String) as string, subject: 'Bea' }]);
  });

  it('add an example in base64', async () => {
    const body = JSON.stringify({ file: photoOf('bea').toString('base64') });
    expect((await curl('POST', '/recognition/faces?subject=Bea&det_prob_threshold=0.8', body, JSON_TYPE)).status).toBe(
      201,
    );
  });

  it('list, show and delete examples', async () => {
    const face = { image_id: imageId, subject: 'Ann' };
    expect(json(await curl('GET', '/recognition/faces/?page=0&size=10&subject=Ann'))).toEqual({
      faces: [face],
      total_pages: 1,
      total_elements: 1,
      page_number: 0,
      page_size: 10,
    });
    expect((await curl('GET', `/recognition/faces/${imageId}/img`)).body).toBe(photoOf('ann').toString());
    expect(json(await curl('POST', '/recognition/faces/delete', `["${imageId}"]`, JSON_TYPE))).toEqual([face]);
    expect((await curl('DELETE', `/recognition/faces/${imageId}`)).status).toBe(404);
    expect(json(await curl('DELETE', '/recognition/faces?subject=Ann'))).toEqual({ deleted: 0 });
  });

  it('show an example at its public address', async () => {
    const { recognition } = server.server.apiKeys;
    expect((await curl('GET', `/static/${recognition}/images/${imageId}`)).body).toBe(photoOf('ann').toString());
  });

  it.each(['recognize', 'faces/ID/verify'])('compare a photo with the collection at %s', async (route) => {
    const query =
      'limit=0&prediction_count=1&det_prob_threshold=0.8&face_plugins=landmarks,gender&status=true&detect_faces=true';
    const path = `/recognition/${route.replace('ID', imageId)}`;
    for (const slash of ['', '/']) {
      const answer = await form(`${path}${slash}?${query}`, { file: photoOf('ann') });
      expect([answer.status, json(answer)]).toEqual([
        200,
        expect.objectContaining({ plugins_versions: expect.anything() as unknown }),
      ]);
    }
  });

  it('detect faces, and compare two photos', async () => {
    const { detection, verification } = server.server.apiKeys;
    const query = '?limit=1&det_prob_threshold=0.8&face_plugins=landmarks&status=false';
    const detected = await form(`/detection/detect${query}`, { file: photoOf('ann') }, detection);
    const photos = { source_image: photoOf('ann'), target_image: photoOf('ann') };
    const verified = await form(`/verification/verify${query}`, photos, verification);
    expect([detected.status, verified.status]).toEqual([200, 200]);
    expect(json(verified)).toMatchObject({ result: [{ face_matches: [{ similarity: 0.99999 }] }] });
  });
});
