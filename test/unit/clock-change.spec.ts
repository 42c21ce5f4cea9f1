import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { CronTime } from 'cron';
import { ConfigValues } from '../../src/tasks/settings/placeholders.js';
import { taskSettings } from '../../src/tasks/settings/task-settings.js';
import { scheduleOf } from '../../src/tasks/schedule/schedule.js';
import { firingsBetween } from '../support/cron-library.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

afterEach(() => {
  jest.restoreAllMocks();
});

interface Night {
  expression: string;
  interval?: string;
  zone?: string;
  from: string;
  hours?: number;
}

/**
 * Which of the instants at which cron fires are granted by the rule of the claim: no sooner than the minimum hold
 * after the tick that was granted last.
 */
function runs({ expression, interval, zone = 'America/New_York', from, hours = 28 }: Night) {
  const schedule = scheduleOf({ kind: 'cron', cron: { cronTime: expression, timeZone: zone } });
  const factors = { minHoldFactor: 0.9, maxHoldFactor: 5, lease: 60_000 };
  const definition = { name: 'task', interval };
  const { settings } = taskSettings({ definition, schedule }, factors, new ConfigValues({}));
  const start = Date.parse(from);
  const fired = firingsBetween(new CronTime(expression, zone, null), start, start + hours * HOUR);
  let last = -Infinity;
  const granted = fired.filter((at) => {
    const tick = { kind: 'scheduled', scheduledTime: new Date(at) } as const;
    if (at < last + schedule.minHoldBefore(tick, settings.minHold)) return false;
    last = at;
    return true;
  });
  return { fired, granted };
}

/** The evening before the clock is set forward, from 2 to 3 o'clock. */
const FORWARD = '2026-03-08T02:00:00Z';
/** The evening before the clock is set back, from 2 to 1 o'clock. */
const BACK = '2026-11-01T02:00:00Z';

const timesOf = (instants: number[], zone = 'America/New_York'): string[] =>
  instants.map((at) => new Date(at).toLocaleTimeString('en-GB', { timeZone: zone, timeStyle: 'short' }));

describe('on the day of 23 hours', () => {
  test.each([
    '0 */3 * * *',
    '0 0,3 * * *',
    '0 */2 * * *',
    '30 1,4,5 * * *',
    '0 * * * *',
    '*/15 * * * *',
    '0 2 * * *',
    '0 9 * * *',
  ])('no tick of %s is refused', (expression) => {
    const { fired, granted } = runs({ expression, from: FORWARD, hours: 50 });
    expect(fired.length).toBeGreaterThan(1);
    expect(timesOf(granted)).toEqual(timesOf(fired));
  });

  test.each([
    ['Europe/Berlin', '2026-03-28T20:00:00Z'],
    ['America/Santiago', '2026-09-06T00:00:00Z'],
  ])('nor in %s', (zone, from) => {
    for (const expression of ['0 */3 * * *', '0 0,3 * * *', '0 */2 * * *', '30 * * * *']) {
      const { fired, granted } = runs({ expression, zone, from });
      expect(timesOf(granted, zone)).toEqual(timesOf(fired, zone));
    }
  });

  test('a task that is polled hourly and runs daily keeps its hour', () => {
    const { granted } = runs({
      expression: '0 * * * *',
      interval: '24h',
      from: '2026-03-06T04:30:00Z',
      hours: 96,
    });
    expect(timesOf(granted)).toEqual(['00:00', '00:00', '00:00', '00:00', '00:00']);
  });

  test('where it is half an hour, cron fires once too often, and that tick is refused', () => {
    const zone = 'Australia/Lord_Howe';
    const from = '2026-10-03T12:00:00Z';
    const { fired, granted } = runs({ expression: '0 */3 * * *', zone, from, hours: 8 });
    expect(timesOf(fired, zone)).toEqual(['00:00', '02:30', '03:00', '06:00']);
    expect(timesOf(granted, zone)).toEqual(['00:00', '03:00', '06:00']);
    const hourly = runs({ expression: '30 * * * *', zone, from });
    expect(hourly.granted).toEqual(hourly.fired);
  });

  test('a task that is polled more often than it runs does not run at each poll after the change', () => {
    const { granted } = runs({ expression: '*/5 * * * *', interval: '70m', from: FORWARD, hours: 10 });
    const changed = Date.parse('2026-03-08T07:00:00Z');
    // Twice at most: at the change, which counts as before it, and once after it.
    expect(granted.filter((at) => at >= changed && at < changed + 65 * MINUTE).length).toBeLessThanOrEqual(2);
  });
});

describe('on the day of 25 hours', () => {
  test.each(['0 9 * * *', '0 0 * * *', '0 3 * * *'])('no tick of %s is refused', (expression) => {
    const { fired, granted } = runs({ expression, from: '2026-10-30T02:00:00Z', hours: 96 });
    expect(timesOf(granted)).toEqual(timesOf(fired));
    expect(fired.length).toBeGreaterThanOrEqual(4);
  });

  test('a daily tick in the hour that comes twice runs once', () => {
    const { granted } = runs({ expression: '30 1 * * *', from: BACK, hours: 23 });
    expect(timesOf(granted)).toEqual(['01:30']);
  });

  test('a task that is polled hourly and runs daily keeps its hour, and does not run an hour early', () => {
    const { granted } = runs({
      expression: '0 * * * *',
      interval: '24h',
      from: '2026-10-30T03:30:00Z',
      hours: 96,
    });
    expect(timesOf(granted)).toEqual(['00:00', '00:00', '00:00', '00:00']);
  });

  test('ticks by the hour or the minute go on through the hour that comes twice', () => {
    for (const expression of ['0 * * * *', '*/15 * * * *', '0 */3 * * *']) {
      const { fired, granted } = runs({ expression, from: BACK, hours: 10 });
      expect(granted).toEqual(fired);
    }
  });
});

describe('the minimum hold of a tick', () => {
  const HOLD = 2.7 * HOUR;
  const holdAt = (time: string, zone: { timeZone?: string; utcOffset?: number }, hold = HOLD) =>
    scheduleOf({ kind: 'cron', cron: { cronTime: '0 */3 * * *', ...zone } }).minHoldBefore(
      { kind: 'scheduled', scheduledTime: new Date(time) },
      hold,
    );
  const NEW_YORK = { timeZone: 'America/New_York' };

  test('is shorter by the hour that was left out, and only there', () => {
    expect(holdAt('2026-03-08T08:00:00Z', NEW_YORK)).toBe(HOLD - HOUR);
    expect(holdAt('2026-03-08T05:00:00Z', NEW_YORK)).toBe(HOLD);
    expect(holdAt('2026-03-08T13:00:00Z', NEW_YORK)).toBe(HOLD);
  });

  test('is never less than the time since the change: what ran after it is held in full', () => {
    expect(holdAt('2026-03-08T09:00:00Z', NEW_YORK)).toBe(2 * HOUR);
    expect(holdAt('2026-03-08T07:30:00Z', NEW_YORK, 27 * MINUTE)).toBe(27 * MINUTE);
    expect(holdAt('2026-03-08T07:10:00Z', NEW_YORK, 27 * MINUTE)).toBe(10 * MINUTE);
    expect(holdAt('2026-03-08T07:00:00Z', NEW_YORK, 27 * MINUTE)).toBe(0);
  });

  test('is longer by the hour that came twice where a task runs by the day', () => {
    expect(holdAt('2026-11-02T04:00:00Z', NEW_YORK, 23.5 * HOUR)).toBe(24.5 * HOUR);
    expect(holdAt('2026-11-01T08:00:00Z', NEW_YORK)).toBe(HOLD);
  });

  test('is as it was given where the clock is never set', () => {
    for (const zone of [{ timeZone: 'UTC' }, { timeZone: 'Asia/Kolkata' }, { utcOffset: -300 }]) {
      expect(holdAt('2026-03-08T08:00:00Z', zone)).toBe(HOLD);
    }
  });

  test('is as it was given where there is no tick', () => {
    const schedule = scheduleOf({ kind: 'cron', cron: { cronTime: '0 */3 * * *', ...NEW_YORK } });
    expect(schedule.minHoldBefore({ kind: 'call' }, HOLD)).toBe(HOLD);
  });
});
