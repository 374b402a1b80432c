import { latestSlot } from './schedule-slot.js';

const at = (iso: string): number => Date.parse(iso);

describe('the latest slot of a schedule', () => {
  it.each([
    ['0 * * * *', 'UTC', '2026-03-01T10:30:00Z', '2026-03-01T10:00:00Z'],
    ['0 * * * *', 'UTC', '2026-03-01T10:00:00Z', '2026-03-01T10:00:00Z'],
    ['0 * * * *', 'UTC', '2026-03-01T10:59:59.999Z', '2026-03-01T10:00:00Z'],
    ['30 2 * * *', 'Europe/Berlin', '2026-03-01T12:00:00Z', '2026-03-01T01:30:00Z'],
    ['*/15 * * * *', 'Asia/Kolkata', '2026-03-01T10:07:00Z', '2026-03-01T10:00:00Z'],
  ])('of %s in %s at %s is %s', (schedule, zone, now, expected) => {
    expect(latestSlot(schedule, zone, at(now))).toBe(at(expected));
  });

  it('is the same for whoever asks within it', () => {
    const slots = [0, 1, 999, 60_000, 3_599_999].map((late) =>
      latestSlot('0 * * * *', 'UTC', at('2026-03-01T10:00:00Z') + late),
    );
    expect(new Set(slots).size).toBe(1);
  });

  it('is none when the last one is more than a day ago', () => {
    expect(latestSlot('0 0 1 * *', 'UTC', at('2026-03-05T00:00:00Z'))).toBeNull();
  });
});
