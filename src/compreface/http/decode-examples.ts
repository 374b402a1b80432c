import type { ListedExample } from '../face-engine.js';
import { isRecord, parseJson } from './answer-body.js';
import type { Answer } from './observation.js';
import { isUuid } from './requests.js';

/** One page of a list of examples. */
export interface ExamplePage {
  readonly examples: readonly ListedExample[];
  readonly pageNumber: number;
  readonly totalPages: number;
  readonly totalExamples: number;
}

// Every decoder answers undefined for an answer that is not exactly what was asked for: answers are not trusted.

export function decodeAdded(answer: Answer): string | undefined {
  const body = successBody(answer);
  return isRecord(body) && isId(body.image_id) ? body.image_id : undefined;
}

/** A list filtered by subject must hold no other subject: what stands in it may be removed. */
export function decodeExamplePage(answer: Answer, subject: string | undefined): ExamplePage | undefined {
  const body = successBody(answer);
  if (!isRecord(body)) return undefined;
  const { faces, page_number: pageNumber, total_pages: totalPages, total_elements: totalExamples } = body;
  const examples = decodeAll(faces, (face) => decodeExample(face, subject));
  if (examples === undefined || !isCount(pageNumber) || !isCount(totalPages) || !isCount(totalExamples))
    return undefined;
  return { examples, pageNumber, totalPages, totalExamples };
}

export function decodeCreated(answer: Answer): true | undefined {
  const body = successBody(answer);
  return isRecord(body) && typeof body.subject === 'string' ? true : undefined;
}

export function decodeSubjects(answer: Answer): string[] | undefined {
  const body = successBody(answer);
  return isRecord(body) ? decodeAll(body.subjects, (name) => (typeof name === 'string' ? name : undefined)) : undefined;
}

export function decodeRemoved(answer: Answer): true | undefined {
  return decodeAll(successBody(answer), (face) => decodeExample(face, undefined)) && true;
}

export function decodeDeletedCount(answer: Answer): number | undefined {
  const body = successBody(answer);
  return isRecord(body) && isCount(body.deleted) ? body.deleted : undefined;
}

/** The parsed body of a complete 200 or 201; undefined otherwise. */
export function successBody(answer: Answer): unknown {
  return answer.complete && (answer.status === 200 || answer.status === 201) ? parseJson(answer.body) : undefined;
}

/** Decodes every element, or none. */
export function decodeAll<T>(list: unknown, decode: (element: unknown) => T | undefined): T[] | undefined {
  if (!Array.isArray(list)) return undefined;
  const decoded = list.map(decode).filter((element) => element !== undefined);
  return decoded.length === list.length ? decoded : undefined;
}

function decodeExample(face: unknown, subject: string | undefined): ListedExample | undefined {
  if (!isRecord(face) || !isId(face.image_id) || typeof face.subject !== 'string') return undefined;
  if (subject !== undefined && face.subject !== subject) return undefined;
  // One name for all of a person's examples: a long list would hold it thousands of times over.
  return { imageId: face.image_id, subject: subject ?? face.subject };
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && isUuid(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
