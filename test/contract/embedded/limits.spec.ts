import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { photoOf } from './scripted-analyser.js';
import { RunningServer, verdict } from './running-server.js';

const MIB = 1024 * 1024;
const UPLOAD = '/recognition/faces?subject=Ann';

/** A promise that is resolved from outside. */
function gate(): { opened: Promise<void>; open: () => void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

describe('limits of the embedded engine', () => {
  let server: RunningServer;
  beforeEach(async () => {
    server = await RunningServer.start();
  });
  afterEach(() => server.remove());

  async function restart(limits: { deadlineMs?: number; receiveMs?: number }): Promise<void> {
    await server.remove();
    server = await RunningServer.start(limits);
  }

  const photosOnDisk = (): string[] =>
    readdirSync(`${server.dataDir}/photos`, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => name);

  it('refuses a file above 5 MiB and takes one of exactly that size', async () => {
    const padded = (bytes: number): Buffer => Buffer.from(photoOf('ann').toString().padEnd(bytes));
    expect(verdict(await server.sendForm(UPLOAD, { file: padded(5 * MIB + 1) }))).toEqual([413, 0]);
    expect((await server.sendForm(UPLOAD, { file: padded(5 * MIB) })).status).toBe(201);
  });

  it('refuses a request above 10 MiB, with and without a declared length', async () => {
    const body = 'x'.repeat(11 * MIB);
    const headers = { 'content-type': 'application/json' };
    expect(verdict(await server.send('POST', '/recognition/recognize', { body, headers }))).toEqual([413, 0]);
    const stream = new Blob([body]).stream();
    const chunked = { body: stream, headers, duplex: 'half' } as RequestInit;
    expect(verdict(await server.send('POST', '/recognition/recognize', chunked))).toEqual([413, 0]);
  });

  it('answers 41 with a time-out when the analyser does not answer in time, and stores nothing after that', async () => {
    await restart({ deadlineMs: 300 });
    const { opened, open } = gate();
    server.analyser.before = () => opened;
    const reply = await server.sendForm(UPLOAD, { file: photoOf('ann') });
    expect(verdict(reply)).toEqual([500, 41]);
    expect(reply.json['message']).toContain('Read timed out');
    open();
    expect(await server.subjects()).toEqual([]);
    expect(photosOnDisk()).toEqual([]);
  });

  it('stores nothing for a client that has gone while its photo was looked at', async () => {
    const { opened, open } = gate();
    const started = gate();
    server.analyser.before = () => {
      started.open();
      return opened;
    };
    const abort = new AbortController();
    const upload = uploadWith(abort.signal);
    await started.opened;
    abort.abort();
    await expect(upload).rejects.toThrow();
    await server.subjects();
    open();
    await server.server.close();
    expect(photosOnDisk()).toEqual([]);
    expect(server.faults).toEqual([]);
  });

  it('never looks at the photo of a client that has gone while others were served', async () => {
    const { opened, open } = gate();
    server.analyser.before = () => opened;
    const abort = new AbortController();
    const uploads = Array.from({ length: 50 }, () => uploadWith(abort.signal).catch(() => 'gone'));
    while (server.analyser.calls === 0) await server.subjects();
    abort.abort();
    await Promise.all(uploads);
    await server.subjects();
    open();
    await server.server.close();
    expect(server.analyser.calls).toBeLessThan(50);
    expect(photosOnDisk()).toEqual([]);
  });

  it('leaves nothing of an upload that breaks off, and goes on serving', async () => {
    const socket = await halfUpload(server);
    socket.destroy();
    expect(await server.upload('Bea', photoOf('bea'))).toBeDefined();
    expect(photosOnDisk()).toHaveLength(1);
    expect(server.faults).toEqual([]);
  });

  it('hangs up on a client that does not finish its request', async () => {
    await restart({ receiveMs: 300 });
    const socket = await halfUpload(server);
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    await once(socket, 'close');
    expect(Buffer.concat(chunks).toString()).toContain('408 Request Timeout');
  });

  it('answers what is under way before it closes', async () => {
    const { opened, open } = gate();
    const started = gate();
    server.analyser.before = () => {
      started.open();
      return opened;
    };
    const upload = server.sendForm(UPLOAD, { file: photoOf('ann') });
    await started.opened;
    const closed = server.server.close();
    open();
    expect((await upload).status).toBe(201);
    await closed;
  });

  function uploadWith(signal: AbortSignal): Promise<unknown> {
    const form = new FormData();
    form.append('file', new Blob([new Uint8Array(photoOf('ann'))]), 'a.jpg');
    return server.send('POST', UPLOAD, { body: form, signal });
  }
});

/** Sends the headers and the first bytes of an upload, and waits until the server reads them. */
async function halfUpload({ server }: RunningServer): Promise<Socket> {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(
    `POST /api/v1${UPLOAD} HTTP/1.1\r\nHost: x\r\nx-api-key: ${server.apiKeys.recognition}\r\n` +
      'Content-Type: multipart/form-data; boundary=cut\r\nContent-Length: 1000000\r\nExpect: 100-continue\r\n\r\n' +
      '--cut\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\nxxxxxxxx',
  );
  await once(socket, 'data');
  return socket;
}
