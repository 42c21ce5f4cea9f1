import { describe, expect, test } from '@jest/globals';
import { nextDueOf } from '../../src/tasks/schedule/next-due.js';
import { scheduleOf } from '../../src/tasks/schedule/schedule.js';
import type { CronMetadata } from '../../src/tasks/schedule/schedule-metadata.js';

const HOUR = 3_600_000;
const at = (text: string) => Date.parse(`${text}Z`);

function cron(cronTime: string, minHold: number, options: Partial<CronMetadata> = {}) {
  const schedule = scheduleOf({ kind: 'cron', cron: { cronTime, timeZone: 'UTC', ...options } });
  const next = (now: string, lastTick?: string): string | undefined => {
    const due = nextDueOf({ schedule, minHold }, at(now), lastTick === undefined ? undefined : at(lastTick));
    return due === undefined ? undefined : new Date(due).toISOString().slice(0, 16);
  };
  return next;
}

describe('a cron task is due next', () => {
  test('at the first tick after this one', () => {
    expect(cron('0 * * * *', 0.9 * HOUR)('2026-03-01T12:04', '2026-03-01T12:00')).toBe('2026-03-01T13:00');
  });

  test('at the first tick after now, where its run took longer than the gap', () => {
    expect(cron('0 * * * *', 0.9 * HOUR)('2026-03-01T14:30', '2026-03-01T12:00')).toBe('2026-03-01T15:00');
  });

  test('at the first tick after now also where it has run no tick yet', () => {
    expect(cron('0 * * * *', 0.9 * HOUR)('2026-03-01T12:04')).toBe('2026-03-01T13:00');
  });

  test('at no tick within its minimum hold: polled hourly, it runs daily', () => {
    const next = cron('0 * * * *', 23.5 * HOUR);
    expect(next('2026-03-01T12:04', '2026-03-01T12:00')).toBe('2026-03-02T12:00');
    expect(next('2026-03-02T11:30', '2026-03-01T12:00')).toBe('2026-03-02T12:00');
  });

  test('at the tick that comes sooner where its clock is set forward', () => {
    const next = cron('0 */3 * * *', 2.7 * HOUR, { timeZone: 'Europe/Berlin' });
    expect(next('2026-03-28T23:05', '2026-03-28T23:00')).toBe('2026-03-29T01:00');
  });

  test('never where it is disabled', () => {
    expect(cron('0 * * * *', 0, { disabled: true })('2026-03-01T12:04')).toBeUndefined();
  });
});

describe('others', () => {
  const HALF_HOUR = HOUR / 2;
  const now = at('2026-03-01T12:00');

  test('an interval is due an interval after its last tick, and unknown before its first', () => {
    const schedule = scheduleOf({ kind: 'interval', milliseconds: HALF_HOUR });
    const task = { schedule, interval: HOUR, minHold: 0.9 * HOUR };
    expect(nextDueOf(task, now, now - HALF_HOUR)).toBe(now + HALF_HOUR);
    expect(nextDueOf(task, now)).toBeUndefined();
  });

  test('a date is due once, until then', () => {
    const schedule = scheduleOf({ kind: 'cron', cron: { cronTime: new Date(now) } });
    expect(nextDueOf({ schedule, minHold: 0 }, now - 1)).toBe(now);
    expect(nextDueOf({ schedule, minHold: 0 }, now)).toBeUndefined();
    expect(nextDueOf({ schedule, minHold: 0 }, now - 1, now)).toBeUndefined();
  });

  test('a timeout, and a task without a schedule, are due never', () => {
    const schedule = scheduleOf({ kind: 'timeout', milliseconds: 10 });
    expect(nextDueOf({ schedule, interval: HOUR, minHold: HOUR }, now, now)).toBeUndefined();
    expect(nextDueOf({ interval: HOUR, minHold: HOUR }, now, now)).toBeUndefined();
  });
});
