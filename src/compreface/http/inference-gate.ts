import { AdaptiveLimit } from './adaptive-limit.js';
import { FairQueue } from './fair-queue.js';

/** The right to have one call under way. */
export interface Permit {
  /** Gives the right back; only the first call counts. `unjudged` for calls that say nothing about the server's speed. */
  release(result: 'done' | 'overloaded' | 'unjudged'): void;
}

interface Waiter {
  readonly admit: () => void;
}

/** Lets as many calls that cost inference through at once as the server bears, fairly over the callers. */
export class InferenceGate {
  private readonly waiters = new FairQueue<Waiter>();
  private readonly adaptive: AdaptiveLimit;
  private inFlight = 0;
  private readonly inFlightOf = new Map<string, number>();

  constructor(
    maxConcurrency: number,
    private readonly monotonicMs: () => number,
  ) {
    this.adaptive = new AdaptiveLimit(maxConcurrency);
  }

  get limit(): number {
    return this.adaptive.value;
  }

  /**
   * Waits for a turn; null when the signal aborts first. A free place goes to the key with the fewest calls under way, and among those the
   * keys take turns: a job of three faces has its three places before a job of 10,000 gets another one.
   */
  acquire(fairnessKey: string, signal?: AbortSignal): Promise<Permit | null> {
    if (signal?.aborted) return Promise.resolve(null);
    return new Promise((resolve) => {
      const onAbort = (): void => {
        this.waiters.remove(fairnessKey, waiter);
        resolve(null);
      };
      const waiter: Waiter = {
        admit: () => {
          signal?.removeEventListener('abort', onAbort);
          resolve(this.permit(fairnessKey));
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.waiters.push(fairnessKey, waiter);
      this.admitWaiters();
    });
  }

  /** After an outage: begins again with one call. */
  restart(): void {
    this.adaptive.restart(this.monotonicMs());
  }

  private permit(key: string): Permit {
    this.count(key, 1);
    const startedMs = this.monotonicMs();
    const inFlight = this.inFlight;
    let held = true;
    return {
      release: (result) => {
        if (!held) return;
        held = false;
        this.count(key, -1);
        if (result !== 'unjudged') {
          const endedMs = this.monotonicMs();
          this.adaptive.record({ startedMs, endedMs, inFlight, overloaded: result === 'overloaded' });
        }
        this.admitWaiters();
      },
    };
  }

  private count(key: string, change: 1 | -1): void {
    this.inFlight += change;
    const left = (this.inFlightOf.get(key) ?? 0) + change;
    if (left > 0) this.inFlightOf.set(key, left);
    else this.inFlightOf.delete(key);
  }

  private admitWaiters(): void {
    while (this.inFlight < this.adaptive.value) {
      const waiter = this.waiters.shift((key) => this.inFlightOf.get(key) ?? 0);
      if (waiter === undefined) return;
      waiter.admit();
    }
  }
}
