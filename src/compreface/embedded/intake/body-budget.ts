import { untilAborted } from '../wire/call.js';

interface Waiting {
  readonly bytes: number;
  readonly admit: () => void;
}

/** Bounds the memory that request bodies take together: who does not fit waits, in the order of arrival, unread. */
export class BodyBudget {
  private taken = 0;
  private readonly queue: Waiting[] = [];

  constructor(private readonly totalBytes: number) {}

  /** Resolves with the function that gives the bytes back. Rejects with the signal's reason when aborted before. */
  async reserve(bytes: number, signal: AbortSignal): Promise<() => void> {
    const wanted = Math.min(bytes, this.totalBytes);
    let waiting: Waiting | undefined;
    const admitted = new Promise<void>((admit) => {
      waiting = { bytes: wanted, admit };
      this.queue.push(waiting);
    });
    this.admitNext();
    try {
      await untilAborted(admitted, signal);
    } catch (error) {
      this.leave(waiting as Waiting);
      throw error;
    }
    return () => {
      this.giveBack(wanted);
    };
  }

  private admitNext(): void {
    for (let next = this.queue[0]; next && this.taken + next.bytes <= this.totalBytes; next = this.queue[0]) {
      this.queue.shift();
      this.taken += next.bytes;
      next.admit();
    }
  }

  private leave(waiting: Waiting): void {
    const place = this.queue.indexOf(waiting);
    if (place < 0) {
      this.giveBack(waiting.bytes);
      return;
    }
    this.queue.splice(place, 1);
    this.admitNext();
  }

  private giveBack(bytes: number): void {
    this.taken -= bytes;
    this.admitNext();
  }
}
