import { latestSlot } from '../../../src/training/schedule-slot.js';
import { TrainingSchedule } from '../../../src/training/training-schedule.js';
import { Findings, type Proof, type ProofContext } from '../proof.js';
import type { HostedApp } from '../rig/hosted-app.js';
import { Rig } from '../rig/rig.js';

const REPLICAS = 4;
const MINUTE_MS = 60_000;
const SKEW_MS = 90_000;

export const eachSlotOnce: Proof = {
  id: 'P15',
  promise:
    'The schedule fires each slot exactly once, on any number of replicas, with skewed clocks, across both clock changes',
  grounds: ['SQLite', 'MariaDB'],
  run: async (context) => {
    const findings = new Findings();
    // The function is the same whatever the database is.
    const changes = context.ground === 'SQLite' ? clockChanges(findings) : 0;
    const slots = await oncePerSlot(context, findings);
    return findings.result(changes + slots);
  },
};

/** Every replica looks at its own time, and what it takes for the latest slot is inserted by all at once. */
async function oncePerSlot(context: ProofContext, findings: Findings): Promise<number> {
  const slots = context.count(10_000, 200);
  const rig = await Rig.open(context.database);
  try {
    const apps: HostedApp[] = [];
    for (let replica = 0; replica < (context.ground === 'SQLite' ? 1 : REPLICAS); replica += 1)
      apps.push(await rig.host());
    const schedules = apps.flatMap((app) => {
      const schedule = app.get(TrainingSchedule) as unknown as { take(slot: number): Promise<boolean> };
      // On SQLite there is one process; two of its timers may still meet.
      return context.ground === 'SQLite' ? [schedule, schedule, schedule, schedule] : [schedule];
    });
    const taken = new Map<number, number>();
    const start = Date.UTC(2026, 0, 1);
    const skews = schedules.map(() => Math.round((context.random() * 2 - 1) * SKEW_MS));
    for (let look = 0; look < 2 * slots; look += 1) {
      // Twice a minute, a little late each time.
      const nowMs = start + (look * MINUTE_MS) / 2 + Math.floor(context.random() * 10_000);
      await Promise.all(
        schedules.map(async (schedule, replica) => {
          const slot = latestSlot('* * * * *', 'UTC', nowMs + skews[replica]!);
          if (slot !== null && (await schedule.take(slot))) taken.set(slot, (taken.get(slot) ?? 0) + 1);
        }),
      );
      if (look % 5_000 === 4_999) context.progress(`${(look + 1) / 2} slots`);
    }
    const rows = await (await rig.sql()).all<{ slot_ms: number | string }>('SELECT slot_ms FROM cron_slot');
    findings.expect(
      [...taken.values()].every((n) => n === 1),
      'a slot was taken twice',
    );
    findings.expect(rows.length === taken.size, `${rows.length} rows for ${taken.size} slots that were taken`);
    const times = [...taken.keys()].sort((a, b) => a - b);
    const holes = times.filter((slot, index) => index > 0 && slot - times[index - 1]! !== MINUTE_MS).length;
    findings.expect(holes === 0, `${holes} slots were left out`);
    findings.remark(
      `${times.length} slots, ${schedules.length} at once (${apps.length} process(es) on the database), clocks off by up to ${SKEW_MS / 1_000} s: each taken once, none left out`,
    );
    return times.length;
  } finally {
    await rig.close();
  }
}

const ZONES = [
  { zone: 'Europe/Berlin', changes: ['2026-03-29', '2026-10-25'] },
  { zone: 'America/New_York', changes: ['2026-03-08', '2026-11-01'] },
  { zone: 'Australia/Lord_Howe', changes: ['2026-04-05', '2026-10-04'] },
] as const;

/** Schedules with a fixed hour fire once a local day; hourly ones each hour that passes. */
function clockChanges(findings: Findings): number {
  let looked = 0;
  for (const { zone, changes } of ZONES) {
    for (const day of changes) {
      for (const schedule of ['30 2 * * *', '15 1 * * *', '0 3 * * *', '0 12 * * *']) {
        const fired = slotsAround(schedule, zone, day);
        const days = fired.map((slot) => localDay(slot, zone));
        looked += fired.length;
        const wrong = days.length !== 4 || new Set(days).size !== 4;
        findings.expect(
          !wrong,
          `${schedule} in ${zone} around ${day} fires on ${days.join(', ')} at ${fired.map((slot) => new Date(slot).toISOString()).join(', ')}`,
        );
      }
      const hourly = slotsAround('0 * * * *', zone, day);
      looked += hourly.length;
      const gaps = hourly.slice(1).map((slot, index) => (slot - hourly[index]!) / MINUTE_MS);
      const longest = Math.max(...gaps);
      // Lord Howe moves its clock by half an hour.
      findings.expect(
        longest <= 90 && Math.min(...gaps) >= 30,
        `hourly in ${zone} around ${day}: gaps of ${Math.min(...gaps)} to ${longest} minutes`,
      );
    }
  }
  findings.remark(
    `both clock changes of 2026 in ${ZONES.map(({ zone }) => zone).join(', ')}: fixed hours fire once a local day, hourly ones every hour`,
  );
  return looked;
}

/** Every different slot that somebody sees who looks every five minutes, over the four local days around the change. */
function slotsAround(schedule: string, zone: string, day: string): number[] {
  const noon = Date.parse(`${day}T12:00:00Z`);
  const slots = new Set<number>();
  for (let nowMs = noon - 4 * 24 * 60 * MINUTE_MS; nowMs < noon + 4 * 24 * 60 * MINUTE_MS; nowMs += 5 * MINUTE_MS) {
    const slot = latestSlot(schedule, zone, nowMs);
    if (slot !== null) slots.add(slot);
  }
  const wanted = new Set(
    [-2, -1, 0, 1].map((offset) => new Date(noon + offset * 24 * 60 * MINUTE_MS).toISOString().slice(0, 10)),
  );
  return [...slots].filter((slot) => wanted.has(localDay(slot, zone))).sort((a, b) => a - b);
}

function localDay(slot: number, zone: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(slot);
}
