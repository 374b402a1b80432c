import { HttpService } from '@nestjs/axios';
import { Clock } from '../../../time/clock.js';
import { SystemClock } from '../../../time/system-clock.js';
import { CompreFaceOptions, type CompreFaceSettings } from '../compreface-options.js';
import { HttpFaceEngine } from '../http-face-engine.js';

export const API_KEY = '5e3f4a1c-0a2b-4c3d-8e9f-0123456789ab';

export const IMAGE_ID = '11111111-2222-4333-8444-555555555555';

/** Time-outs short enough to wait for in a test. */
export const HASTY = { connectTimeoutMs: 60, headersTimeoutMs: 60, totalTimeoutMs: 120, probeTimeoutMs: 60 } as const;

/** An engine with the product's own time-outs unless told otherwise. */
export function engineFor(
  baseUrl: string,
  settings: Partial<CompreFaceSettings> = {},
  clock: Clock = new SystemClock(),
): HttpFaceEngine {
  const options = new CompreFaceOptions({
    baseUrl,
    apiKey: API_KEY,
    embedded: false,
    settleMs: 180_000,
    ...settings,
  });
  return new HttpFaceEngine(new HttpService(), options, clock);
}

/** A clock that stands still until it is told to go on. */
export class StoppedClock extends Clock {
  private nowMs = 1_000_000;

  now(): Date {
    return new Date(this.nowMs);
  }

  monotonicMs(): number {
    return this.nowMs;
  }

  advance(ms: number): void {
    this.nowMs += ms;
  }
}
