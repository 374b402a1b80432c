import { DomainError } from '../errors/domain-error.js';
import type { EngineFailure } from './face-engine.js';

/** A call to the engine failed; `failure` says in which of the closed list of ways. Reaches HTTP as 502. */
export class FaceEngineError extends DomainError {
  constructor(
    readonly failure: EngineFailure,
    url: string,
    options?: ErrorOptions,
  ) {
    super(
      'EXTERNAL_SERVICE_ERROR',
      failure.message,
      { service: 'CompreFace', url, suggestion: suggestionFor(failure) },
      options,
    );
    this.name = 'FaceEngineError';
  }
}

function suggestionFor(failure: EngineFailure): string {
  switch (failure.kind) {
    case 'misconfigured':
      return failure.suggestion;
    case 'unavailable':
      return failure.reason === 'unreachable' ? 'Check if CompreFace is running' : 'Wait; the work goes on by itself';
    case 'unknown':
    case 'suspect':
      return 'Check the log of CompreFace; the work is tried again by itself';
    case 'rejected':
      return 'Use another photo';
  }
}
