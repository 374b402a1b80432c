import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import { ClientGoneError } from './call.js';
import { undefinedError, unknownRoute, WireError } from './wire-error.js';

/** Where faults of the server go. Gets no key, no name and no image. */
export interface EmbeddedLogger {
  error(message: string): void;
}

/** Unknown routes: Spring's default body without a code for GET, code 0 for the other methods. */
export const answerUnknownRoute: RequestHandler = (request, response) => {
  if (request.method === 'GET' || request.method === 'HEAD')
    response.status(404).json({ status: 404, error: 'Not Found' });
  else sendError(response, unknownRoute(request.method));
};

/** Puts every error into CompreFace's shape; what nobody foresaw is 400 with code 0 there, and so it is here. */
export function answerErrors(logger: EmbeddedLogger): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (error instanceof ClientGoneError || response.destroyed) return;
    if (response.headersSent) {
      next(error);
      return;
    }
    if (error instanceof WireError) sendError(response, error);
    else sendError(response, unforeseen(error, logger));
  };
}

function unforeseen(error: unknown, logger: EmbeddedLogger): WireError {
  if (error instanceof URIError) return undefinedError();
  logger.error(`Embedded engine: ${error instanceof Error ? `${error.name}: ${error.message}` : 'unknown failure'}`);
  return undefinedError();
}

function sendError(response: Response, error: WireError): void {
  response.status(error.status);
  if (error.code === null) response.end();
  else response.json({ message: error.message, code: error.code });
}
