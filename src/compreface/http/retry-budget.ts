const MAX_TOKENS = 50;
const FIRST_TOKENS = 10;
const PER_FIRST_TRY = 0.1;

/** Keeps retries below a tenth of the calls, so that they cannot turn a slow server into a dead one (Google SRE book, ch. 21). */
export class RetryBudget {
  private tokens = FIRST_TOKENS;

  /** Every call that is not a retry earns a tenth of one. */
  earn(): void {
    this.tokens = Math.min(MAX_TOKENS, this.tokens + PER_FIRST_TRY);
  }

  /** Whether a retry may be made; pays for it if so. */
  spend(): boolean {
    if (this.tokens < 1) return false;
    this.tokens--;
    return true;
  }
}
