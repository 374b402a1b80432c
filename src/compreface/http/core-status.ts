import { isRecord } from './answer-body.js';
import type { Outcome } from './caller.js';
import { successBody } from './decode-examples.js';
import type { Answer } from './observation.js';

// The release changes seldom; a status page that is polled should not double its questions.
const VALID_MS = 60_000;
const MAX_NAME_LENGTH = 100;

/** What CompreFace's recognition core says of itself; null for what it does not say. */
export interface CoreStatus {
  readonly version: string | null;
  readonly calculator: string | null;
}

const UNKNOWN: CoreStatus = { version: null, calculator: null };

export function decodeCoreStatus(answer: Answer): CoreStatus | undefined {
  const body = successBody(answer);
  return isRecord(body)
    ? { version: nameOf(body.build_version), calculator: nameOf(body.calculator_version) }
    : undefined;
}

/** Remembers what the core said, also that it said nothing, for a minute. */
export class CoreStatusMemory {
  private known = UNKNOWN;
  private untilMs = -Infinity;

  constructor(private readonly monotonicMs: () => number) {}

  async read(ask: () => Promise<Outcome<CoreStatus>>): Promise<CoreStatus> {
    if (this.monotonicMs() < this.untilMs) return this.known;
    const outcome = await ask();
    this.known = outcome.ok ? outcome.value : UNKNOWN;
    this.untilMs = this.monotonicMs() + VALID_MS;
    return this.known;
  }
}

function nameOf(value: unknown): string | null {
  return typeof value === 'string' && /^[\x21-\x7e]+$/.test(value) && value.length <= MAX_NAME_LENGTH ? value : null;
}
