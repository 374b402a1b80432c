import { parseErrorBody } from './answer-body.js';
import { classifyCode } from './classify-code.js';
import { classifySilence } from './classify-silence.js';
import type { Answer, CallKind, Observation } from './observation.js';
import { ambiguous, misconfigured, rejected, unavailable, type Verdict } from './verdict.js';

/**
 * The fault matrix of the client: what any answer or silence means that is not the success of its call. Pure and total.
 * CompreFace answers 400 for its own faults too, so its `code` decides and the status only where there is none.
 */
export function classify(observation: Observation, call: CallKind): Verdict {
  if (observation.kind === 'silence') return classifySilence(observation, call);
  const error = parseErrorBody(observation.body);
  const byCode = error === null ? null : classifyCode(observation, error, call);
  return byCode ?? classifyStatus(observation, call);
}

function classifyStatus(answer: Answer, call: CallKind): Verdict {
  const { status } = answer;
  if (status >= 200 && status < 300)
    return ambiguous(call, 'overloaded', 'CompreFace gave an answer that we cannot read', { overload: false });
  if (status >= 300 && status < 400) return redirected();
  if (status >= 400 && status < 500) return classifyClientStatus(answer, call);
  return classifyServerStatus(answer, call);
}

function classifyClientStatus(answer: Answer, call: CallKind): Verdict {
  switch (answer.status) {
    case 400:
      return looksLikeHtml(answer.body)
        ? notCompreFace(400)
        : ambiguous(call, 'overloaded', 'CompreFace answered 400 without a reason');
    case 401:
    case 403:
    case 407:
      return misconfigured(
        `Something in front of CompreFace asks for a login (status ${answer.status})`,
        'Let the requests of this service pass the proxy, or set COMPREFACE_URL to an address behind it',
      );
    case 408:
    case 425:
      return ambiguous(
        call,
        'overloaded',
        `CompreFace gave up on the request (status ${answer.status})`,
        pauseOf(answer),
      );
    case 413:
      return tooLarge(call);
    case 429:
      return unavailable('throttled', 'CompreFace gets too many requests', pauseOf(answer));
    default:
      return notCompreFace(answer.status);
  }
}

function classifyServerStatus(answer: Answer, call: CallKind): Verdict {
  const { status } = answer;
  if (status === 501) return notCompreFace(status);
  if (status === 503 && answer.body.length > 0) {
    return unavailable('overloaded', 'CompreFace is not ready (status 503)', pauseOf(answer));
  }
  if (status === 502 || status === 504 || (status >= 520 && status <= 527)) {
    const reason = status === 504 ? 'overloaded' : 'unreachable';
    return ambiguous(
      call,
      reason,
      `The gateway of CompreFace got no answer from it (status ${status})`,
      pauseOf(answer),
    );
  }
  return ambiguous(call, 'overloaded', `CompreFace failed (status ${status})`, pauseOf(answer));
}

function redirected(): Verdict {
  return misconfigured(
    'CompreFace redirects to another address, and redirects are never followed, since the API key would go along',
    'Set COMPREFACE_URL to the final address (often https instead of http)',
  );
}

function notCompreFace(status: number): Verdict {
  return misconfigured(
    `The configured address answers, but not as CompreFace's API does (status ${status})`,
    'Check host, port and path of COMPREFACE_URL: it is usually http://<host>:8000',
  );
}

function tooLarge(call: CallKind): Verdict {
  if (call !== 'other') return rejected('image_too_large', 'The photo is larger than CompreFace or its proxy accepts');
  return misconfigured('A proxy refuses even small requests as too large', 'Raise client_max_body_size of the proxy');
}

function looksLikeHtml(body: Buffer): boolean {
  return /^\s*<(?:!doctype|html)/i.test(body.toString('utf8', 0, 200));
}

function pauseOf(answer: Answer): { retryAfterMs: number | null } {
  return { retryAfterMs: answer.retryAfterMs };
}
