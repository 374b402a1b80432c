import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import type { NetworkMode } from './network-mode.js';
import { ProxiedConnection } from './proxied-connection.js';

export interface ProxyTarget {
  readonly host?: string;
  readonly port: number;
}

/** Starts a proxy on a free port of 127.0.0.1 that passes everything on to the target. */
export async function startFaultProxy(target: ProxyTarget): Promise<FaultProxy> {
  const proxy = new FaultProxy(target);
  await proxy.listen();
  return proxy;
}

/** A TCP proxy whose network can be spoilt at run time; goes before a database as well as before CompreFace. */
export class FaultProxy {
  /** Where clients connect to; stays the same through `refuse`. */
  port = 0;
  private current: NetworkMode = { kind: 'pass' };
  private server: Server | null = null;
  private readonly connections = new Set<ProxiedConnection>();
  private wake: (() => void)[] = [];

  constructor(private readonly target: ProxyTarget) {}

  get mode(): NetworkMode {
    return this.current;
  }

  /** How many connections clients have open through the proxy. */
  get openConnections(): number {
    return this.connections.size;
  }

  /** Changes the network for existing and new connections; resolves when it is so. */
  async setMode(mode: NetworkMode): Promise<void> {
    this.current = mode;
    for (const connection of this.connections) connection.onModeChange(mode);
    if (mode.kind === 'refuse') await this.stopListening();
    else if (!this.server) await this.listen();
    const sleepers = this.wake;
    this.wake = [];
    for (const wakeUp of sleepers) wakeUp();
  }

  /** Resolves at the next change of the mode. */
  modeChange(): Promise<void> {
    return new Promise((resolve) => this.wake.push(resolve));
  }

  async listen(): Promise<void> {
    this.server = createServer({ allowHalfOpen: true }, (client) => {
      const connection = new ProxiedConnection(client, this, { host: '127.0.0.1', ...this.target });
      this.connections.add(connection);
      client.once('close', () => this.connections.delete(connection));
      connection.open();
    });
    await once(this.server.listen(this.port, '127.0.0.1'), 'listening');
    this.port = (this.server.address() as AddressInfo).port;
  }

  /** Resets every connection and stops listening. */
  async close(): Promise<void> {
    await this.setMode({ kind: 'refuse' });
  }

  private async stopListening(): Promise<void> {
    const closing = this.server;
    this.server = null;
    for (const connection of this.connections) connection.reset();
    if (closing) await new Promise((resolve) => closing.close(resolve));
  }
}
