import { randomUUID } from 'node:crypto';
import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import type { Response } from 'express';
import { DomainError } from './domain-error.js';
import { type ErrorTranslator, translateHttpError } from './error-answer.js';
import { HTTP_STATUS } from './http-status.js';

/** The one place that turns errors into HTTP answers: `{error, code, details}`, whatever happened. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger('HTTP');

  /** `translators` know the errors of other layers, such as a database that is away. */
  constructor(private readonly translators: readonly ErrorTranslator[] = []) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    const answer = this.translate(error) ?? this.bug(error);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const retryAfter = answer.details['retry_after_seconds'];
    if (typeof retryAfter === 'number') response.setHeader('Retry-After', String(retryAfter));
    response
      .status(HTTP_STATUS[answer.code])
      .json({ error: answer.message, code: answer.code, details: answer.details });
  }

  private translate(error: unknown): DomainError | null {
    for (const translate of [...this.translators, translateHttpError]) {
      const translated = translate(error);
      if (translated) return translated;
    }
    return null;
  }

  /** The answer carries a number to look the stack up by; the log carries the stack without the statement's parameters. */
  private bug(error: unknown): DomainError {
    const requestId = randomUUID();
    const stack = error instanceof Error ? (error.stack ?? error.message) : 'no error object';
    this.logger.error(`request ${requestId} failed: ${stack}`);
    return new DomainError(
      'INTERNAL_ERROR',
      'Something went wrong here; this is a bug. The log says more under this request id',
      {
        request_id: requestId,
      },
    );
  }
}
