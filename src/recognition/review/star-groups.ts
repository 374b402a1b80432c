import { setImmediate as others } from 'node:timers/promises';
import type { UnitVectors } from './unit-vectors.js';

/** How long one slice of the work may hold everything else up. */
const SLICE_MS = 10;

/** A vector in the middle, and those that are similar to it, the most similar first. */
export interface Star {
  readonly middle: number;
  readonly members: readonly { readonly index: number; readonly dot: number }[];
}

/**
 * Groups vectors by star clustering (Aslam, Pelekhov, Rus: "The Star Clustering Algorithm for Static and Dynamic Information
 * Organization", 2004): the vector with the most similar others becomes the middle of a group of them; they are taken out, and so on.
 * Every member is similar to the middle, so that a chain of look-alikes never joins two persons, as it would by single linkage; a
 * person who looks very different in places makes several groups. The same input gives the same groups.
 *
 * `sources`: two of one source (faces of one photo) are never similar, and a group has at most one of each. Time grows with the square
 * of the number of vectors, in slices that let other requests in between; memory is a bit for each pair.
 */
export async function groupByStars(
  vectors: UnitVectors,
  sources: readonly number[],
  minDot: number,
  minSize: number,
): Promise<Star[]> {
  const graph = await similarPairs(vectors, sources, minDot);
  const stars: Star[] = [];
  for (;;) {
    const middle = graph.busiest();
    if (middle === null || graph.degree(middle) + 1 < minSize) return stars;
    const members = pointsOf(middle, graph, vectors, sources);
    if (members.length + 1 >= minSize) {
      stars.push({ middle, members });
      for (const { index } of members) graph.remove(index);
    }
    graph.remove(middle);
    await others();
  }
}

async function similarPairs(vectors: UnitVectors, sources: readonly number[], minDot: number): Promise<PairGraph> {
  const graph = new PairGraph(vectors.length);
  let sliceEndsMs = performance.now() + SLICE_MS;
  for (let a = 0; a < vectors.length; a += 1) {
    for (let b = a + 1; b < vectors.length; b += 1) {
      if (sources[a] !== sources[b] && vectors.dot(a, b) >= minDot) graph.join(a, b);
    }
    if (performance.now() < sliceEndsMs) continue;
    await others();
    sliceEndsMs = performance.now() + SLICE_MS;
  }
  return graph;
}

function pointsOf(
  middle: number,
  graph: PairGraph,
  vectors: UnitVectors,
  sources: readonly number[],
): { index: number; dot: number }[] {
  const seen = new Set<number | undefined>();
  return graph
    .neighbours(middle)
    .map((index) => ({ index, dot: vectors.dot(middle, index) }))
    .sort((a, b) => b.dot - a.dot || a.index - b.index)
    .filter(({ index }) => {
      const isNew = !seen.has(sources[index]);
      seen.add(sources[index]);
      return isNew;
    });
}

/** Which of the vectors that are left are similar, a bit for each pair. */
class PairGraph {
  private readonly words: number;
  private readonly bits: Uint32Array;
  private readonly degrees: Int32Array;

  constructor(private readonly size: number) {
    this.words = Math.ceil(size / 32);
    this.bits = new Uint32Array(size * this.words);
    this.degrees = new Int32Array(size);
  }

  join(a: number, b: number): void {
    this.set(a, b);
    this.set(b, a);
  }

  /** Takes one out, with all its pairs. */
  remove(index: number): void {
    for (const other of this.neighbours(index)) {
      const at = other * this.words + (index >>> 5);
      this.bits[at] = (this.bits[at] ?? 0) & ~(1 << (index & 31));
      this.degrees[other] = this.degree(other) - 1;
    }
    this.bits.fill(0, index * this.words, (index + 1) * this.words);
    this.degrees[index] = -1;
  }

  degree(index: number): number {
    return this.degrees[index] ?? -1;
  }

  /** The one with the most neighbours, the first of equals; null when none is left. */
  busiest(): number | null {
    let best: number | null = null;
    for (let index = 0; index < this.size; index += 1) {
      if (this.degree(index) > (best === null ? -1 : this.degree(best))) best = index;
    }
    return best;
  }

  neighbours(index: number): number[] {
    const found: number[] = [];
    for (let word = 0; word < this.words; word += 1) {
      let rest = this.bits[index * this.words + word] ?? 0;
      while (rest !== 0) {
        const bit = 31 - Math.clz32(rest & -rest);
        found.push(word * 32 + bit);
        rest &= rest - 1;
      }
    }
    return found;
  }

  private set(from: number, to: number): void {
    const at = from * this.words + (to >>> 5);
    this.bits[at] = (this.bits[at] ?? 0) | (1 << (to & 31));
    this.degrees[from] = this.degree(from) + 1;
  }
}
