import { Injectable } from '@nestjs/common';
import { Clock } from './clock.js';

/** The machine's own clock: the one place that reads it. */
@Injectable()
export class SystemClock extends Clock {
  now(): Date {
    return new Date();
  }

  monotonicMs(): number {
    return performance.now();
  }
}
