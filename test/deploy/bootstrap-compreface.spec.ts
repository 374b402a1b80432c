import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { API_KEY, StubCompreFaceAdmin } from './stub-compreface-admin.js';

const SCRIPT = path.join(__dirname, '../../deploy/bootstrap-compreface.mjs');
const EMAIL = 'owner@example.org';
const PASSWORD = 'correct horse battery';

let compreface: StubCompreFaceAdmin;
let folder: string;
let keyFile: string;

beforeEach(async () => {
  compreface = new StubCompreFaceAdmin();
  await compreface.listen();
  folder = await mkdtemp(path.join(tmpdir(), 'bootstrap-'));
  keyFile = path.join(folder, 'api-key');
});

afterEach(async () => {
  await compreface.close();
  await rm(folder, { recursive: true });
});

/** Runs the script to its end. The key and the password must not be in what it prints, whatever happens. */
async function bootstrap(environment: Record<string, string> = {}): Promise<{ code: number; output: string }> {
  const child = spawn(process.execPath, [SCRIPT], {
    env: {
      COMPREFACE_URL: `${compreface.url}/`,
      COMPREFACE_ADMIN_EMAIL: EMAIL,
      COMPREFACE_ADMIN_PASSWORD: PASSWORD,
      COMPREFACE_API_KEY_FILE: keyFile,
      COMPREFACE_BOOTSTRAP_RETRY_MS: '10',
      COMPREFACE_BOOTSTRAP_LIMIT_SECONDS: '10',
      ...environment,
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  expect(output).not.toContain(API_KEY);
  expect(output).not.toContain(PASSWORD);
  return { code, output };
}

const storedKey = async (): Promise<string> => (await readFile(keyFile, 'utf8')).trim();
const countOf = (route: string): number => compreface.state.requests.filter((request) => request === route).length;

describe('the CompreFace bootstrap', () => {
  it('makes account, application and recognition service in a fresh CompreFace and stores the key for its own user only', async () => {
    expect(await bootstrap()).toMatchObject({ code: 0, output: expect.stringContaining('in place') as string });
    expect(await storedKey()).toBe(API_KEY);
    expect((await stat(keyFile)).mode & 0o777).toBe(0o600);
    expect(compreface.state).toMatchObject({
      applications: [{ name: 'training-manager' }],
      services: [{ name: 'training-manager', type: 'RECOGNITION' }],
    });
  });

  it('registers and logs in with the e-mail address in lower case', async () => {
    expect((await bootstrap({ COMPREFACE_ADMIN_EMAIL: 'Owner@Example.ORG' })).code).toBe(0);
    expect([...compreface.state.accounts.keys()]).toEqual([EMAIL]);
  });

  it('takes the names that it is given', async () => {
    expect((await bootstrap({ COMPREFACE_APPLICATION: 'doors', COMPREFACE_SERVICE: 'front door' })).code).toBe(0);
    expect(compreface.state).toMatchObject({ applications: [{ name: 'doors' }], services: [{ name: 'front door' }] });
  });

  it('goes on with an account that is registered already', async () => {
    compreface.state.accounts.set(EMAIL, PASSWORD);
    expect((await bootstrap()).code).toBe(0);
    expect(await storedKey()).toBe(API_KEY);
  });

  it('uses application and service again that are there by name', async () => {
    compreface.state.accounts.set(EMAIL, PASSWORD);
    compreface.state.applications.push({ id: 'other', name: 'Demo app' }, { id: 'mine', name: 'training-manager' });
    compreface.state.services.push(
      { id: 'd', name: 'training-manager', type: 'DETECTION', apiKey: '00000000-0000-0000-0000-000000000003' },
      { id: 'r', name: 'training-manager', type: 'RECOGNITION', apiKey: API_KEY },
    );
    expect((await bootstrap()).code).toBe(0);
    expect(await storedKey()).toBe(API_KEY);
    expect(compreface.state.requests.filter((route) => /^POST \/admin\/app/.test(route))).toEqual([]);
  });

  it('asks for no login when the stored key still works', async () => {
    await bootstrap();
    compreface.state.requests.length = 0;
    expect((await bootstrap({ COMPREFACE_ADMIN_PASSWORD: 'forgotten' })).code).toBe(0);
    expect(compreface.state.requests).toEqual(['GET /admin/status', 'GET /api/v1/recognition/subjects']);
  });

  it('replaces a stored key that works no more', async () => {
    await writeFile(keyFile, '11111111-1111-4111-8111-111111111111\n');
    expect((await bootstrap()).code).toBe(0);
    expect(await storedKey()).toBe(API_KEY);
  });

  it('waits while CompreFace starts, and says each reason once', async () => {
    Object.assign(compreface.state, { badGateways: 2, notReady: 3, apiBadGateways: 2 });
    const { code, output } = await bootstrap();
    expect(code).toBe(0);
    expect(output.match(/not ready yet/g)).toHaveLength(1);
    expect(countOf('GET /admin/status')).toBeGreaterThanOrEqual(6);
  });

  it('makes nothing twice when it has to start over', async () => {
    compreface.state.apiBadGateways = 3;
    expect((await bootstrap()).code).toBe(0);
    expect([compreface.state.applications.length, compreface.state.services.length]).toEqual([1, 1]);
  });

  it('gives up when CompreFace never gets ready, and leaves no key', async () => {
    compreface.state.notReady = Infinity;
    const { code, output } = await bootstrap({ COMPREFACE_BOOTSTRAP_LIMIT_SECONDS: '0.3' });
    expect(code).toBe(1);
    expect(output).toContain('Gave up after 0.3 s: CompreFace is not ready yet');
    await expect(stat(keyFile)).rejects.toThrow('ENOENT');
  });

  it('gives up when nobody listens', async () => {
    const { code, output } = await bootstrap({
      COMPREFACE_URL: 'http://127.0.0.1:9',
      COMPREFACE_BOOTSTRAP_LIMIT_SECONDS: '0.3',
    });
    expect(code).toBe(1);
    expect(output).toContain('CompreFace cannot be reached');
  });

  it('stops at once when the password is wrong', async () => {
    compreface.state.accounts.set(EMAIL, 'another one');
    const { code, output } = await bootstrap();
    expect(code).toBe(1);
    expect(output).toContain('COMPREFACE_ADMIN_PASSWORD');
    expect(countOf('POST /admin/oauth/token')).toBe(1);
  });

  it('stops at once when the account may not create applications', async () => {
    compreface.state.accounts.set('first@example.org', 'x');
    const { code, output } = await bootstrap();
    expect(code).toBe(1);
    expect(output).toContain('only the first account of an installation may');
    expect(countOf('POST /admin/app')).toBe(1);
  });

  it('stops at once when CompreFace wants the address confirmed', async () => {
    compreface.state.confirmsMail = true;
    const { code, output } = await bootstrap();
    expect(code).toBe(1);
    expect(output).toContain('ENABLE_EMAIL_SERVER=false');
  });

  it('names every setting that is missing', async () => {
    const { code, output } = await bootstrap({ COMPREFACE_URL: '', COMPREFACE_ADMIN_PASSWORD: ' ' });
    expect(code).toBe(1);
    expect(output).toBe('Set COMPREFACE_URL, COMPREFACE_ADMIN_PASSWORD\n');
  });

  it('says so when the key file cannot be written', async () => {
    const { code, output } = await bootstrap({
      COMPREFACE_API_KEY_FILE: path.join(folder, 'no', 'such', 'folder'),
      COMPREFACE_BOOTSTRAP_LIMIT_SECONDS: '0.3',
    });
    expect(code).toBe(1);
    expect(output).toContain('the key file cannot be written (ENOENT)');
    expect(output).not.toContain(folder);
  });
});
