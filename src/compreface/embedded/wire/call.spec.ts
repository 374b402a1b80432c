import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import express from 'express';
import { type Call, Calls, type Route, untilAborted } from './call.js';

describe('a call', () => {
  let server: Server;
  let client: Socket;
  afterEach(async () => {
    client.destroy();
    server.close();
    await once(server, 'close');
  });

  /** Serves the route and sends one request, whose answer nobody reads. */
  async function ask(calls: Calls, route: Route): Promise<void> {
    server = createServer(express().get('/', calls.handler(route))).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const asked = once(server, 'request');
    client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    client.pause().write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await asked;
  }

  it('ends with its deadline when the client does not read the answer', async () => {
    const calls = new Calls(100);
    await ask(calls, () => ({ status: 200, body: Buffer.alloc(64 * 1024 * 1024) }));
    await calls.settled();
    expect(server.listening).toBe(true);
  });

  it('keeps what it holds until the answer has left', async () => {
    const calls = new Calls(60_000);
    let released = false;
    await ask(calls, (call: Call) => {
      call.onEnd(() => (released = true));
      return { status: 200, body: Buffer.alloc(64 * 1024 * 1024) };
    });
    await Promise.resolve();
    expect(released).toBe(false);
    client.resume();
    await calls.settled();
    expect(released).toBe(true);
  });

  it('is told when its client has gone', async () => {
    const calls = new Calls(60_000);
    let reason: unknown;
    await ask(calls, async ({ signal }: Call) => {
      const never = new Promise<never>(() => undefined);
      return untilAborted(never, signal).catch((error: unknown) => {
        reason = error;
        throw error;
      });
    });
    client.destroy();
    await calls.settled();
    expect(reason).toMatchObject({ name: 'ClientGoneError' });
  });
});
