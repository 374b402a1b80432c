import type { EngineFailure, ListedExample } from '../face-engine.js';
import type { Outcome } from './caller.js';
import type { ExamplePage } from './decode-examples.js';

// A list that changed while it was read is read again this often.
const MAX_REPEATS = 3;

const CHANGING: EngineFailure = {
  kind: 'unavailable',
  reason: 'overloaded',
  message: 'The list of examples in CompreFace kept changing while it was read',
  retryAfterMs: null,
};

const INCONSISTENT: EngineFailure = {
  ...CHANGING,
  message: 'CompreFace gave a list of examples that contradicts itself',
};

type ReadPage = (page: number) => Promise<Outcome<ExamplePage>>;

/** Reads all pages; when examples came or went meanwhile, all of it again, since pages then repeat and skip. */
export async function readWholeList(readPage: ReadPage): Promise<Outcome<ListedExample[]>> {
  for (let repeat = 0; repeat <= MAX_REPEATS; repeat++) {
    const reading = await readOnce(readPage);
    if (reading !== 'changed') return reading;
  }
  return { ok: false, failure: CHANGING };
}

async function readOnce(readPage: ReadPage): Promise<Outcome<ListedExample[]> | 'changed'> {
  const examples = new Map<string, ListedExample>();
  let total: number | null = null;
  for (let page = 0; ; page++) {
    const outcome = await readPage(page);
    if (!outcome.ok) return outcome;
    const { pageNumber, totalPages, totalExamples } = outcome.value;
    if (pageNumber !== page) return { ok: false, failure: INCONSISTENT };
    total ??= totalExamples;
    if (total !== totalExamples) return 'changed';
    for (const example of outcome.value.examples) examples.set(example.imageId, example);
    if (page + 1 >= totalPages) break;
    // An endless list of pages would never end this loop.
    if (outcome.value.examples.length === 0) return 'changed';
  }
  return examples.size === total ? { ok: true, value: [...examples.values()] } : 'changed';
}
