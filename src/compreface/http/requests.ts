import { DomainError } from '../../errors/domain-error.js';
import { isOwnSubject } from '../subject.js';
import { jpegForm, type RequestBody } from './multipart.js';

const KIB = 1024;
const MIB = 1024 * KIB;

/** Examples per page; CompreFace silently caps pages at 2000. */
export const PAGE_SIZE = 1000;

// POST /faces takes longer names than POST /subjects: as long as the database's column.
const MAX_LISTED_LENGTH = 255;

/** A subject that passed `isOwnSubject`: the only kind that a DELETE can be built with. */
export type OwnSubject = string & { readonly own: unique symbol };

interface Reading {
  readonly method: 'GET';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
}

// Beside the API, reached only through CompreFace's own gateway, and open to all: it must not get the API key.
interface CoreReading {
  readonly method: 'GET';
  readonly path: '/core/status';
  readonly query?: never;
}

interface Posting {
  readonly method: 'POST';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body: RequestBody;
}

// CompreFace wipes the whole collection for DELETE /subjects, and for names that a URL parser collapses to it. So this type
// has one path and demands a checked subject: a call that wipes cannot be written down.
interface Removal {
  readonly method: 'DELETE';
  readonly path: '/recognition/faces';
  readonly query: { readonly subject: OwnSubject };
}

/** Everything that we ever ask CompreFace; paths count from `/api/v1`, only `/core/` stands beside it. */
export type CompreFaceRequest = (Reading | CoreReading | Posting | Removal) & { readonly maxAnswerBytes: number };

export function ownSubject(subject: string): OwnSubject {
  if (!isOwnSubject(subject)) {
    throw new DomainError('VALIDATION_ERROR', 'Only a subject that this product made can be removed from CompreFace');
  }
  return subject as OwnSubject;
}

export function createSubject(subject: string): CompreFaceRequest {
  return {
    method: 'POST',
    path: '/recognition/subjects',
    body: json({ subject: storable(subject) }),
    maxAnswerBytes: 64 * KIB,
  };
}

export function addExample(subject: string, jpeg: Buffer): CompreFaceRequest {
  const query = { subject: storable(subject) };
  return { method: 'POST', path: '/recognition/faces', query, body: jpegForm(jpeg), maxAnswerBytes: 64 * KIB };
}

/** One page of the examples of a subject, or of all. Sorted, since CompreFace repeats and skips rows of an unsorted list. */
export function listExamplesPage(subject: string | undefined, page: number, size = PAGE_SIZE): CompreFaceRequest {
  if (subject !== undefined && (subject.trim() === '' || subject.length > MAX_LISTED_LENGTH)) {
    throw new DomainError('VALIDATION_ERROR', 'A subject has 1 to 255 characters');
  }
  const filter = subject === undefined ? {} : { subject };
  const query = { ...filter, page: String(page), size: String(size), sort: 'id' };
  return { method: 'GET', path: '/recognition/faces', query, maxAnswerBytes: 4 * MIB };
}

export function listSubjects(): CompreFaceRequest {
  // Unpaged: 100,000 subjects take about 6 MB.
  return { method: 'GET', path: '/recognition/subjects', maxAnswerBytes: 16 * MIB };
}

export function downloadExample(imageId: string): CompreFaceRequest {
  return { method: 'GET', path: `/recognition/faces/${uuid(imageId)}/img`, maxAnswerBytes: 6 * MIB };
}

export function compare(imageId: string, embeddings: readonly (readonly number[])[]): CompreFaceRequest {
  return {
    method: 'POST',
    path: `/recognition/embeddings/faces/${uuid(imageId)}/verify`,
    body: json({ embeddings }),
    maxAnswerBytes: 4 * MIB,
  };
}

export function removeExamples(imageIds: readonly string[]): CompreFaceRequest {
  return {
    method: 'POST',
    path: '/recognition/faces/delete',
    body: json(imageIds.map(uuid)),
    maxAnswerBytes: 4 * MIB,
  };
}

export function coreStatus(): CompreFaceRequest {
  return { method: 'GET', path: '/core/status', maxAnswerBytes: 64 * KIB };
}

/** Removes a subject of ours with all its examples: the caller makes sure that there are none. */
export function removeSubject(subject: OwnSubject): CompreFaceRequest {
  return { method: 'DELETE', path: '/recognition/faces', query: { subject }, maxAnswerBytes: 64 * KIB };
}

export function recognize(jpeg: Buffer, candidateCount: number): CompreFaceRequest {
  if (!Number.isInteger(candidateCount) || candidateCount < 1 || candidateCount > 100) {
    throw new DomainError('VALIDATION_ERROR', 'The number of candidates must be 1 to 100');
  }
  const query = {
    limit: '0',
    prediction_count: String(candidateCount),
    face_plugins: 'calculator,landmarks,pose',
    status: 'true',
  };
  return { method: 'POST', path: '/recognition/recognize', query, body: jpegForm(jpeg), maxAnswerBytes: 16 * MIB };
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

function uuid(id: string): string {
  if (!isUuid(id)) throw new DomainError('VALIDATION_ERROR', 'The id of an example must be a UUID');
  return id;
}

// CompreFace checks names only on POST /subjects; POST /faces would take one that can never be addressed again.
function storable(subject: string): string {
  const fits =
    subject.length <= 50 && subject.trim() === subject && !/^\.*$/.test(subject) && !/[;/\\\p{Cc}]/u.test(subject);
  if (!fits) throw new DomainError('VALIDATION_ERROR', 'CompreFace cannot store a subject of that name');
  return subject;
}

function json(value: unknown): RequestBody {
  return { contentType: 'application/json', bytes: Buffer.from(JSON.stringify(value)) };
}
