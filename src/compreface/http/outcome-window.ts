const WINDOW_MS = 10_000;
const MIN_CALLS = 20;

interface Entry {
  readonly atMs: number;
  readonly failed: boolean;
}

/** The calls of the last 10 s. */
export class OutcomeWindow {
  private entries: Entry[] = [];

  add(failed: boolean, nowMs: number): void {
    this.entries.push({ atMs: nowMs, failed });
    const firstKept = this.entries.findIndex(({ atMs }) => nowMs - atMs < WINDOW_MS);
    if (firstKept > 0) this.entries.splice(0, firstKept);
  }

  /** At least half of at least 20 calls. */
  get mostFailed(): boolean {
    const failed = this.entries.filter((entry) => entry.failed).length;
    return this.entries.length >= MIN_CALLS && failed * 2 >= this.entries.length;
  }

  clear(): void {
    this.entries = [];
  }
}
