import { setImmediate } from 'node:timers/promises';
import { Nearest } from './nearest.js';

const FIRST_ROWS = 256;
/** Numbers that the comparison takes at a time; rows are padded with zeros to a multiple. */
const STEP = 8;
/** Rows that are compared in a few ms. */
const ROWS_AT_ONCE = 16_384;

/**
 * All embeddings that are searched, normalised, in one typed array: row i belongs to `ids[i]`.
 * Removing moves the last row into the gap, so that adding and removing cost one row.
 */
export class Gallery {
  private vectors: Float32Array<ArrayBuffer>;
  private readonly ids: string[] = [];
  private readonly rowOf = new Map<string, number>();
  private readonly stride: number;
  private removals = 0;

  constructor(readonly dimension: number) {
    this.stride = Math.ceil(dimension / STEP) * STEP;
    this.vectors = new Float32Array(FIRST_ROWS * this.stride);
  }

  get size(): number {
    return this.ids.length;
  }

  /** Adds an example; `vector` has length 1 and `dimension` numbers. An id that is there already is replaced. */
  add(exampleId: string, vector: Float32Array): void {
    const row = this.rowOf.get(exampleId) ?? this.ids.length;
    if ((row + 1) * this.stride > this.vectors.length) this.grow();
    this.vectors.set(vector, row * this.stride);
    this.ids[row] = exampleId;
    this.rowOf.set(exampleId, row);
  }

  remove(exampleId: string): void {
    const row = this.rowOf.get(exampleId);
    const lastId = this.ids.at(-1);
    if (row === undefined || lastId === undefined) return;
    this.removals++;
    this.ids.pop();
    this.rowOf.delete(exampleId);
    if (lastId === exampleId) return;
    const last = this.ids.length;
    this.vectors.copyWithin(row * this.stride, last * this.stride, (last + 1) * this.stride);
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
    const search = this.startSearch(probe, count);
    this.scan(search, 0, this.size);
    return this.found(search);
  }

  /** The same, but others get their turn in between. Removals move rows: after one, the search is done anew in one go. */
  async nearestInTurns(probe: Float32Array, count: number): Promise<string[]> {
    const [search, { removals }] = [this.startSearch(probe, count), this];
    for (let row = 0; row < this.size; row += ROWS_AT_ONCE) {
      if (row > 0) await setImmediate();
      if (this.removals !== removals) return this.nearest(probe, count);
      this.scan(search, row, Math.min(row + ROWS_AT_ONCE, this.size));
    }
    return this.found(search);
  }

  private startSearch(probe: Float32Array, count: number): Search {
    // Converted once, not once for every row.
    const doubles = new Float64Array(this.stride);
    doubles.set(probe);
    return { doubles, nearest: new Nearest(Math.min(count, this.size)) };
  }

  private found({ nearest }: Search): string[] {
    return nearest.best().map((row) => this.ids[row] ?? '');
  }

  private scan({ doubles, nearest }: Search, from: number, to: number): void {
    const { vectors, stride } = this;
    let bar = nearest.bar;
    for (let row = from; row < to; row++) {
      const score = dot(vectors, row * stride, doubles);
      if (score <= bar) continue;
      nearest.offer(score, row);
      bar = nearest.bar;
    }
  }

  private row(row: number): Float32Array {
    return this.vectors.subarray(row * this.stride, row * this.stride + this.dimension);
  }

  private grow(): void {
    const larger = new Float32Array(this.vectors.length * 2);
    larger.set(this.vectors);
    this.vectors = larger;
  }
}

interface Search {
  readonly doubles: Float64Array;
  readonly nearest: Nearest;
}

/** Four sums side by side: one sum would make every addition wait for the one before. */
function dot(vectors: Float32Array, offset: number, probe: Float64Array): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let i = 0, o = offset; i < probe.length; i += STEP, o += STEP) {
    a += single(vectors, o) * double(probe, i) + single(vectors, o + 4) * double(probe, i + 4);
    b += single(vectors, o + 1) * double(probe, i + 1) + single(vectors, o + 5) * double(probe, i + 5);
    c += single(vectors, o + 2) * double(probe, i + 2) + single(vectors, o + 6) * double(probe, i + 6);
    d += single(vectors, o + 3) * double(probe, i + 3) + single(vectors, o + 7) * double(probe, i + 7);
  }
  return a + b + c + d;
}

// The compiler cannot see that the indices are inside. One function for both kinds of array would be twice as slow: the
// engine compiles each for the kind it has seen.
const single = (numbers: Float32Array, i: number): number => numbers[i] as number;
const double = (numbers: Float64Array, i: number): number => numbers[i] as number;
