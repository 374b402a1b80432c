/** The k largest scores seen, with the number of the row each belongs to: a heap whose root is the smallest kept. */
export class Nearest {
  private readonly scores: number[] = [];
  private readonly rows: number[] = [];

  constructor(private readonly k: number) {}

  /** Score that a row has to beat to be kept. */
  get bar(): number {
    return this.rows.length < this.k ? -Infinity : (this.scores[0] ?? Infinity);
  }

  /** Only for a score above `bar`. */
  offer(score: number, row: number): void {
    if (this.rows.length < this.k) {
      this.rows.push(row);
      this.scores.push(score);
      this.rise(this.rows.length - 1);
    } else {
      this.rows[0] = row;
      this.scores[0] = score;
      this.sink(0);
    }
  }

  /** The rows kept, best first. */
  best(): number[] {
    const order = this.rows.map((row, i) => ({ row, score: this.scores[i] ?? 0 }));
    return order.sort((a, b) => b.score - a.score).map(({ row }) => row);
  }

  private rise(from: number): void {
    let i = from;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (this.score(parent) <= this.score(i)) return;
      this.swap(i, parent);
      i = parent;
    }
  }

  private sink(from: number): void {
    let i = from;
    for (;;) {
      const left = 2 * i + 1;
      if (left >= this.rows.length) return;
      const smaller = this.score(left + 1) < this.score(left) ? left + 1 : left;
      if (this.score(i) <= this.score(smaller)) return;
      this.swap(i, smaller);
      i = smaller;
    }
  }

  private score(i: number): number {
    return this.scores[i] ?? Infinity;
  }

  private swap(i: number, j: number): void {
    [this.scores[i], this.scores[j]] = [this.score(j), this.score(i)];
    [this.rows[i], this.rows[j]] = [this.rows[j] ?? 0, this.rows[i] ?? 0];
  }
}
