import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Direction, NetworkMode } from './network-mode.js';

interface Network {
  readonly mode: NetworkMode;
  modeChange(): Promise<void>;
}

/** A piece at limited bandwidth is what passes in so many ms. */
const PIECE_MS = 20;

/** One connection through the fault proxy: the client's socket, the server's, and what is carried between them. */
export class ProxiedConnection {
  private upstream: Socket | null = null;
  /** Bytes carried since the mode last changed. */
  private carried = { request: 0, response: 0 };
  /** Once true, the client talks to nobody for good. */
  private abandoned = false;

  constructor(
    private readonly client: Socket,
    private readonly network: Network,
    private readonly target: { readonly host: string; readonly port: number },
  ) {}

  /** Connects to the server, when the network lets it, and carries bytes until both sides are done. */
  open(): void {
    this.client.on('error', ignore);
    void this.connectUpstream();
  }

  /** Resets both ends at once. */
  reset(): void {
    this.client.resetAndDestroy();
    this.upstream?.resetAndDestroy();
  }

  onModeChange(mode: NetworkMode): void {
    this.carried = { request: 0, response: 0 };
    if (mode.kind !== 'half-open') return;
    this.abandoned = true;
    this.upstream?.resetAndDestroy();
  }

  private async connectUpstream(): Promise<void> {
    await this.passable();
    if (this.client.destroyed || this.abandoned) return;
    const upstream = connect({ ...this.target, allowHalfOpen: true });
    this.upstream = upstream;
    upstream.on('error', ignore);
    void this.carry('request', this.client, upstream);
    void this.carry('response', upstream, this.client);
  }

  private async carry(direction: Direction, from: Socket, to: Socket): Promise<void> {
    let torn = false;
    try {
      for await (const chunk of from as AsyncIterable<Buffer>) await this.pass(direction, chunk, to);
    } catch {
      torn = true;
    }
    // The end of a connection is a packet too: a black hole keeps it back.
    await this.passable();
    if (this.abandoned) return;
    if (torn) to.resetAndDestroy();
    else to.end();
  }

  private async pass(direction: Direction, chunk: Buffer, to: Socket): Promise<void> {
    await this.passable();
    const { mode } = this.network;
    if (mode.kind === 'latency') await sleep(mode.ms);
    if (mode.kind === 'bandwidth') await this.passInPieces(chunk, to, mode.bytesPerSecond);
    else if (mode.kind === 'reset' && mode.direction === direction) await this.passUntilReset(mode, chunk, to);
    else await this.write(chunk, to);
  }

  private async passInPieces(chunk: Buffer, to: Socket, bytesPerSecond: number): Promise<void> {
    const size = Math.max(1, Math.floor((bytesPerSecond * PIECE_MS) / 1000));
    for (let start = 0; start < chunk.length; start += size) {
      const piece = chunk.subarray(start, start + size);
      await sleep((piece.length / bytesPerSecond) * 1000);
      await this.write(piece, to);
    }
  }

  private async passUntilReset(
    { direction, bytes }: { direction: Direction; bytes: number },
    chunk: Buffer,
    to: Socket,
  ): Promise<void> {
    const left = bytes - this.carried[direction];
    this.carried[direction] += chunk.length;
    await this.write(chunk.subarray(0, left), to);
    if (chunk.length >= left) this.reset();
  }

  private async write(bytes: Buffer, to: Socket): Promise<void> {
    if (this.abandoned || to.destroyed || bytes.length === 0) return;
    if (!to.write(bytes)) await Promise.race([once(to, 'drain'), once(to, 'close')]);
  }

  private async passable(): Promise<void> {
    while (this.network.mode.kind === 'blackhole') await this.network.modeChange();
  }
}

/** A broken socket also ends its loop of `carry`, which deals with it. */
function ignore(): void {
  return undefined;
}
