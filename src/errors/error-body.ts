import { applyDecorators } from '@nestjs/common';
import { ApiResponse, type OpenAPIObject } from '@nestjs/swagger';
import type { ErrorCode } from './domain-error.js';
import { ErrorBody } from './dto/error-body.dto.js';
import { HTTP_STATUS } from './http-status.js';

type ResponseObject = Exclude<
  NonNullable<OpenAPIObject['paths'][string]['get']>['responses'][string],
  { $ref: string } | undefined
>;

interface ErrorExampleObject {
  readonly summary: string;
  readonly value: ErrorBody;
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
  PAYLOAD_TOO_LARGE: {
    error: 'The JSON body is larger than 1 MB: send less at once',
    details: { fields: [{ field: 'body', message: 'is larger than 1 MB' }] },
  },
  UNSUPPORTED_MEDIA_TYPE: {
    error: 'Send the body as application/json',
    details: { expected: 'application/json' },
  },
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
  const known = byStatus([...codes, 'SERVICE_UNAVAILABLE', 'INTERNAL_ERROR']);
  return applyDecorators(
    ...[...known].map(([status, of]) => ApiResponse({ status, type: ErrorBody, ...described(of) })),
  );
}

/** The same as entries of an OpenAPI document in which the schema of `ErrorBody` is known already. */
export function documentedErrors(...codes: ErrorCode[]): Record<string, ResponseObject> {
  return Object.fromEntries(
    [...byStatus(codes)].map(([status, of]) => {
      const { description, examples } = described(of);
      const schema = { $ref: `#/components/schemas/${ErrorBody.name}` };
      return [String(status), { description, content: { 'application/json': { schema, examples } } }];
    }),
  );
}

function byStatus(codes: readonly ErrorCode[]): Map<number, ErrorCode[]> {
  const known = new Map<number, ErrorCode[]>();
  for (const code of codes) known.set(HTTP_STATUS[code], [...(known.get(HTTP_STATUS[code]) ?? []), code]);
  return known;
}

function described(codes: readonly ErrorCode[]): { description: string; examples: Record<string, ErrorExampleObject> } {
  const examples = codes.map((code) => [
    code,
    { summary: code, value: { error: EXAMPLES[code].error, code, details: EXAMPLES[code].details } },
  ]);
  return {
    description: codes.join(', '),
    examples: Object.fromEntries(examples) as Record<string, ErrorExampleObject>,
  };
}
