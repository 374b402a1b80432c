import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FakeCompreFace } from './fake-compreface.js';

/** What can be asked of a fake in another process: `POST /__control/<name>` with the arguments as a JSON array. */
export const controlNames = [
  'store',
  'requests',
  'script',
  'clearScript',
  'setPace',
  'setCalculator',
  'addForeignExample',
  'settled',
  'clearRequests',
  'reset',
] as const satisfies readonly (keyof FakeCompreFace)[];

export type ControlName = (typeof controlNames)[number];

/** Serves the control of a fake on a port of its own, which no scripted fault and no proxy touches. Returns its URL. */
export async function serveControl(fake: FakeCompreFace): Promise<string> {
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      void answer(fake, request.url ?? '', Buffer.concat(chunks).toString('utf8')).then(
        (result) => response.end(JSON.stringify(result ?? null)),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/__control`;
}

async function answer(fake: FakeCompreFace, url: string, body: string): Promise<unknown> {
  const name = controlNames.find((one) => url === `/__control/${one}`);
  if (!name) throw new Error(`no control ${url}`);
  const call = fake[name].bind(fake) as (...parameters: readonly unknown[]) => Promise<unknown>;
  return call(...(JSON.parse(body) as unknown[]));
}
