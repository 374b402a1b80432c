import { setImmediate as nextTurn } from 'node:timers/promises';

/** So long may a calculation keep the event loop before it lets others in: their answers wait for it. */
const SLICE_MS = 10;

/** Cuts a long calculation into slices, between which the process answers others. */
export class Slices {
  private startedAtMs = performance.now();

  /** `checkHeld` is called between slices and throws when the work is to stop. */
  constructor(private readonly checkHeld: () => void) {}

  /** Whether the slice is used up: await `next` then. Cheap enough to ask once for each row of a table. */
  get isOver(): boolean {
    return performance.now() - this.startedAtMs > SLICE_MS;
  }

  async next(): Promise<void> {
    await nextTurn();
    this.checkHeld();
    this.startedAtMs = performance.now();
  }
}
