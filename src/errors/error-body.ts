import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { ERROR_CODES, type ErrorCode } from './domain-error.js';
import { HTTP_STATUS } from './http-status.js';

/** The one shape of every error answer. */
export class ErrorBody {
  /**
   * What is wrong and what to do about it, in a sentence.
   * @example 'Person needs at least 3 faces for training'
   */
  error!: string;

  /**
   * A stable code to branch on.
   * @example 'INSUFFICIENT_DATA'
   */
  code!: (typeof ERROR_CODES)[number];

  /**
   * Facts about the error; `fields` names each field that is off.
   * @example { "person_id": 5, "current_faces": 2, "minimum_required": 3 }
   */
  details!: Record<string, unknown>;
}

interface ErrorExample {
  readonly error: string;
  readonly details: Record<string, unknown>;
}

const EXAMPLES: Readonly<Record<ErrorCode, ErrorExample>> = {
  VALIDATION_ERROR: {
    error: 'limit: limit must not be greater than 200',
    details: { fields: [{ field: 'limit', message: 'limit must not be greater than 200', value: 500 }] },
  },
  UNAUTHORIZED: { error: 'An API key is needed', details: {} },
  FORBIDDEN: { error: 'This API key may not do that', details: {} },
  NOT_FOUND: { error: 'There is no person 5', details: { person_id: 5 } },
  ALREADY_EXISTS: {
    error: 'Training already in progress for this person',
    details: { person_id: 5, existing_job_id: 10, status: 'running' },
  },
  INVALID_STATE: { error: 'Only a failed job can be retried', details: { job_id: 10, status: 'completed' } },
  PAYLOAD_TOO_LARGE: { error: 'Too many files: send at most 100 at once', details: { field: 'files' } },
  UNSUPPORTED_MEDIA_TYPE: { error: 'HEIC and AVIF are not supported: export the photo as JPEG', details: {} },
  INSUFFICIENT_DATA: {
    error: 'Person needs at least 3 faces for training',
    details: { person_id: 5, current_faces: 2, minimum_required: 3 },
  },
  RATE_LIMITED: { error: 'The queue is full; try again later', details: { retry_after_seconds: 60 } },
  EXTERNAL_SERVICE_ERROR: {
    error: 'Failed to connect to CompreFace service',
    details: { service: 'CompreFace', url: 'http://compreface-ui:80', suggestion: 'Check if CompreFace is running' },
  },
  SERVICE_UNAVAILABLE: {
    error: 'The database cannot be reached; try again in a moment',
    details: { retry_after_seconds: 5 },
  },
  INSUFFICIENT_STORAGE: { error: 'The disk is full: free some space; nothing was stored', details: {} },
  INTERNAL_ERROR: {
    error: 'Something went wrong here; this is a bug. The log says more under this request id',
    details: { request_id: '2f1c9f0e-6f0b-4f3a-9d57-0d9b6a5a4d11' },
  },
};

/** Documents the error answers of a route; 503 and 500 are documented for all. */
export function ErrorAnswers(...codes: ErrorCode[]): MethodDecorator & ClassDecorator {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of [...codes, 'SERVICE_UNAVAILABLE', 'INTERNAL_ERROR'] as const) {
    const status = HTTP_STATUS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return applyDecorators(...[...byStatus].map(([status, known]) => answer(status, known)));
}

function answer(status: number, codes: readonly ErrorCode[]): MethodDecorator & ClassDecorator {
  const examples = Object.fromEntries(
    codes.map((code) => [
      code,
      { summary: code, value: { error: EXAMPLES[code].error, code, details: EXAMPLES[code].details } },
    ]),
  );
  return ApiResponse({ status, description: codes.join(', '), type: ErrorBody, examples });
}
