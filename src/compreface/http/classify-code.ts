import type { ErrorBody } from './answer-body.js';
import type { Answer, CallKind } from './observation.js';
import { ambiguous, misconfigured, rejected, suspect, unavailable, type Verdict } from './verdict.js';

// CompreFace's migration has no end that it tells; look again after this time.
const MIGRATION_PAUSE_MS = 30_000;

// Codes of CommonExceptionCode.java that blame the request: nothing was stored, and the same request fails again.
const REQUEST_CODES: ReadonlySet<number> = new Set([5, 20, 26, 33, 34, 35, 36, 37]);

/** What one of CompreFace's own error codes means; null where the status has to decide. */
export function classifyCode(answer: Answer, error: ErrorBody, call: CallKind): Verdict | null {
  if (answer.status < 400 || answer.status > 599) return null;
  if (call !== 'other') {
    const verdict = classifyImageCode(answer, error);
    if (verdict !== null) return verdict;
  }
  return classifyServiceCode(answer, error, call);
}

function classifyImageCode(answer: Answer, { code, message }: ErrorBody): Verdict | null {
  if (answer.status === 400 && code === 28)
    return rejected('no_face', 'No usable face in the photo, or it cannot be read');
  if (answer.status === 400 && code === 31) return rejected('several_faces', 'More than one face in the photo');
  if (answer.status === 400 && code === 21)
    return rejected('unsupported_image', 'CompreFace does not accept this type of image');
  // A gateway's status from the core tells of an outage; any other 5xx is the core breaking on this very photo.
  if (code === 41 && /\[5(?!0[234])\d\d\b/.test(message)) return suspect('CompreFace breaks on this photo');
  return null;
}

function classifyServiceCode(answer: Answer, { code, message }: ErrorBody, call: CallKind): Verdict | null {
  if (code === 41) return coreAway(message);
  if (code === 32) {
    return unavailable('migrating', 'CompreFace is migrating its collection and takes no changes', {
      breaker: 'pause',
      overload: false,
      retryAfterMs: MIGRATION_PAUSE_MS,
    });
  }
  if (code === 10 && answer.status === 404) return wrongKey();
  if (code === 0 && answer.status === 400) return ambiguous(call, 'overloaded', 'CompreFace failed without saying why');
  if (answer.status === 400 && REQUEST_CODES.has(code)) return refusedRequest(code, message);
  return null;
}

function coreAway(message: string): Verdict {
  const text = message.toLowerCase();
  const slow = text.includes('read timed out') || /\[50[234]/.test(text);
  if (slow) return unavailable('overloaded', 'The recognition core of CompreFace does not answer in time');
  return unavailable('unreachable', 'CompreFace cannot reach its own recognition core');
}

function wrongKey(): Verdict {
  return misconfigured(
    'CompreFace knows no recognition service with the configured API key',
    'Check COMPREFACE_API_KEY: it must be the key of a service of type Recognition, not Detection or Verification, and not revoked',
  );
}

function refusedRequest(code: number, message: string): Verdict {
  if (code === 20) return misconfigured('CompreFace got no API key', 'Set COMPREFACE_API_KEY');
  if (code === 26 && /api key/i.test(message)) {
    return misconfigured(
      'CompreFace got an API key that is no UUID',
      'Copy COMPREFACE_API_KEY again from the list of services in CompreFace, without quotes or spaces',
    );
  }
  return misconfigured(
    `CompreFace does not understand our requests (code ${code})`,
    'Check that COMPREFACE_URL leads to CompreFace 1.x and that no proxy changes the requests',
  );
}
