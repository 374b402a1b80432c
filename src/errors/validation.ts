import type { ValidationError } from '@nestjs/common';
import { DomainError } from './domain-error.js';

/** Names of fields come from the caller and may be as long as the body. */
const LONGEST_NAME = 100;
const LONGEST_MESSAGE = 200;

interface FieldComplaint {
  readonly field: string;
  readonly message: string;
  readonly value?: unknown;
}

/** What class-validator complains about as one error that names every field. */
export function validationError(errors: readonly ValidationError[]): DomainError {
  const fields = complaints(errors, '').slice(0, 50);
  const first = fields[0];
  const summary = first ? `${first.field}: ${first.message}` : 'The request is not right';
  return new DomainError('VALIDATION_ERROR', summary, { fields });
}

/** One field that is off, found by our own code. */
export function fieldError(field: string, message: string, value?: unknown): DomainError {
  const complaint: FieldComplaint = { field, message, ...shown(value) };
  return new DomainError('VALIDATION_ERROR', `${field}: ${message}`, { fields: [complaint] });
}

function complaints(errors: readonly ValidationError[], path: string): FieldComplaint[] {
  return errors.flatMap((error) => {
    const field = (path === '' ? error.property : `${path}.${error.property}`).slice(0, LONGEST_NAME);
    const own = Object.values(error.constraints ?? {}).map((message) => ({
      field,
      message: message.slice(0, LONGEST_MESSAGE),
      ...shown(error.value),
    }));
    return [...own, ...complaints(error.children ?? [], field)];
  });
}

/** Short plain values help to see the mistake; anything else could be large or private. */
function shown(value: unknown): { value?: unknown } {
  if (typeof value === 'number' || typeof value === 'boolean') return { value };
  return typeof value === 'string' && value.length <= 40 ? { value } : {};
}
