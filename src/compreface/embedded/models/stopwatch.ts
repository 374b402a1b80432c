/** Adds up how long each named step took, in milliseconds. */
export class Stopwatch {
  private readonly totals: Record<string, number> = {};

  get millis(): Readonly<Record<string, number>> {
    return { ...this.totals };
  }

  async time<T>(step: string, work: () => Promise<T>): Promise<T> {
    const start = performance.now();
    try {
      return await work();
    } finally {
      this.totals[step] = (this.totals[step] ?? 0) + performance.now() - start;
    }
  }
}
