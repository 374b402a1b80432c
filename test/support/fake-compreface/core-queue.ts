/** How fast the fake core is; both may change while it works. */
export interface Pace {
  /** How many photos are worked on at once; 0 stands still. */
  readonly capacity: number;
  /** Time per photo in ms. */
  readonly latencyMs: number;
}

/** The workers of the core: at most `capacity` photos at a time, first come, first served, `latencyMs` each. */
export class CoreQueue {
  private readonly waiting: (() => void)[] = [];
  private busy = 0;
  peakBusy = 0;

  constructor(private pace: Pace) {}

  setPace(pace: Partial<Pace>): void {
    this.pace = { ...this.pace, ...pace };
    this.admit();
  }

  /** Waits for a free worker, then takes the longer of `latencyMs` and the work itself. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    await new Promise<void>((resolve) => {
      this.waiting.push(resolve);
      this.admit();
    });
    try {
      const [result] = await Promise.allSettled([work(), sleep(this.pace.latencyMs)]);
      if (result.status === 'rejected') throw result.reason;
      return result.value;
    } finally {
      this.busy--;
      this.admit();
    }
  }

  private admit(): void {
    while (this.busy < this.pace.capacity) {
      const next = this.waiting.shift();
      if (!next) return;
      this.busy++;
      this.peakBusy = Math.max(this.peakBusy, this.busy);
      next();
    }
  }
}

/** Resolves after `ms`; at once for 0. Does not keep the process alive. */
export function sleep(ms: number): Promise<void> {
  if (ms <= 0) return Promise.resolve();
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
