import { type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { DomainError } from './domain-error.js';

/** Under which `@ApiConsumes` leaves what a route takes (@nestjs/swagger, constants.ts). */
const CONSUMES = 'swagger/apiConsumes';
const MULTIPART = 'multipart/form-data';
const JSON_TYPE = 'application/json';

/**
 * Refuses a body of another type than the documented one: JSON, or multipart where the route says so. Unread, it would count as
 * empty, and the defaults would be taken for the caller's wish.
 */
export class ContentTypeGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    if (!hasBody(request) || request.method === 'GET' || request.method === 'HEAD') return true;
    const consumes = Reflect.getMetadata(CONSUMES, context.getHandler()) as readonly string[] | undefined;
    const wanted = consumes?.includes(MULTIPART) ? MULTIPART : JSON_TYPE;
    const given = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
    if (given === wanted) return true;
    throw new DomainError('UNSUPPORTED_MEDIA_TYPE', `Send the body as ${wanted}`, { expected: wanted });
  }
}

function hasBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
