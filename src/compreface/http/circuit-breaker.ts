import { OutcomeWindow } from './outcome-window.js';
import type { BreakerEffect, Refusal, Verdict } from './verdict.js';

const MAX_CONNECT_FAILURES = 5;
const FIRST_OPEN_MS = 5_000;
const MAX_OPEN_MS = 60_000;
const MISCONFIGURED_MS = 60_000;
const OPEN_JITTER = 0.2;
// Told while a probe is under way, so that nobody asks again in a busy loop.
const MIN_WAIT_MS = 500;

// One such failure opens it.
const OPENING: ReadonlySet<BreakerEffect> = new Set(['misconfigured', 'pause']);

/**
 * closed: calls pass. open: calls are refused until a time. half_open: one probe is under way, calls are refused.
 * misconfigured: as open, but waiting alone does not help: a person has to change the settings.
 */
export type BreakerState = 'closed' | 'open' | 'half_open' | 'misconfigured';

/** What a call may do: go on, make the probe that decides first, or fail with the failure that opened the breaker. */
export type Admission = 'pass' | 'probe' | Refusal;

/** What calls hear now instead of being sent, and when one of them is let through to probe; 0: the very next one is. */
export interface Standing {
  readonly refusal: Refusal;
  readonly retryInMs: number;
}

/** Spares a server that is down, and its callers the waiting. One per address and key; time is any monotonic clock. */
export class CircuitBreaker {
  private readonly window = new OutcomeWindow();
  private current: BreakerState = 'closed';
  private refusal: Refusal | null = null;
  private untilMs = 0;
  private openMs = FIRST_OPEN_MS;
  private connectFailures = 0;
  /** Closed by a probe, but no call that costs inference has succeeded since. */
  private onTrial = false;

  constructor(
    private readonly monotonicMs: () => number,
    private readonly random: () => number = Math.random,
  ) {}

  get state(): BreakerState {
    return this.current;
  }

  /** Null while calls pass. */
  get standing(): Standing | null {
    return this.refusal && { refusal: this.refusal, retryInMs: this.leftMs };
  }

  /** Whoever is told to `probe` must report it with `probed`. */
  admit(): Admission {
    if (this.refusal === null) return 'pass';
    if (this.current === 'half_open' || this.monotonicMs() < this.untilMs) return this.refused(this.refusal);
    this.current = 'half_open';
    return 'probe';
  }

  /** Takes note of a call that was let through; null is its success. `trial`: it cost inference, as only real work does. */
  record(verdict: Verdict | null, trial = false): void {
    if (verdict === null || verdict.breaker === 'success') this.succeeded(trial);
    else this.failed(verdict, trial);
  }

  /** Takes note of a probe, whoever asked for it: its success closes the breaker. Returns whether that ended an outage. */
  probed(verdict: Verdict | null): boolean {
    if (this.refusal === null) {
      this.record(verdict);
      return false;
    }
    if (verdict === null) return this.close(this.refusal);
    if (verdict.breaker === 'ignored') this.current = this.refusal.kind === 'misconfigured' ? 'misconfigured' : 'open';
    else this.open(verdict);
    return false;
  }

  /**
   * Somebody who looked on was answered well. It ends a wrong setting, which only a person's change ends and for which nobody asked for
   * peace. It ends no outage: the look costs no inference, and says nothing of what was overloaded or asked for a pause.
   */
  mended(): void {
    if (this.current === 'misconfigured' && this.refusal) this.close(this.refusal);
  }

  // While it is open, calls that started before say nothing about now: only a probe closes it.
  private succeeded(trial: boolean): void {
    if (this.refusal !== null) return;
    this.window.add(false, this.monotonicMs());
    this.connectFailures = 0;
    if (!trial) return;
    this.onTrial = false;
    this.openMs = FIRST_OPEN_MS;
  }

  private failed(verdict: Verdict, trial: boolean): void {
    if (OPENING.has(verdict.breaker)) this.open(verdict);
    if (this.refusal !== null || verdict.breaker === 'ignored') return;
    this.window.add(true, this.monotonicMs());
    this.connectFailures = verdict.breaker === 'connect_failure' ? this.connectFailures + 1 : 0;
    const broken = this.connectFailures >= MAX_CONNECT_FAILURES || this.window.mostFailed;
    if (broken || (this.onTrial && trial)) this.open(verdict);
  }

  private open({ breaker, refusal }: Verdict): void {
    if (refusal === null) return;
    const again = this.current === 'half_open' || this.onTrial;
    if (again) this.openMs = Math.min(MAX_OPEN_MS, this.openMs * 2);
    this.current = breaker === 'misconfigured' ? 'misconfigured' : 'open';
    this.refusal = refusal;
    this.untilMs = this.monotonicMs() + this.pauseMs(breaker, refusal);
    this.onTrial = false;
    this.connectFailures = 0;
    this.window.clear();
  }

  private pauseMs(breaker: Verdict['breaker'], refusal: Refusal): number {
    if (breaker === 'misconfigured') return MISCONFIGURED_MS;
    // What the server asked for is a least time, so jitter only adds.
    const told = refusal.kind === 'unavailable' ? refusal.retryAfterMs : null;
    if (told !== null) return told * (1 + this.random() * OPEN_JITTER);
    return this.openMs * (1 - OPEN_JITTER + this.random() * 2 * OPEN_JITTER);
  }

  private close(refusal: Refusal): boolean {
    this.onTrial = refusal.kind === 'unavailable';
    this.current = 'closed';
    this.refusal = null;
    return this.onTrial;
  }

  private refused(refusal: Refusal): Refusal {
    if (refusal.kind === 'misconfigured') return refusal;
    return { ...refusal, retryAfterMs: Math.max(MIN_WAIT_MS, this.leftMs) };
  }

  private get leftMs(): number {
    return Math.max(0, Math.ceil(this.untilMs - this.monotonicMs()));
  }
}
