import type { NextFunction, Request, Response } from 'express';
import { DomainError } from './domain-error.js';

/** Deeper than any documented body; a deeper one would overflow the stack of whoever walks it by recursion. */
const DEEPEST = 20;
/** More than any documented body has; validation takes a time that grows with their square. */
const MOST_NAMES = 100;
const LONGEST_LIST = 1_000;
/** Names that the transformation to classes skips, and that validation takes for known ones: every object has them. */
const SKIPPED_NAMES = new Set([...Object.getOwnPropertyNames(Object.prototype), 'prototype']);

/** Express middleware behind the JSON parser: refuses what validation could not see or could not survive. */
export function checkJsonShape(request: Request, _response: Response, next: NextFunction): void {
  const complaint = request.body === undefined ? null : complaintAbout(request.body);
  if (!complaint) {
    next();
    return;
  }
  const field = complaint.field.slice(0, 100);
  const { message } = complaint;
  next(new DomainError('VALIDATION_ERROR', `${field}: ${message}`, { fields: [{ field, message }] }));
}

interface Complaint {
  readonly field: string;
  readonly message: string;
}

function complaintAbout(body: unknown): Complaint | null {
  if (Array.isArray(body)) return { field: 'body', message: 'must be an object, not a list' };
  let level: [name: string, value: unknown][] = [['body', body]];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEEPEST) return { field: 'body', message: `must not be nested deeper than ${DEEPEST} levels` };
    const below: typeof level = [];
    for (const [name, value] of level) {
      if (typeof value !== 'object' || value === null) continue;
      const inner = Object.entries(value);
      const complaint = complaintAboutNames(name, inner, Array.isArray(value));
      if (complaint) return complaint;
      for (const entry of inner) below.push(entry);
    }
    level = below;
  }
  return null;
}

function complaintAboutNames(
  field: string,
  inner: readonly (readonly [string, unknown])[],
  isList: boolean,
): Complaint | null {
  if (isList) {
    return inner.length > LONGEST_LIST ? { field, message: `must not have more than ${LONGEST_LIST} entries` } : null;
  }
  if (inner.length > MOST_NAMES) return { field, message: `must not have more than ${MOST_NAMES} fields` };
  const skipped = inner.find(([name]) => SKIPPED_NAMES.has(name))?.[0];
  return skipped === undefined ? null : { field: skipped, message: `property ${skipped} should not exist` };
}
