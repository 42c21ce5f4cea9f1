import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { CronTime } from 'cron';
import { CronTicks } from '../../src/tasks/schedule/cron-ticks.js';
import { firingsBetween, setMachineClock } from '../support/cron-library.js';
import { TESTS_EVERYTHING } from '../support/tests-everything.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

afterEach(() => {
  jest.restoreAllMocks();
});

function tickAt(ticks: CronTicks, now: number): number {
  setMachineClock(now);
  return ticks.tickAt(now).getTime();
}

const iso = (instants: number[]): string[] => instants.map((instant) => new Date(instant).toISOString());

describe('the clock that an expression goes by', () => {
  const nine = '0 9 * * *';
  const at = Date.parse('2026-07-01T23:59:00Z');

  test.each([
    ['UTC', '2026-07-01T09:00:00Z'],
    ['America/New_York', '2026-07-01T13:00:00Z'],
    ['Europe/Berlin', '2026-07-01T07:00:00Z'],
    ['Asia/Kolkata', '2026-07-01T03:30:00Z'],
    ['Australia/Lord_Howe', '2026-07-01T22:30:00Z'],
    ['UTC+3', '2026-07-01T06:00:00Z'],
  ])('is that of its zone: %s', (zone, tick) => {
    const ticks = new CronTicks(new CronTime(nine, zone, null));
    expect(tickAt(ticks, at)).toBe(Date.parse(tick));
  });

  test.each([
    [0, '2026-07-01T09:00:00Z'],
    [60, '2026-07-01T08:00:00Z'],
    [-300, '2026-07-01T14:00:00Z'],
    [330, '2026-07-01T03:30:00Z'],
    [-210, '2026-07-01T12:30:00Z'],
    [-30, '2026-07-01T09:30:00Z'],
  ])('is that of its utcOffset of %d minutes', (utcOffset, tick) => {
    const ticks = new CronTicks(new CronTime(nine, null, utcOffset));
    expect(tickAt(ticks, at)).toBe(Date.parse(tick));
  });

  test('is that of this machine where none is given', () => {
    const ticks = new CronTicks(new CronTime(nine));
    const tick = new Date(tickAt(ticks, at));
    expect([tick.getHours(), tick.getMinutes()]).toEqual([9, 0]);
  });
});

/** From midnight before the clock is set to the morning after. */
const DAYS = [
  ['America/New_York', 'forward', '2026-03-08T04:50:00Z'],
  ['America/New_York', 'back', '2026-11-01T03:50:00Z'],
  ['Europe/Berlin', 'forward', '2026-03-28T22:50:00Z'],
  ['Europe/Berlin', 'back', '2026-10-24T21:50:00Z'],
  ['Australia/Lord_Howe', 'forward', '2026-10-03T13:20:00Z'],
  ['Australia/Lord_Howe', 'back', '2026-04-04T12:50:00Z'],
  ['Asia/Kolkata', 'not at all', '2026-03-28T18:20:00Z'],
] as const;

/** With the hours for which it is watched. */
const EXPRESSIONS: [string, number][] = [
  ['*/20 * * * *', 5],
  ['30 * * * *', 8],
  ['0 */2 * * *', 12],
  ['0 0,3 * * *', 28],
  ['15 2 * * *', 52],
  ['45 1 * * *', 52],
  ['0 3 * * *', 52],
];

/** What cron computes is slow here. Zones that differ only in their offset wait for `npm run test:all`. */
const days = TESTS_EVERYTHING ? DAYS : [DAYS[0], DAYS[1], DAYS[5], DAYS[6]];

describe.each(days)('in %s, where the clock is set %s', (zone, _, midnight) => {
  const start = Date.parse(midnight);

  test.each(EXPRESSIONS)('the ticks of %s are the instants at which cron fires', (expression, hours) => {
    const cronTime = new CronTime(expression, zone, null);
    const fired = firingsBetween(cronTime, start, start + hours * HOUR);
    expect(fired.length).toBeGreaterThan(1);
    const ticks = new CronTicks(cronTime);
    expect(iso(fired.map((now) => tickAt(ticks, now + 5)))).toEqual(iso(fired));
  });

  test.each(EXPRESSIONS)('a replica that starts anew at a tick of %s means the same one', (expression) => {
    const cronTime = new CronTime(expression, zone, null);
    const fired = firingsBetween(cronTime, start, start + 4 * HOUR);
    for (const late of [-30, 4_000]) {
      const ticks = fired.map((firing) => tickAt(new CronTicks(cronTime), firing + late));
      expect([late, iso(ticks)]).toEqual([late, iso(fired)]);
    }
  });
});

describe('a schedule asked at any moment of the night in which the clock is set', () => {
  test.each(TESTS_EVERYTHING ? [DAYS[1], DAYS[4], DAYS[5]] : [DAYS[1]])(
    'in %s, %s: it answers, and never with a tick to come',
    (zone, _, midnight) => {
      const start = Date.parse(midnight);
      for (const expression of ['30 1,2 * * *', '10,50 0-4 * * *']) {
        const alongside = new CronTicks(new CronTime(expression, zone, null));
        let before = -Infinity;
        for (let now = start; now < start + 5 * HOUR; now += 29 * MINUTE) {
          const tick = tickAt(alongside, now);
          expect(tick).toBeLessThanOrEqual(now + 50);
          expect(tick).toBeGreaterThanOrEqual(before);
          expect(tickAt(new CronTicks(new CronTime(expression, zone, null)), now)).toBeLessThanOrEqual(
            now + 50,
          );
          before = tick;
        }
      }
    },
  );

  test('where the machine believes in another hour than the task is asked for', () => {
    // The clock of the lock and that of the machine are one outside of tests; cron must not loop for ever where not.
    const cronTime = new CronTime('*/20 1 * * *', 'America/New_York', null);
    const secondPass = Date.parse('2026-11-01T06:50:00Z');
    setMachineClock(Date.parse('2026-07-01T00:00:00Z'));
    expect(new CronTicks(cronTime).tickAt(secondPass).getTime()).toBeLessThanOrEqual(secondPass + 50);
  });
});
