const MAX_PAUSE_MS = 5 * 60_000;

/** Reads a Retry-After header (RFC 9110, 10.2.3: seconds or an HTTP date), capped at 5 minutes; null when it is neither. */
export function retryAfterMs(header: string, now: Date): number | null {
  const text = header.trim();
  // Date.parse alone takes nearly anything for a date.
  const dateMs = / GMT$/.test(text) ? Date.parse(text) : NaN;
  const waitMs = /^\d+$/.test(text) ? Number(text) * 1000 : dateMs - now.getTime();
  return Number.isNaN(waitMs) ? null : Math.min(Math.max(waitMs, 0), MAX_PAUSE_MS);
}
