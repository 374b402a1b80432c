import { type CollectionVectors, NOTHING } from './collection-vectors.js';
import type { Slices } from './slices.js';

/** Rows that are scored together take at most this much memory. */
const BLOCK_CELLS = 24_000_000;

/** Of one left-out face: the scalar product with the nearest face of each person, by the person's place. */
export type NearestOfPersons = Float32Array;

/**
 * Scores each face, left out, against the faces of every person as CompreFace would: the nearest single example decides. In the face's own
 * person, faces of the same photo and near-identical copies (a product of `copyProduct` or more) are left out with it. Hands each face's row
 * to `take`. Each pair is computed once as long as the rows fit into memory together: 10,000 faces and 500 persons take 20 MB.
 */
export async function scoreFaces(
  collection: CollectionVectors,
  copyProduct: number,
  slices: Slices,
  take: (face: number, nearest: NearestOfPersons) => void,
  blockCells = BLOCK_CELLS,
): Promise<void> {
  const { size, persons } = collection;
  const rows = Math.max(1, Math.min(size, Math.floor(blockCells / Math.max(1, persons))));
  for (let start = 0; start < size; start += rows) {
    const end = Math.min(size, start + rows);
    const table = await scoreBlock(collection, { start, end }, copyProduct, slices);
    for (let face = start; face < end; face += 1) {
      take(face, table.subarray((face - start) * persons, (face - start + 1) * persons));
      if (slices.isOver) await slices.next();
    }
  }
}

interface Block {
  readonly start: number;
  readonly end: number;
}

async function scoreBlock(
  collection: CollectionVectors,
  block: Block,
  copyProduct: number,
  slices: Slices,
): Promise<Float32Array> {
  const { size, persons } = collection;
  const table = new Float32Array((block.end - block.start) * persons).fill(NOTHING);
  const products = new Float64Array(size);
  for (let face = block.start; face < block.end; face += 1) {
    // Pairs within the block are met once, by the first of the two.
    collection.products(face, 0, block.start, products);
    collection.products(face, face + 1, size, products);
    const pairs = { face, products, copyProduct };
    for (let other = 0; other < block.start; other += 1) keepPair(collection, block, table, pairs, other);
    for (let other = face + 1; other < size; other += 1) keepPair(collection, block, table, pairs, other);
    if (slices.isOver) await slices.next();
  }
  return table;
}

interface Pairs {
  readonly face: number;
  readonly products: Float64Array;
  readonly copyProduct: number;
}

function keepPair(
  collection: CollectionVectors,
  block: Block,
  table: Float32Array,
  { face, products, copyProduct }: Pairs,
  other: number,
): void {
  const { persons, personOf } = collection;
  const [person, otherPerson] = [personOf[face] ?? -1, personOf[other] ?? -1];
  const product = products[other] ?? NOTHING;
  if (person === otherPerson && areCopies(collection, face, other, product, copyProduct)) return;
  if (otherPerson !== -1) keepNearest(table, (face - block.start) * persons + otherPerson, product);
  if (person !== -1 && other >= block.start && other < block.end)
    keepNearest(table, (other - block.start) * persons + person, product);
}

function keepNearest(table: Float32Array, cell: number, product: number): void {
  if (product > (table[cell] ?? product)) table[cell] = product;
}

/** Recognising one by the other would prove nothing. */
export function areCopies(
  { photoIds }: CollectionVectors,
  face: number,
  other: number,
  product: number,
  copyProduct: number,
): boolean {
  return photoIds[face] === photoIds[other] || product >= copyProduct;
}
