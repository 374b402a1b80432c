import { DomainError } from './domain-error.js';

/** Turns whatever reached the edge of the application into an error of the interface; null for a bug. */
export type ErrorTranslator = (error: unknown) => DomainError | null;

/** What the body parsers report, by their own type names (body-parser 2, raw-body 3). */
const BY_TYPE: Readonly<Record<string, () => DomainError>> = {
  'entity.too.large': () =>
    new DomainError('PAYLOAD_TOO_LARGE', 'The JSON body is larger than 1 MB: send less at once'),
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
  const { status, type, code, message } = readError(error);
  const byType = type === undefined ? undefined : BY_TYPE[type];
  if (byType) return byType();
  if (code?.startsWith('LIMIT_')) return translateUploadLimit(code, error);
  return status === undefined ? null : translateStatus(status, message);
}

function translateStatus(status: number, message = 'The request is not right'): DomainError | null {
  if (status === 404 || status === 405) return new DomainError('NOT_FOUND', message);
  if (status === 413) return new DomainError('PAYLOAD_TOO_LARGE', 'The request is too large');
  if (status === 415) return new DomainError('UNSUPPORTED_MEDIA_TYPE', 'This content type is not supported here');
  return status >= 400 && status < 500 ? new DomainError('VALIDATION_ERROR', message, fields('body', message)) : null;
}

/** An upload that ended before its last byte. */
export function cutOff(): DomainError {
  return new DomainError(
    'VALIDATION_ERROR',
    'The upload was cut off: send it again',
    fields('body', 'ended before its last byte'),
  );
}

function translateUploadLimit(code: string, error: unknown): DomainError {
  const field = (error as { field?: string }).field ?? 'files';
  if (code === 'LIMIT_FILE_SIZE')
    return new DomainError('PAYLOAD_TOO_LARGE', 'A file is larger than allowed: make it smaller', { field });
  if (code === 'LIMIT_FILE_COUNT')
    return new DomainError('PAYLOAD_TOO_LARGE', 'Too many files: send at most 100 at once', { field });
  if (code === 'LIMIT_UNEXPECTED_FILE')
    return new DomainError(
      'VALIDATION_ERROR',
      `There is no upload field "${field.slice(0, 40)}": use "files"`,
      fields(field.slice(0, 40), 'is not known'),
    );
  return new DomainError('PAYLOAD_TOO_LARGE', 'The upload has too many or too large fields', { limit: code });
}

function fields(field: string, message: string): { fields: { field: string; message: string }[] } {
  return { fields: [{ field, message }] };
}

interface ReadError {
  readonly status: number | undefined;
  readonly type: string | undefined;
  readonly code: string | undefined;
  readonly message: string | undefined;
}

function readError(error: unknown): ReadError {
  const value = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
  const text = (name: string): string | undefined => (typeof value[name] === 'string' ? value[name] : undefined);
  const getStatus = value['getStatus'];
  const status: unknown =
    typeof getStatus === 'function' ? (getStatus.call(value) as unknown) : (value['status'] ?? value['statusCode']);
  return {
    status: typeof status === 'number' ? status : undefined,
    type: text('type'),
    code: text('code'),
    message: text('message'),
  };
}
