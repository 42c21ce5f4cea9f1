import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { DateTime } from 'luxon';
import type { CronMetadata } from '../../src/tasks/schedule/schedule-metadata.js';
import { scheduleOf } from '../../src/tasks/schedule/schedule.js';
import { setMachineClock } from '../support/cron-library.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = Date.parse('2026-03-01T12:34:56.789Z');

const cron = (
  cronTime: CronMetadata['cronTime'],
  zone: Omit<CronMetadata, 'cronTime'> = { timeZone: 'UTC' },
) => scheduleOf({ kind: 'cron', cron: { cronTime, ...zone } });

afterEach(() => {
  jest.restoreAllMocks();
});

describe('the schedule of @Cron', () => {
  test('says how it reads, its shortest gap, and the tick of a timer', () => {
    const schedule = cron('*/7 * * * *');
    expect(schedule).toMatchObject({ description: "@Cron('*/7 * * * *')", gap: 4 * MINUTE });
    setMachineClock(NOW);
    expect(schedule.tickAt(NOW, 24 * HOUR)).toEqual({
      kind: 'scheduled',
      scheduledTime: new Date('2026-03-01T12:28:00Z'),
    });
  });

  test('goes by its timeZone, or by its utcOffset', () => {
    setMachineClock(NOW);
    const tickIn = (zone: Omit<CronMetadata, 'cronTime'>) => cron('0 9 * * *', zone).tickAt(NOW, 0);
    const at = (time: string) => ({ kind: 'scheduled', scheduledTime: new Date(time) });
    expect(tickIn({ timeZone: 'America/New_York' })).toEqual(at('2026-02-28T14:00:00Z'));
    expect(tickIn({ utcOffset: 330 })).toEqual(at('2026-03-01T03:30:00Z'));
    expect(tickIn({ timeZone: 'America/New_York', utcOffset: null })).toEqual(at('2026-02-28T14:00:00Z'));
  });

  test.each([
    ['0 9 * *', { timeZone: 'UTC' }, "@Cron('0 9 * *') cannot be read: Too few fields"],
    [
      '0 25 * * *',
      { timeZone: 'UTC' },
      "@Cron('0 25 * * *') cannot be read: Field value (25) is out of range",
    ],
    ['0 0 30 2 *', { timeZone: 'UTC' }, "@Cron('0 0 30 2 *') never fires: no day of the calendar matches it"],
    ['0 9 * * *', { timeZone: 'Mars/Olympus' }, "@Cron('0 9 * * *') cannot be read: Invalid timezone."],
    [
      '0 9 * * *',
      { timeZone: 'UTC', utcOffset: 60 },
      "@Cron('0 9 * * *') cannot be read: give it a timeZone or a utcOffset, not both",
    ],
    [new Date(NaN), {}, "@Cron('Invalid Date') cannot be read: Invalid time value"],
  ])('%s with %j is refused by its name', (expression, zone, message) => {
    expect(() => cron(expression, zone)).toThrow(message);
  });
});

test.each([
  ['interval', 2 ** 31, '@Interval(2147483648)'],
  ['timeout', 2 ** 31, '@Timeout(2147483648)'],
  ['interval', NaN, '@Interval(NaN)'],
  ['interval', -1, '@Interval(-1)'],
] as const)(
  'a %s of %s ms is refused: Node would fire it a thousand times a second',
  (kind, milliseconds, name) => {
    expect(() => scheduleOf({ kind, milliseconds })).toThrow(`${name} is not a delay that a timer can wait`);
    expect(() => scheduleOf({ kind, milliseconds })).toThrow(
      "@Interval(3_600_000) @TaskLock('a-name', '30d')",
    );
  },
);

describe('the schedule of a date', () => {
  const date = new Date('2026-12-24T18:00:00.250Z');

  test.each([
    ['Date', date],
    ['DateTime', DateTime.fromJSDate(date)],
  ])('given as a %s ticks once, at that instant, whenever its timer fires', (_, source) => {
    const schedule = cron(source, {});
    expect(schedule.description).toBe('@Cron(2026-12-24T18:00:00.250Z)');
    expect(schedule.gap).toBeUndefined();
    expect(schedule.dependsOnLocalZone).toBe(false);
    const tick = { kind: 'scheduled', scheduledTime: date } as const;
    expect(schedule.tickAt(date.getTime() + 3_000, HOUR)).toEqual(tick);
    expect(schedule.minHoldBefore(tick, HOUR)).toBe(HOUR);
  });
});

describe('the schedule of @Interval', () => {
  const schedule = scheduleOf({ kind: 'interval', milliseconds: MINUTE });

  test('has a tick that the row keeps, by the interval of the task', () => {
    expect(schedule).toMatchObject({
      description: '@Interval(60000)',
      gap: MINUTE,
      dependsOnLocalZone: false,
    });
    expect(schedule.tickAt(NOW, 24 * HOUR)).toEqual({ kind: 'kept', interval: 24 * HOUR });
  });

  test('holds by real time', () => {
    expect(schedule.minHoldBefore({ kind: 'kept', interval: MINUTE }, 54_000)).toBe(54_000);
  });
});

describe('the schedule of @Timeout', () => {
  const schedule = scheduleOf({ kind: 'timeout', milliseconds: 5_000 });

  test('fires once after the start of each replica, so it has no tick and no gap', () => {
    expect(schedule).toMatchObject({ description: '@Timeout(5000)', dependsOnLocalZone: false });
    expect(schedule.gap).toBeUndefined();
    expect(schedule.tickAt(NOW, HOUR)).toEqual({ kind: 'call' });
    expect(schedule.minHoldBefore({ kind: 'call' }, HOUR)).toBe(HOUR);
  });
});

describe('whether the ticks depend on the time zone of the machine', () => {
  test.each(['0 9 * * *', '0 0-22 * * *', '0 0 1-30 * *', '0 * * 1-11 *', '0 * * * 0-5', '* * * * 1'])(
    '%s: yes, where it names none',
    (expression) => {
      expect(cron(expression, {}).dependsOnLocalZone).toBe(true);
    },
  );

  test.each(['* * * * * *', '*/5 * * * *', '0 * * * *'])(
    '%s: no, it ticks in every hour of every day',
    (expression) => {
      expect(cron(expression, {}).dependsOnLocalZone).toBe(false);
    },
  );

  test('no, where it names a zone or an offset', () => {
    expect(cron('0 9 * * *', { timeZone: 'Europe/Berlin' }).dependsOnLocalZone).toBe(false);
    expect(cron('0 9 * * *', { utcOffset: 0 }).dependsOnLocalZone).toBe(false);
  });
});
