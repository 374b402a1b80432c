import { DomainError } from './domain-error.js';

const TOO_MANY_FILES = 'Too many files: send at most 100 at once';

/** Bounds that multer keeps, by its own codes (multer 2, lib/multer-error.js). */
const TOO_LARGE: Readonly<Record<string, string>> = {
  LIMIT_FILE_COUNT: TOO_MANY_FILES,
  LIMIT_FILE_SIZE: 'A file is larger than allowed: make it smaller',
  LIMIT_PART_COUNT: 'The upload has too many fields',
  LIMIT_FIELD_COUNT: 'The upload has too many fields',
  LIMIT_FIELD_VALUE: 'A field of the upload is too long',
};
const UNUSABLE_NAMES = new Set([
  'LIMIT_FIELD_KEY',
  'LIMIT_FIELD_NESTING',
  'LIMIT_FIELD_ARRAY_INDEX',
  'INVALID_FIELD_NAME',
  'MISSING_FIELD_NAME',
]);

/** What multer says of a multipart body; null for anything else. */
export function translateUploadError(code: string | undefined, field: string | undefined): DomainError | null {
  if (code === undefined) return null;
  const name = field?.slice(0, 40);
  // multer's answer both to a file under another name and to one more than the route takes.
  if (code === 'LIMIT_UNEXPECTED_FILE') {
    return name === 'files' ? tooLarge(TOO_MANY_FILES, name) : unknownField(name ?? 'body');
  }
  const bound = TOO_LARGE[code];
  if (bound !== undefined) return tooLarge(bound, name ?? 'files');
  if (!UNUSABLE_NAMES.has(code)) return null;
  return fieldOff(name ?? 'body', 'is not known here', 'A field of the upload has an unusable name');
}

/** What the multipart parser and multer say, in words, of a body that ended too early. Sources: busboy 1, multer 2. */
const CUT_OFF = /Unexpected end of (?:form|file)|Request aborted|Request closed|^aborted$/;
const MALFORMED = /Boundary not found|Malformed part header|Malformed content type/;

/** An upload that ended before its last byte, or whose multipart body cannot be read; null for anything else. */
export function translateUploadMessage(message: string | undefined): DomainError | null {
  if (message === undefined) return null;
  if (CUT_OFF.test(message)) return cutOff();
  if (!MALFORMED.test(message)) return null;
  return fieldOff('body', 'is not valid multipart', 'The upload is not valid multipart: let your client build it');
}

/** A body that ended before its last byte. */
export function cutOff(): DomainError {
  return fieldOff('body', 'ended before its last byte', 'The upload was cut off: send it again');
}

function tooLarge(message: string, field: string): DomainError {
  return new DomainError('PAYLOAD_TOO_LARGE', message, { fields: [{ field, message }] });
}

function unknownField(name: string): DomainError {
  return fieldOff(name, 'is not known here', `There is no upload field "${name}": use "files"`);
}

function fieldOff(field: string, message: string, error: string): DomainError {
  return new DomainError('VALIDATION_ERROR', error, { fields: [{ field, message }] });
}
