import { badValue, emptyField } from './wire-error.js';

type Body = Readonly<Record<string, unknown>>;

/** A field with one embedding. @throws WireError 5 when absent or empty, 26 when it is no list of numbers */
export function readEmbedding(body: Body, field: string): number[] {
  const list = nonEmptyList(body, field);
  if (!isNumbers(list)) throw badValue(field);
  return list;
}

/** A field with embeddings. @throws WireError 5 when absent or empty, 26 when it is no list of lists of numbers */
export function readEmbeddings(body: Body, field: string): number[][] {
  const list = nonEmptyList(body, field);
  if (!list.every(isNumbers)) throw badValue(field);
  return list;
}

function nonEmptyList(body: Body, field: string): unknown[] {
  const list = body[field];
  if (list === undefined || list === null || (Array.isArray(list) && list.length === 0)) throw emptyField(field);
  if (!Array.isArray(list)) throw badValue(field);
  return list as unknown[];
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'number');
}
