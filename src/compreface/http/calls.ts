import type { Recognition } from '../face-engine.js';
import { parseErrorBody } from './answer-body.js';
import type { Call } from './caller.js';
import {
  decodeAdded,
  decodeCreated,
  decodeDeletedCount,
  decodeExamplePage,
  decodeRemoved,
  decodeSubjects,
  type ExamplePage,
} from './decode-examples.js';
import { decodeCoreStatus, type CoreStatus } from './core-status.js';
import { decodeRecognition } from './decode-recognition.js';
import { decodeSimilarities } from './decode-similarities.js';
import type { Answer } from './observation.js';
import * as requests from './requests.js';

// Error codes that are a success of their call.
const NO_FACE = 28;
const SUBJECT_EXISTS = 43;
const EXAMPLE_UNKNOWN = 44;

export function addExample(subject: string, jpeg: Buffer): Call<string> {
  return { kind: 'add', fairnessKey: subject, request: requests.addExample(subject, jpeg), decode: decodeAdded };
}

// Recognitions share one turn beside the subjects, whose names are never blank.
/** A recognition without a face is null: CompreFace names no calculator then. */
export function recognize(jpeg: Buffer, candidateCount: number): Call<Recognition | null> {
  return {
    kind: 'recognize',
    fairnessKey: '',
    request: requests.recognize(jpeg, candidateCount),
    decode: (answer) => (hasCode(answer, 400, NO_FACE) ? null : decodeRecognition(answer)),
  };
}

export function createSubject(subject: string): Call<true> {
  return {
    kind: 'other',
    request: requests.createSubject(subject),
    decode: (answer) => (hasCode(answer, 400, SUBJECT_EXISTS) ? true : decodeCreated(answer)),
  };
}

export function listPage(subject: string | undefined, page: number, size?: number): Call<ExamplePage> {
  return {
    kind: 'other',
    request: requests.listExamplesPage(subject, page, size),
    decode: (answer) => decodeExamplePage(answer, subject),
  };
}

export function listSubjects(): Call<string[]> {
  return { kind: 'other', request: requests.listSubjects(), decode: decodeSubjects };
}

/** CompreFace answers 200 without a byte for an id that it does not know: null. */
export function downloadExample(imageId: string): Call<Buffer | null> {
  return {
    kind: 'other',
    request: requests.downloadExample(imageId),
    decode: (answer) => {
      if (hasCode(answer, 404, EXAMPLE_UNKNOWN)) return null;
      if (answer.status !== 200 || !answer.complete) return undefined;
      return answer.body.length === 0 ? null : answer.body;
    },
  };
}

/** In the order of the embeddings. */
export function compare(imageId: string, embeddings: readonly (readonly number[])[]): Call<number[] | 'unknown'> {
  return {
    kind: 'other',
    request: requests.compare(imageId, embeddings),
    decode: (answer) => (hasCode(answer, 404, EXAMPLE_UNKNOWN) ? 'unknown' : decodeSimilarities(answer, embeddings)),
  };
}

export function removeExamples(imageIds: readonly string[]): Call<true> {
  return { kind: 'other', request: requests.removeExamples(imageIds), decode: decodeRemoved };
}

export function removeSubject(subject: requests.OwnSubject): Call<number> {
  return { kind: 'other', request: requests.removeSubject(subject), decode: decodeDeletedCount };
}

/** The release and the calculator of CompreFace's recognition core. */
export function coreStatus(): Call<CoreStatus> {
  return { kind: 'other', request: requests.coreStatus(), decode: decodeCoreStatus };
}

function hasCode(answer: Answer, status: number, code: number): boolean {
  return answer.status === status && parseErrorBody(answer.body)?.code === code;
}
