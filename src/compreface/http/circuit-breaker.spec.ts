import { CircuitBreaker } from './circuit-breaker.js';
import { classify } from './classify.js';
import { answer, code, coreFault, network, silence, unsent } from './testing/observations.js';
import type { Verdict } from './verdict.js';

const OUTAGE = classify(answer(502), 'add');
const REFUSED = classify(unsent('ECONNREFUSED'), 'add');
const NO_FACE = classify(code(400, 28), 'add');
const WRONG_KEY = classify(code(404, 10), 'add');

interface Bench {
  readonly breaker: CircuitBreaker;
  readonly pass: (ms: number) => void;
  readonly record: (verdict: Verdict | null, times: number) => void;
}

/** A breaker with a clock in the test's hand and a jitter of nothing. */
function setup(random = 0.5): Bench {
  let nowMs = 1_000;
  const breaker = new CircuitBreaker(
    () => nowMs,
    () => random,
  );
  const record = (verdict: Verdict | null, times: number): void => {
    for (let time = 0; time < times; time++) breaker.record(verdict);
  };
  return { breaker, pass: (ms) => void (nowMs += ms), record };
}

/** Brought to the moment when the first pause has just begun. */
function opened(random?: number): Bench {
  const bench = setup(random);
  bench.record(REFUSED, 5);
  return bench;
}

describe('opening', () => {
  it('takes half of at least 20 calls within 10 s', () => {
    const { breaker, record } = setup();
    record(null, 10);
    record(OUTAGE, 9);
    expect(breaker.admit()).toBe('pass');
    record(OUTAGE, 1);
    expect(breaker.state).toBe('open');
  });

  it('does not come from failures that are older than 10 s', () => {
    const { breaker, record, pass } = setup();
    record(OUTAGE, 19);
    pass(10_001);
    record(OUTAGE, 19);
    expect(breaker.state).toBe('closed');
  });

  it('takes five failures to connect in a row, however few calls there were', () => {
    const { breaker, record } = setup();
    record(REFUSED, 4);
    record(null, 1);
    record(REFUSED, 4);
    expect(breaker.state).toBe('closed');
    record(REFUSED, 1);
    expect(breaker.state).toBe('open');
  });

  it('never comes from photos without a face: the service is well', () => {
    const { breaker, record } = setup();
    record(NO_FACE, 100);
    expect(breaker.admit()).toBe('pass');
  });

  it.each([
    ['photos that CompreFace breaks on', classify(coreFault('[500 X]'), 'add')],
    ['calls that we stopped ourselves', classify(silence('aborted'), 'add')],
  ])('never comes from %s', (_what, verdict) => {
    const { breaker, record } = setup();
    record(verdict, 100);
    expect(breaker.state).toBe('closed');
  });
});

describe('while it is open', () => {
  it('refuses at once with the failure that opened it and the time that is left', () => {
    const { breaker, pass } = opened();
    pass(2_000);
    expect(breaker.admit()).toEqual({
      kind: 'unavailable',
      reason: 'unreachable',
      message: 'Failed to connect to CompreFace service',
      retryAfterMs: 3_000,
    });
  });

  it('never tells a later call that its own outcome was unknown', () => {
    const { breaker, record } = setup();
    record(classify(network('ECONNRESET'), 'add'), 20);
    expect(breaker.admit()).toMatchObject({ kind: 'unavailable' });
  });

  it('is not closed by a call that had started before', () => {
    const { breaker, record } = opened();
    record(null, 30);
    expect(breaker.state).toBe('open');
  });

  it('asks one caller for a probe when the time is over, and refuses the others meanwhile', () => {
    const { breaker, pass } = opened();
    pass(5_000);
    expect(breaker.admit()).toBe('probe');
    expect(breaker.state).toBe('half_open');
    expect(breaker.admit()).toMatchObject({ kind: 'unavailable' });
  });

  it('asks the next caller when the one that probed gave up', () => {
    const { breaker, pass } = opened();
    pass(5_000);
    breaker.admit();
    breaker.probed(classify(silence('aborted'), 'other'));
    expect(breaker.admit()).toBe('probe');
  });

  it.each([
    [0, 4_000],
    [0.999, 5_999],
  ])('waits 5 s give or take a fifth (random %d: %d ms)', (random, waitMs) => {
    const { breaker, pass } = opened(random);
    pass(waitMs - 2);
    expect(breaker.admit()).not.toBe('probe');
    pass(2);
    expect(breaker.admit()).toBe('probe');
  });

  it('doubles the pause after each failed probe, up to a minute', () => {
    const { breaker, pass } = opened();
    const pausesMs: number[] = [];
    for (let round = 0; round < 6; round++) {
      const refusal = breaker.admit();
      const leftMs = typeof refusal === 'object' && refusal.kind === 'unavailable' ? (refusal.retryAfterMs ?? 0) : 0;
      pausesMs.push(leftMs);
      pass(leftMs);
      expect(breaker.admit()).toBe('probe');
      breaker.probed(REFUSED);
    }
    expect(pausesMs).toEqual([5_000, 10_000, 20_000, 40_000, 60_000, 60_000]);
  });
});

describe('closing', () => {
  it('comes from a probe that succeeds, even before the time is over', () => {
    const { breaker } = opened();
    expect(breaker.probed(null)).toBe(true);
    expect([breaker.state, breaker.admit()]).toEqual(['closed', 'pass']);
  });

  it('is on trial: the first upload that fails opens it again, for twice as long', () => {
    const { breaker } = opened();
    breaker.probed(null);
    breaker.record(OUTAGE, true);
    expect(breaker.admit()).toMatchObject({ kind: 'unavailable', retryAfterMs: 10_000 });
  });

  it('is complete with the first upload that succeeds', () => {
    const { breaker } = opened();
    breaker.probed(null);
    breaker.record(null, true);
    breaker.record(OUTAGE, true);
    expect(breaker.state).toBe('closed');
  });
});

describe('a wrong setting', () => {
  it('stops all calls with what is wrong and what to do, at the first answer that shows it', () => {
    const { breaker, record } = setup();
    record(WRONG_KEY, 1);
    expect(breaker.state).toBe('misconfigured');
    expect(breaker.admit()).toEqual(WRONG_KEY.failure);
  });

  it('is probed once a minute', () => {
    const { breaker, record, pass } = setup();
    record(WRONG_KEY, 1);
    for (let minute = 0; minute < 3; minute++) {
      pass(59_999);
      expect(breaker.admit()).toEqual(WRONG_KEY.failure);
      pass(1);
      expect(breaker.admit()).toBe('probe');
      breaker.probed(WRONG_KEY);
    }
  });

  it('is over as soon as a probe succeeds, and that was no outage', () => {
    const { breaker, record } = setup();
    record(WRONG_KEY, 1);
    expect(breaker.probed(null)).toBe(false);
    expect(breaker.state).toBe('closed');
  });
});

describe('what it tells somebody who looks on', () => {
  it('is nothing while calls pass', () => {
    expect(setup().breaker.standing).toBeNull();
  });

  it('is why calls are refused, and in how many ms one is let through to probe', () => {
    const { breaker, pass } = opened();
    pass(2_000);
    expect(breaker.standing).toMatchObject({ refusal: { reason: 'unreachable' }, retryInMs: 3_000 });
    pass(4_000);
    expect(breaker.standing).toMatchObject({ retryInMs: 0 });
    expect(breaker.state).toBe('open');
  });

  it('is also for a wrong setting when it is tried again', () => {
    const { breaker, record } = setup();
    record(WRONG_KEY, 1);
    expect(breaker.standing).toEqual({ refusal: WRONG_KEY.failure, retryInMs: 60_000 });
  });

  it('changes with what was seen mended for a wrong setting, and for nothing else', () => {
    const wrong = setup();
    wrong.record(WRONG_KEY, 1);
    wrong.breaker.mended();
    expect([wrong.breaker.state, wrong.breaker.admit()]).toEqual(['closed', 'pass']);
    const outage = opened();
    outage.breaker.mended();
    expect(outage.breaker.state).toBe('open');
  });
});

describe('a pause that the service asks for', () => {
  it.each([
    [0, 30_000],
    [0.999, 35_994],
  ])('holds for all calls, with up to a fifth more (random %d: %d ms)', (random, pauseMs) => {
    const { breaker, record, pass } = setup(random);
    record(classify(answer(429, '', { retryAfterMs: 30_000 }), 'add'), 1);
    pass(pauseMs - 1);
    expect(breaker.admit()).toMatchObject({ reason: 'throttled' });
    pass(1);
    expect(breaker.admit()).toBe('probe');
  });

  it('is half a minute while CompreFace migrates', () => {
    const { breaker, record } = setup(0);
    record(classify(code(405, 32), 'add'), 1);
    expect(breaker.admit()).toMatchObject({ reason: 'migrating', retryAfterMs: 30_000 });
  });
});
