import { Agent as HttpAgent, type AgentOptions } from 'node:http';
import { Agent as HttpsAgent, type AgentOptions as HttpsAgentOptions } from 'node:https';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

// Below the idle limits of nginx (75 s) and Tomcat (20 s), so that we seldom write into a connection that is being closed.
const IDLE_SOCKET_MS = 4_000;

/** What every error that a connection raises before it is usable is remembered in: nothing can have been sent then. */
export type ConnectFailures = WeakSet<object>;

/** The connection was not usable in time. */
export class ConnectTimeoutError extends Error {
  readonly code = 'ECONNECTTIMEOUT';
}

/** The pair of keep-alive agents of one client; `failures` tells errors while connecting from later ones. */
export interface AgentPair {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
  readonly failures: ConnectFailures;
}

/** Agents that give up on a connection (TLS handshake included) after `connectTimeoutMs`; neither Node nor axios can. */
export function patientAgents(connectTimeoutMs: number, maxSockets: number): AgentPair {
  const failures: ConnectFailures = new WeakSet();
  const limits = { keepAlive: true, timeout: IDLE_SOCKET_MS, maxSockets, maxFreeSockets: maxSockets };
  const watch = (socket: Duplex | null | undefined, readyEvent: string): void => {
    if (socket instanceof Socket) watchConnect(socket, readyEvent, connectTimeoutMs, failures);
  };
  return { http: new WatchedHttpAgent(limits, watch), https: new WatchedHttpsAgent(limits, watch), failures };
}

type Watch = (socket: Duplex | null | undefined, readyEvent: string) => void;

class WatchedHttpAgent extends HttpAgent {
  constructor(
    options: AgentOptions,
    private readonly watch: Watch,
  ) {
    super(options);
  }

  override createConnection(
    ...args: Parameters<HttpAgent['createConnection']>
  ): ReturnType<HttpAgent['createConnection']> {
    const socket = super.createConnection(...args);
    this.watch(socket, 'connect');
    return socket;
  }
}

class WatchedHttpsAgent extends HttpsAgent {
  constructor(
    options: HttpsAgentOptions,
    private readonly watch: Watch,
  ) {
    super(options);
  }

  override createConnection(
    ...args: Parameters<HttpsAgent['createConnection']>
  ): ReturnType<HttpsAgent['createConnection']> {
    const socket = super.createConnection(...args);
    this.watch(socket, 'secureConnect');
    return socket;
  }
}

function watchConnect(socket: Socket, readyEvent: string, timeoutMs: number, failures: ConnectFailures): void {
  const onError = (error: Error): void => void failures.add(error);
  const timer = setTimeout(() => socket.destroy(new ConnectTimeoutError('No connection in time')), timeoutMs);
  socket.once('error', onError);
  socket.once('close', () => {
    clearTimeout(timer);
  });
  socket.once(readyEvent, () => {
    clearTimeout(timer);
    socket.off('error', onError);
  });
}
