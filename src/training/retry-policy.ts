import { MAX_ATTEMPTS } from './job-state.js';

/** CompreFace is asked again at least once a minute: work goes on within two minutes of its return. */
const OUTAGE_CAP_MS = 60_000;
const ERROR_CAP_MS = 15 * 60_000;

/** What to do with a job whose attempt an error of ours ended. */
export type RetryDecision = { readonly retryInMs: number } | { readonly giveUp: string };

/**
 * How long to wait after an outage, by how many there were in a row: doubling, ±20 % so that replicas do not come back together.
 * A service that says when to come back is believed. No outage ever burns an attempt.
 */
export function waitAfterOutage(outages: number, firstMs: number, retryAfterMs: number | null, random: number): number {
  const doubled = Math.min(OUTAGE_CAP_MS, firstMs * 2 ** Math.min(outages, 16));
  return Math.round(Math.max(retryAfterMs ?? 0, doubled) * (0.8 + 0.4 * random));
}

/** Three attempts, with a growing wait between them. `attempt` counts from 1. */
export function decideRetry(attempt: number, firstMs: number, random: number): RetryDecision {
  if (attempt >= MAX_ATTEMPTS) return { giveUp: `${MAX_ATTEMPTS} attempts ended with an error of our own` };
  const doubled = Math.min(ERROR_CAP_MS, firstMs * 5 * 2 ** (attempt - 1));
  return { retryInMs: Math.round(doubled * (0.8 + 0.4 * random)) };
}
