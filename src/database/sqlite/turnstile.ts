import { AsyncLocalStorage } from 'node:async_hooks';

/** Lets callers through one at a time, first come, first served. */
export class Turnstile {
  private tail: Promise<void> = Promise.resolve();
  private readonly holder = new AsyncLocalStorage<true>();

  /**
   * Waits for the turn and resolves with the function that gives it up.
   * Throws at once when the caller already holds the turn further out: it would wait for itself for ever.
   */
  async enter(): Promise<() => void> {
    if (this.holder.getStore()) {
      throw new Error(
        'The one SQLite connection is held by the transaction around this call: use the EntityManager the transaction gave you',
      );
    }
    const previous = this.tail;
    let leave!: () => void;
    this.tail = new Promise((resolve) => {
      leave = resolve;
    });
    await previous;
    return leave;
  }

  /** Marks all that `work` calls as running inside the turn, so that a second `enter` is an error instead of a dead lock. */
  inside<T>(work: () => Promise<T>): Promise<T> {
    return this.holder.run(true, work);
  }
}
