/** The closed list of codes that an error answer can carry. `http-status.ts` maps each to its HTTP status. */
export const ERROR_CODES = [
  'VALIDATION_ERROR',
  'UNAUTHORIZED',
  'FORBIDDEN',
  'INSUFFICIENT_STORAGE',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'INVALID_STATE',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'INSUFFICIENT_DATA',
  'RATE_LIMITED',
  'EXTERNAL_SERVICE_ERROR',
  'SERVICE_UNAVAILABLE',
  'INTERNAL_ERROR',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** Facts about an error that a client can act on; never a secret, a name or an image. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/** An error that belongs to the interface: a stable code, a sentence that says what to do next, and details. */
export class DomainError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: ErrorDetails = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'DomainError';
  }
}
