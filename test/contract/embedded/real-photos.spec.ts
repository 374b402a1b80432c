import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { weightsFolder } from '../../../src/compreface/embedded/models/networks/weights.js';
import { startAnalyserProcess } from '../../../src/compreface/embedded/models/pool/start-process.js';
import { WorkerFaceAnalyser } from '../../../src/compreface/embedded/models/worker-face-analyser.js';
import { RunningServer, verdict } from './running-server.js';

const UPLOAD = '/recognition/faces?subject=Ann';
const GROUP = readFileSync(join(weightsFolder(), '../demo/sample1.jpg'));

const face = (): Sharp => sharp(GROUP).extract({ left: 1394, top: 103, width: 362, height: 427 });

/** What is looked at of an answered face. */
interface Face {
  readonly box: Record<string, number>;
  readonly landmarks: readonly (readonly [number, number])[];
  readonly pose: Record<string, number>;
  readonly age: { readonly low: number; readonly high: number };
  readonly gender: unknown;
  readonly embedding: readonly number[];
  readonly execution_time: Record<string, number>;
}

/** A PNG with a true header and grey rows of that many pixels, as many as `rows` says. */
function png(width: number, height: number, rows: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.writeUInt8(1, 8);
  const pixels = deflateSync(Buffer.alloc((Math.ceil(width / 8) + 1) * rows));
  const chunks = [chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), ...chunks]);
}

function chunk(type: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type), content]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  checksum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, checksum]);
}

async function animated(): Promise<Buffer> {
  const first = await face().png().toBuffer();
  const second = await sharp(first).negate().png().toBuffer();
  return sharp([first, second], { join: { animated: true } })
    .gif()
    .toBuffer();
}

/** Peak of the resident memory in MB (Linux only; else NaN). */
function peakMegabytes(pid: number): number {
  if (process.platform !== 'linux') return NaN;
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

describe('the embedded engine with its models', () => {
  let server: RunningServer;
  let analyser: WorkerFaceAnalyser;
  const models: number[] = [];
  beforeAll(async () => {
    const startProcess = () => {
      const started = startAnalyserProcess();
      models.push(started.pid ?? 0);
      return started;
    };
    analyser = new WorkerFaceAnalyser({ workers: 1, startProcess });
    server = await RunningServer.start({ analyser });
    await server.upload('Ann', await face().jpeg().toBuffer());
  }, 30_000);
  afterAll(async () => {
    await server.remove();
    await analyser.close();
  });

  const base64 = (bytes: Buffer) => server.sendJson('POST', UPLOAD, { file: bytes.toString('base64') });

  describe.each<[string, () => Buffer | Promise<Buffer>]>([
    ['a file of 0 bytes', () => Buffer.alloc(0)],
    ['random bytes behind the first ones of a JPEG', () => Buffer.from(`ffd8ffe0${'5a17c3'.repeat(3_000)}`, 'hex')],
    ['a JPEG cut off in the middle', () => GROUP.subarray(0, GROUP.length / 2)],
    ['a PNG that claims 50,000 by 50,000 pixels', () => png(50_000, 50_000, 10)],
    ['a PNG of 900 megapixels that are there, in 110 kB', () => png(30_000, 30_000, 30_000)],
    ['a PNG that claims the most pixels there are', () => png(0x7fffffff, 0x7fffffff, 0)],
    ['a PNG of which the rows are missing', () => png(6_000, 6_000, 10)],
    ['a photo of 67 megapixels without a face', () => png(8_192, 8_192, 8_192)],
    ['an SVG', () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')],
    ['an AVIF', () => face().avif().toBuffer()],
  ])('%s', (_, make) => {
    it('is 400 with code 28 in a form and in base64, and leaves the process that looked at it alive', async () => {
      const bytes = await make();
      expect(verdict(await server.sendForm(UPLOAD, { file: bytes }))).toEqual([400, 28]);
      expect(verdict(await server.sendForm('/recognition/recognize', { file: bytes }))).toEqual([400, 28]);
      if (bytes.length > 0) expect(verdict(await base64(bytes))).toEqual([400, 28]);
      expect(models).toHaveLength(1);
    }, 30_000);
  });

  it.each<[string, string, () => Promise<Buffer>]>([
    ['a PNG that is named JPEG', 'a.jpg', () => face().png().toBuffer()],
    ['a JPEG that is named GIF', 'a.gif', () => face().jpeg().toBuffer()],
    ['a JPEG that is named as what is not decoded', 'a.bmp', () => face().jpeg().toBuffer()],
    ['an animated GIF, by its first picture', 'a.gif', animated],
    ['a PNG of 16 bits', 'a.png', () => face().toColourspace('rgb16').png().toBuffer()],
    ['a CMYK JPEG', 'a.jpg', () => face().toColourspace('cmyk').jpeg().toBuffer()],
    ['a PNG with an alpha channel', 'a.png', () => face().ensureAlpha(0.8).png().toBuffer()],
    ['a WebP with an alpha channel', 'a.webp', () => face().ensureAlpha(0.8).webp().toBuffer()],
    ['a TIFF', 'a.tiff', () => face().tiff().toBuffer()],
  ])('recognises %s', async (_, name, make) => {
    const reply = await server.sendForm('/recognition/recognize', { file: await make() }, name);
    expect(reply).toMatchObject({ status: 200, json: { result: [{ subjects: [{ subject: 'Ann' }] }] } });
    const [{ subjects }] = reply.json['result'] as [{ subjects: { similarity: number }[] }];
    expect(subjects[0]!.similarity).toBeGreaterThan(0.9);
  });

  it('refuses a photo by the extension of its name, whatever it holds', async () => {
    const photo = await face().jpeg().toBuffer();
    for (const name of ['a.svg', 'a.pdf', 'a.exe', 'a'])
      expect(verdict(await server.sendForm(UPLOAD, { file: photo }, name))).toEqual([400, 21]);
  });

  it('answers the plugins that it has, for every face, and never the mask', async () => {
    const query = '?face_plugins=landmarks,pose,age,gender,calculator,mask&status=true';
    const { json } = await server.sendForm(`/recognition/recognize${query}`, { file: GROUP });
    const result = json['result'] as Face[];
    expect(result).toHaveLength(3);
    for (const { box, landmarks, pose, age, gender, embedding, ...rest } of result) {
      expect(Object.keys(rest)).toEqual(['execution_time', 'subjects']);
      expect(Object.keys(rest.execution_time)).not.toContain('mask');
      expect(landmarks).toHaveLength(5);
      for (const [x, y] of landmarks) {
        expect(x).toBeGreaterThan(box['x_min']!);
        expect(x).toBeLessThan(box['x_max']!);
        expect(y).toBeGreaterThan(box['y_min']!);
        expect(y).toBeLessThan(box['y_max']!);
      }
      for (const angle of ['pitch', 'roll', 'yaw']) expect(Math.abs(pose[angle]!)).toBeLessThan(60);
      expect(age.low).toBeGreaterThan(0);
      expect(age.high).toBeGreaterThan(age.low);
      expect(age.high).toBeLessThan(100);
      expect(gender).toEqual({ value: 'female', probability: expect.any(Number) });
      expect(embedding).toHaveLength(128);
    }
    expect(Object.keys(json['plugins_versions'] as object).toSorted()).toEqual([
      'age',
      'calculator',
      'detector',
      'gender',
      'landmarks',
      'pose',
    ]);
  });

  it('refuses to take an image for a face', async () => {
    const reply = await server.sendForm('/recognition/recognize?detect_faces=false', { file: GROUP });
    expect(verdict(reply)).toEqual([400, 26]);
  });

  it('still has the one process with models, in bounded memory', () => {
    expect(models).toHaveLength(1);
    const peak = peakMegabytes(models[0]!);
    if (process.platform === 'linux') expect(peak).toBeLessThan(700);
    expect(server.faults).toEqual([]);
  });
});
