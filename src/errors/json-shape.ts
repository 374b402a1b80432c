import type { NextFunction, Request, Response } from 'express';
import { DomainError } from './domain-error.js';

/** Deeper than any documented body; a deeper one would overflow the stack of whoever walks it by recursion. */
const DEEPEST = 20;
/** Names that the transformation to classes skips without a word, so that validation never sees them. */
const SKIPPED_NAMES = new Set(['__proto__', 'constructor', 'prototype']);

/** Express middleware behind the JSON parser: refuses what validation could not see or could not survive. */
export function checkJsonShape(request: Request, _response: Response, next: NextFunction): void {
  const complaint = request.body === undefined ? null : complaintAbout(request.body);
  if (!complaint) {
    next();
    return;
  }
  const { field, message } = complaint;
  next(new DomainError('VALIDATION_ERROR', `${field}: ${message}`, { fields: [complaint] }));
}

function complaintAbout(body: unknown): { field: string; message: string } | null {
  if (Array.isArray(body)) return { field: 'body', message: 'must be an object, not a list' };
  let level: unknown[] = [body];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEEPEST) return { field: 'body', message: `must not be nested deeper than ${DEEPEST} levels` };
    const below: unknown[] = [];
    for (const value of level) {
      if (typeof value !== 'object' || value === null) continue;
      const skipped = Object.keys(value).find((name) => SKIPPED_NAMES.has(name));
      if (skipped !== undefined) return { field: skipped, message: `property ${skipped} should not exist` };
      for (const inner of Object.values(value)) below.push(inner);
    }
    level = below;
  }
  return null;
}
