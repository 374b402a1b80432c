import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Request } from 'express';
import { UploadStorage } from './upload-storage.js';

let folder: string;
let storage: UploadStorage;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'upload-storage-'));
  storage = new UploadStorage({ fileBytes: 10, requestBytes: 25 }, folder);
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const store = (request: Request, chunks: readonly string[]): Promise<Partial<Express.Multer.File>> =>
  new Promise((resolve, reject) => {
    const stream = Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
    storage._handleFile(request, { stream } as Express.Multer.File, (error, written) => {
      if (written) resolve(written);
      else reject(error instanceof Error ? error : new Error('nothing written'));
    });
  });
const aRequest = (): Request => ({}) as Request;

describe('the storage of uploads', () => {
  it('writes a file under a name of its own and says how long it is', async () => {
    const { path, size } = await store(aRequest(), ['abc', 'def']);
    expect(size).toBe(6);
    expect(readFileSync(path!, 'utf8')).toBe('abcdef');
  });

  it('keeps one byte more than allowed of a file that is too large, and counts the rest', async () => {
    const { path, size } = await store(aRequest(), ['abcdefgh', 'ijklmnop', 'qrst']);
    expect(size).toBe(20);
    expect(readFileSync(path!, 'utf8')).toBe('abcdefghijk');
  });

  it('refuses a request whose files are too large together, and leaves nothing of the file at which that is seen', async () => {
    const request = aRequest();
    const first = await store(request, ['0123456789']);
    await store(request, ['0123456789']);
    await expect(store(request, ['012345', '6789'])).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
    expect(readdirSync(folder)).toHaveLength(2);
    expect(readFileSync(first.path!, 'utf8')).toBe('0123456789');
  });

  it('counts each request by itself', async () => {
    const sizes = [];
    for (let i = 0; i < 5; i += 1) sizes.push((await store(aRequest(), ['0123456789'])).size);
    expect(sizes).toEqual([10, 10, 10, 10, 10]);
  });

  it('leaves nothing of a file that is cut off', async () => {
    const stream = new Readable({ read: () => undefined });
    stream.push(Buffer.from('abc'));
    const ended = new Promise((resolve) => {
      storage._handleFile(aRequest(), { stream } as Express.Multer.File, resolve);
    });
    stream.destroy(new Error('Request aborted'));
    expect(await ended).toMatchObject({ message: 'Request aborted' });
    expect(readdirSync(folder)).toEqual([]);
  });
});
