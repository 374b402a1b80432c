import { AdaptiveLimit } from './adaptive-limit.js';
import { simulate } from './testing/simulated-server.js';

const MINUTE_MS = 60_000;

describe('the adaptive limit', () => {
  it('starts with four calls, or with the maximum where that is less', () => {
    expect(new AdaptiveLimit(64).value).toBe(4);
    expect(new AdaptiveLimit(2).value).toBe(2);
  });

  it('rises by one for each round of fast calls that used at least half of it', () => {
    const limit = new AdaptiveLimit(64);
    const round = (inFlight: number): void => {
      for (let call = 0; call < limit.value; call++)
        limit.record({ startedMs: 0, endedMs: 100, inFlight, overloaded: false });
    };
    round(2);
    expect(limit.value).toBe(5);
    round(2);
    expect(limit.value).toBe(5);
    round(3);
    expect(limit.value).toBe(6);
  });

  it('falls by a tenth, and only once for the calls that were under way then', () => {
    const limit = new AdaptiveLimit(64);
    for (let call = 0; call < 4; call++)
      limit.record({ startedMs: 0, endedMs: 10 + call, inFlight: 4, overloaded: true });
    expect(limit.value).toBe(3);
    limit.record({ startedMs: 20, endedMs: 30, inFlight: 3, overloaded: true });
    limit.record({ startedMs: 40, endedMs: 50, inFlight: 3, overloaded: true });
    expect(limit.value).toBe(2);
  });

  it('takes a call for slow above 150 ms, or above three times the usual where calls take long by nature', () => {
    const quick = new AdaptiveLimit(64);
    quick.record({ startedMs: 0, endedMs: 20, inFlight: 1, overloaded: false });
    quick.record({ startedMs: 20, endedMs: 169, inFlight: 1, overloaded: false });
    expect(quick.value).toBe(4);
    quick.record({ startedMs: 169, endedMs: 320, inFlight: 1, overloaded: false });
    expect(quick.value).toBe(3);

    const heavy = new AdaptiveLimit(64);
    heavy.record({ startedMs: 0, endedMs: 1_000, inFlight: 1, overloaded: false });
    heavy.record({ startedMs: 1_000, endedMs: 3_900, inFlight: 1, overloaded: false });
    expect(heavy.value).toBe(4);
    heavy.record({ startedMs: 6_000, endedMs: 9_100, inFlight: 1, overloaded: false });
    expect(heavy.value).toBe(3);
  });

  it('never leaves 1..maximum', () => {
    const limit = new AdaptiveLimit(6);
    for (let call = 0; call < 500; call++)
      limit.record({ startedMs: call, endedMs: call + 10, inFlight: 6, overloaded: false });
    expect(limit.value).toBe(6);
    for (let call = 0; call < 500; call++) {
      limit.record({ startedMs: 1_000 + call * 10, endedMs: 1_005 + call * 10, inFlight: 6, overloaded: true });
    }
    expect(limit.value).toBe(1);
  });

  it('begins again with one call after an outage', () => {
    const limit = new AdaptiveLimit(64);
    limit.restart(5_000);
    expect(limit.value).toBe(1);
  });
});

describe('against a simulated server', () => {
  it.each([1, 2, 8, 16])('keeps a steady one of capacity %d busy', (capacity) => {
    const { servedShare } = simulate({ serviceMs: 100, capacities: [{ capacity, forMs: 5 * MINUTE_MS }], maximum: 64 });
    expect(servedShare).toBeGreaterThanOrEqual(0.95);
  });

  it('follows a capacity that goes 8, 2, none, 4, 16', () => {
    const capacities = [
      { capacity: 8, forMs: 3 * MINUTE_MS },
      { capacity: 2, forMs: 2 * MINUTE_MS },
      { capacity: 0, forMs: MINUTE_MS / 2 },
      { capacity: 4, forMs: 2 * MINUTE_MS },
      { capacity: 16, forMs: 2.5 * MINUTE_MS },
    ];
    const { servedShare } = simulate({ serviceMs: 80, capacities, maximum: 64 });
    expect(servedShare).toBeGreaterThanOrEqual(0.9);
  });

  it('does not take its own queue for normal: latency stays bounded', () => {
    const { p99Ms } = simulate({ serviceMs: 150, capacities: [{ capacity: 2, forMs: 40 * MINUTE_MS }], maximum: 64 });
    expect(p99Ms).toBeLessThan(150 * 5 * 1.5);
  });
});
