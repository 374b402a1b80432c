import type { PageQuery, SortProperty } from '../store/collection-database.js';
import type { Parameters } from './parameters.js';
import { undefinedError } from './wire-error.js';

/** A page as Spring reads it: numbers that make no sense fall back to the default without a word. */
export interface Page {
  readonly number: number;
  readonly size: number;
  readonly order: PageQuery['order'];
}

const DEFAULT_SIZE = 20;
const MAX_SIZE = 2000;
const SORTABLE: readonly SortProperty[] = ['id', 'calculator', 'subject.subjectName'];

/** Reads `page` (from 0), `size` (at most 2000) and `sort` (`property,asc`). @throws WireError 0 for an unknown property */
export function readPage(parameters: Parameters): Page {
  const size = wholeNumber(parameters.text('size'), DEFAULT_SIZE);
  return {
    number: Math.min(wholeNumber(parameters.text('page'), 0), 0x7fffffff),
    size: size < 1 ? DEFAULT_SIZE : Math.min(size, MAX_SIZE),
    order: readOrder(parameters.text('sort') ?? ''),
  };
}

function wholeNumber(text: string | null, fallback: number): number {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : fallback;
}

/** Properties, each list of them followed by its direction: `id,desc` or `calculator,id`. */
function readOrder(text: string): PageQuery['order'] {
  const order: { property: SortProperty; descending: boolean }[] = [];
  let undirected = 0;
  for (const word of text.split(',').filter((part) => part.trim() !== '')) {
    const direction = word.trim().toLowerCase();
    if (direction === 'asc' || direction === 'desc') {
      for (const term of order.slice(undirected)) term.descending = direction === 'desc';
      undirected = order.length;
    } else order.push({ property: sortable(word), descending: false });
  }
  return order;
}

function sortable(word: string): SortProperty {
  const property = SORTABLE.find((name) => name === word.trim());
  if (property === undefined) throw undefinedError();
  return property;
}
