import { Nearest } from './nearest.js';

const FIRST_ROWS = 256;

/**
 * All embeddings that are searched, normalised, in one typed array: row i belongs to `ids[i]`.
 * Removing moves the last row into the gap, so that adding and removing cost one row.
 */
export class Gallery {
  private vectors: Float32Array<ArrayBuffer>;
  private readonly ids: string[] = [];
  private readonly rowOf = new Map<string, number>();

  constructor(readonly dimension: number) {
    this.vectors = new Float32Array(FIRST_ROWS * dimension);
  }

  get size(): number {
    return this.ids.length;
  }

  /** Adds an example; `vector` has length 1 and `dimension` numbers. An id that is there already is replaced. */
  add(exampleId: string, vector: Float32Array): void {
    const row = this.rowOf.get(exampleId) ?? this.ids.length;
    if ((row + 1) * this.dimension > this.vectors.length) this.grow();
    this.vectors.set(vector, row * this.dimension);
    this.ids[row] = exampleId;
    this.rowOf.set(exampleId, row);
  }

  remove(exampleId: string): void {
    const row = this.rowOf.get(exampleId);
    const lastId = this.ids.at(-1);
    if (row === undefined || lastId === undefined) return;
    this.ids.pop();
    this.rowOf.delete(exampleId);
    if (lastId === exampleId) return;
    const last = this.ids.length;
    this.vectors.copyWithin(row * this.dimension, last * this.dimension, (last + 1) * this.dimension);
    this.ids[row] = lastId;
    this.rowOf.set(lastId, row);
  }

  /** The normalised embedding of an example; a view that the next change may overwrite. Null when it is not here. */
  vector(exampleId: string): Float32Array | null {
    const row = this.rowOf.get(exampleId);
    return row === undefined ? null : this.row(row);
  }

  /** The ids of the `count` nearest examples of a normalised probe, best first. */
  nearest(probe: Float32Array, count: number): string[] {
    const nearest = new Nearest(Math.min(count, this.size));
    this.scan(probe, nearest);
    return nearest.best().map((row) => this.ids[row] ?? '');
  }

  private scan(probe: Float32Array, nearest: Nearest): void {
    const { vectors, dimension } = this;
    const rows = this.size;
    let bar = nearest.bar;
    for (let row = 0; row < rows; row++) {
      const score = dot(vectors, row * dimension, probe);
      if (score <= bar) continue;
      nearest.offer(score, row);
      bar = nearest.bar;
    }
  }

  private row(row: number): Float32Array {
    return this.vectors.subarray(row * this.dimension, (row + 1) * this.dimension);
  }

  private grow(): void {
    const larger = new Float32Array(this.vectors.length * 2);
    larger.set(this.vectors);
    this.vectors = larger;
  }
}

/** Four sums side by side: one sum would make every addition wait for the one before. */
function dot(vectors: Float32Array, offset: number, probe: Float32Array): number {
  const n = probe.length;
  const even = n - (n % 4);
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let i = 0; i < even; i += 4) {
    a += (vectors[offset + i] as number) * (probe[i] as number);
    b += (vectors[offset + i + 1] as number) * (probe[i + 1] as number);
    c += (vectors[offset + i + 2] as number) * (probe[i + 2] as number);
    d += (vectors[offset + i + 3] as number) * (probe[i + 3] as number);
  }
  for (let i = even; i < n; i++) a += (vectors[offset + i] as number) * (probe[i] as number);
  return a + b + c + d;
}
