import { setTimeout as wait } from 'node:timers/promises';
import { ExpectedError } from '../demo/expected-error.mjs';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;
/** Answers of a service that is well, but not now. */
const NOT_NOW = new Set([429, 502, 503, 504]);

/** Calls the service and waits for it when it is away, up to `patienceMs` since it last answered. */
export function openService(url, patienceMs) {
  let answeredAt = performance.now();
  return {
    /** `makeOptions` is called for each try. Resolves with `{status, answer}` for every answer but "not now". */
    call: async (path, makeOptions = () => ({})) => {
      const since = Math.max(answeredAt, performance.now() - FIRST_PAUSE_MS);
      for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
        const { problem, ...outcome } = await once(`${url}/api${path}`, await makeOptions());
        if (!problem) {
          answeredAt = performance.now();
          return outcome;
        }
        const leftMs = patienceMs - (performance.now() - Math.max(since, answeredAt));
        if (leftMs <= 0) throw away(url, problem);
        await wait(Math.min(outcome.retryAfterMs ?? pauseMs, leftMs + 1));
      }
    },
  };
}

async function once(url, options) {
  try {
    const response = await fetch(url, options);
    const answer = await response.json().catch(() => ({}));
    if (!NOT_NOW.has(response.status)) return { status: response.status, answer };
    const seconds = Number(response.headers.get('retry-after'));
    return {
      problem: `${response.status} ${answer.error ?? ''}`.trim(),
      retryAfterMs: seconds > 0 ? Math.min(seconds * 1000, LONGEST_PAUSE_MS) : undefined,
    };
  } catch (error) {
    return { problem: error.cause?.code ?? error.message };
  }
}

function away(url, problem) {
  return new ExpectedError(
    `The service at ${url} does not answer (${problem}).\n` +
      'See whether it runs ("npm start") and whether --url is right, then run the same command again: it goes on where it stopped.',
  );
}
