/** First in, first out for each key, and the keys take turns: a caller with thousands of entries waits no less than one with three. */
export class FairQueue<T> {
  private readonly queues = new Map<string, Set<T>>();

  get size(): number {
    let size = 0;
    for (const queue of this.queues.values()) size += queue.size;
    return size;
  }

  push(key: string, entry: T): void {
    const queue = this.queues.get(key);
    if (queue) queue.add(entry);
    else this.queues.set(key, new Set([entry]));
  }

  /** The next entry: of the key that has the least, and of several such of the one whose turn it is. */
  shift(has: (key: string) => number = () => 0): T | undefined {
    let next: string | undefined;
    for (const key of this.queues.keys()) if (next === undefined || has(key) < has(next)) next = key;
    return next === undefined ? undefined : this.shiftOf(next);
  }

  remove(key: string, entry: T): void {
    const queue = this.queues.get(key);
    queue?.delete(entry);
    if (queue?.size === 0) this.queues.delete(key);
  }

  private shiftOf(key: string): T | undefined {
    const queue = this.queues.get(key) ?? new Set();
    this.queues.delete(key);
    for (const entry of queue) {
      queue.delete(entry);
      // Behind the other keys: it is their turn.
      if (queue.size > 0) this.queues.set(key, queue);
      return entry;
    }
    return undefined;
  }
}
