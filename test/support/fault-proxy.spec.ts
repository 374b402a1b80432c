import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { startFaultProxy, type FaultProxy } from './fault-proxy.js';

let server: Server;
let proxy: FaultProxy;
/** The server's ends of the connections, in order; the server answers each chunk with the same chunk. */
let served: Socket[];
const opened: Socket[] = [];

beforeEach(async () => {
  served = [];
  server = createServer((socket) => {
    served.push(socket);
    socket.on('error', () => undefined).pipe(socket);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  proxy = await startFaultProxy({ port: (server.address() as AddressInfo).port });
});

afterEach(async () => {
  for (const socket of opened.splice(0)) socket.destroy();
  await proxy.close();
  for (const socket of served) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

async function dial(): Promise<Socket> {
  const socket = connect(proxy.port, '127.0.0.1');
  opened.push(socket);
  await once(socket, 'connect');
  return socket.on('error', () => undefined);
}

async function echo(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  let received = '';
  while (received.length < text.length) received += String((await once(socket, 'data'))[0]);
  return received;
}

/** The code of the socket's error when it closes; null for a close in good order. */
function closed(socket: Socket): Promise<string | null> {
  return new Promise((resolve) => {
    let code: string | null = null;
    socket.once('error', (error: NodeJS.ErrnoException) => (code = error.code ?? 'unknown'));
    socket.once('close', () => {
      resolve(code);
    });
  });
}

/** What comes of the socket within a while; null for nothing at all. */
function signOfLife(socket: Socket): Promise<string | null> {
  return new Promise((resolve) => {
    for (const event of ['data', 'end', 'error', 'close']) {
      socket.once(event, () => {
        resolve(event);
      });
    }
    setTimeout(resolve, 60, null);
  });
}

describe('the fault proxy', () => {
  it('passes bytes and the end of the connection in both directions', async () => {
    const socket = await dial();
    expect(await echo(socket, 'hello')).toBe('hello');
    const ended = once(socket, 'end');
    socket.end();
    await ended;
  });

  it('passes a megabyte unharmed', async () => {
    const text = 'abcdefgh'.repeat(131072);
    expect((await echo(await dial(), text)) === text).toBe(true);
  });

  it('refuses: existing connections are reset, new ones refused, until it passes again on the same port', async () => {
    const socket = await dial();
    await echo(socket, 'x');
    const { port } = proxy;
    const reset = closed(socket);
    await proxy.setMode({ kind: 'refuse' });
    expect(await reset).toBe('ECONNRESET');
    await expect(dial()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await proxy.setMode({ kind: 'pass' });
    expect(proxy.port).toBe(port);
    expect(await echo(await dial(), 'again')).toBe('again');
  });

  it('is a black hole: silence on old and new connections, and late delivery when it ends', async () => {
    const old = await dial();
    await echo(old, 'x');
    await proxy.setMode({ kind: 'blackhole' });
    const young = await dial();
    old.write('late');
    young.write('news');
    expect(await signOfLife(old)).toBeNull();
    expect(await signOfLife(young)).toBeNull();
    expect(served).toHaveLength(1);
    const arrivals = Promise.all([once(old, 'data'), once(young, 'data')]);
    await proxy.setMode({ kind: 'pass' });
    expect((await arrivals).map(([chunk]) => String(chunk))).toEqual(['late', 'news']);
  });

  it('keeps from the server that a client left into a black hole', async () => {
    const socket = await dial();
    await echo(socket, 'x');
    await proxy.setMode({ kind: 'blackhole' });
    const told = closed(served[0]!);
    socket.destroy();
    expect(await signOfLife(served[0]!)).toBeNull();
    await proxy.setMode({ kind: 'pass' });
    await told;
  });

  it.each(['request', 'response'] as const)('resets after so many bytes of the %s', async (direction) => {
    const socket = await dial();
    await echo(socket, '12345');
    await proxy.setMode({ kind: 'reset', direction, bytes: 10 });
    expect(await echo(socket, '123456789')).toBe('123456789');
    const ends = Promise.all([closed(socket), closed(served[0]!)]);
    socket.write('0');
    // A reset right behind data may be read as a plain end: what counts is that both ends are gone.
    await ends;
    expect([socket.destroyed, served[0]!.destroyed]).toEqual([true, true]);
  });

  it('adds latency in each direction', async () => {
    const socket = await dial();
    await echo(socket, 'x');
    await proxy.setMode({ kind: 'latency', ms: 30 });
    const start = performance.now();
    await echo(socket, 'y');
    expect(performance.now() - start).toBeGreaterThanOrEqual(58);
  });

  it('limits the bandwidth', async () => {
    const socket = await dial();
    await proxy.setMode({ kind: 'bandwidth', bytesPerSecond: 20_000 });
    const start = performance.now();
    await echo(socket, 'x'.repeat(2000));
    expect(performance.now() - start).toBeGreaterThanOrEqual(95);
  });

  it('leaves existing connections half open for good, and passes new ones', async () => {
    const old = await dial();
    await echo(old, 'x');
    const lost = closed(served[0]!);
    await proxy.setMode({ kind: 'half-open' });
    await lost;
    old.write('anybody there?');
    expect(await signOfLife(old)).toBeNull();
    expect(await echo(await dial(), 'new')).toBe('new');
    await proxy.setMode({ kind: 'pass' });
    expect(await signOfLife(old)).toBeNull();
  });

  it('resets the client when the server is not there', async () => {
    await new Promise((resolve) => server.close(resolve));
    const socket = connect(proxy.port, '127.0.0.1');
    opened.push(socket);
    expect(await closed(socket)).toBe('ECONNRESET');
  });

  it('counts the open connections', async () => {
    const socket = await dial();
    await echo(socket, 'x');
    expect(proxy.openConnections).toBe(1);
    const gone = closed(served[0]!);
    socket.destroy();
    await gone;
    expect(proxy.openConnections).toBe(0);
  });
});
