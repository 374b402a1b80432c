import { DomainError } from './domain-error.js';
import { cutOff, translateUploadError, translateUploadMessage } from './upload-errors.js';

/** Turns whatever reached the edge of the application into an error of the interface; null for a bug. */
export type ErrorTranslator = (error: unknown) => DomainError | null;

const LONGEST_MESSAGE = 200;

/** What the body parsers report, by their own type names (body-parser 2, raw-body 3). */
const BY_TYPE: Readonly<Record<string, () => DomainError>> = {
  'entity.too.large': () =>
    new DomainError('PAYLOAD_TOO_LARGE', 'The JSON body is larger than 1 MB: send less at once', {
      fields: [{ field: 'body', message: 'is larger than 1 MB' }],
    }),
  'entity.parse.failed': () =>
    new DomainError(
      'VALIDATION_ERROR',
      'The body is not valid JSON: check quotes and commas',
      fields('body', 'is not valid JSON'),
    ),
  'request.aborted': cutOff,
  'request.size.invalid': cutOff,
  'encoding.unsupported': () => new DomainError('UNSUPPORTED_MEDIA_TYPE', 'Send the body without compression'),
  'charset.unsupported': () => new DomainError('UNSUPPORTED_MEDIA_TYPE', 'Send the body as UTF-8'),
};

/** Errors of the HTTP framework and its body parsers, by their own names and numbers. */
export function translateHttpError(error: unknown): DomainError | null {
  if (error instanceof DomainError) return error;
  const { status, message, cause } = readError(error);
  const byType = cause.type === undefined ? undefined : BY_TYPE[cause.type];
  if (byType) return byType();
  const upload = translateUploadError(cause.code, cause.field) ?? translateUploadMessage(message);
  if (upload) return upload;
  return status === undefined ? null : translateStatus(status, message);
}

function translateStatus(status: number, message = 'The request is not right'): DomainError | null {
  const shown = message.slice(0, LONGEST_MESSAGE);
  if (status === 404 || status === 405) return new DomainError('NOT_FOUND', shown);
  if (status === 413) return new DomainError('PAYLOAD_TOO_LARGE', 'The request is too large');
  if (status === 415) return new DomainError('UNSUPPORTED_MEDIA_TYPE', 'This content type is not supported here');
  if (status < 400 || status >= 500) return null;
  const field = /decode param|URI malformed/.test(message) ? 'path' : 'body';
  return new DomainError('VALIDATION_ERROR', shown, fields(field, shown));
}

function fields(field: string, message: string): { fields: { field: string; message: string }[] } {
  return { fields: [{ field, message }] };
}

interface ReadError {
  readonly status: number | undefined;
  readonly message: string | undefined;
  /** The framework wraps what body parsers and multer say; without a wrapping the error itself. */
  readonly cause: Readonly<Record<'type' | 'code' | 'field', string | undefined>>;
}

function readError(error: unknown): ReadError {
  const value = asRecord(error);
  const inner = 'cause' in value ? asRecord(value['cause']) : value;
  const getStatus = value['getStatus'];
  const status: unknown =
    typeof getStatus === 'function' ? (getStatus.call(value) as unknown) : (value['status'] ?? value['statusCode']);
  return {
    status: typeof status === 'number' ? status : undefined,
    message: text(value, 'message'),
    cause: { type: text(inner, 'type'), code: text(inner, 'code'), field: text(inner, 'field') },
  };
}

function asRecord(value: unknown): Record<string, unknown> {
  return (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
}

function text(value: Record<string, unknown>, name: string): string | undefined {
  return typeof value[name] === 'string' ? value[name] : undefined;
}
