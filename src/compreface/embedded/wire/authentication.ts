import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import type { ApiKeys } from '../api-keys.js';
import { malformedKey, missingKey, type ServiceName, unknownKey } from './wire-error.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export const isUuid = (text: unknown): text is string => typeof text === 'string' && UUID.test(text);

/** Checks `x-api-key` before anything else of the request is read: missing, malformed, unknown or of another service. */
export function requireKey(keys: ApiKeys): RequestHandler {
  return (request, _response, next) => {
    const service = serviceOf(request.path);
    const given = request.get('x-api-key');
    if (given === undefined) throw missingKey();
    if (!isUuid(given)) throw malformedKey();
    if (service !== null && !sameKey(given, keys[service.key])) throw unknownKey(service.name, given);
    next();
  };
}

interface Service {
  readonly key: keyof ApiKeys;
  readonly name: ServiceName;
}

function serviceOf(path: string): Service | null {
  if (path.startsWith('/api/v1/recognition')) return { key: 'recognition', name: 'Recognition' };
  if (path.startsWith('/api/v1/detection')) return { key: 'detection', name: 'Detection' };
  if (path.startsWith('/api/v1/verification')) return { key: 'verification', name: 'Verification' };
  return null;
}

/** Exact comparison, as CompreFace does it: an upper-cased key is another key. */
export function sameKey(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
