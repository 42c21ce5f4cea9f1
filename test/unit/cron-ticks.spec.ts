import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { CronTime } from 'cron';
import fc from 'fast-check';
import { CronTicks } from '../../src/tasks/schedule/cron-ticks.js';
import { WallTimes } from '../../src/tasks/schedule/wall-times.js';
import { firings, setMachineClock } from '../support/cron-library.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOON = Date.parse('2026-03-01T12:00:00Z');

/** A replica that has just started. */
const replica = (expression: string, zone = 'UTC') => new CronTicks(new CronTime(expression, zone, null));

/** The tick of a timer that fires at `now`, when that is what the machine's clock says. */
function tickAt(ticks: CronTicks, now: number): number {
  setMachineClock(now);
  return ticks.tickAt(now).getTime();
}

afterEach(() => {
  jest.restoreAllMocks();
});

describe('the tick of a timer', () => {
  test.each([0, 1, 250, 4 * SECOND, MINUTE - 51])(
    'that is %d ms late is the one that it is late for',
    (late) => {
      expect(tickAt(replica('* * * * *'), NOON + late)).toBe(NOON);
    },
  );

  test.each([1, 20, 50])('that is %d ms early is the coming one', (early) => {
    expect(tickAt(replica('* * * * *'), NOON - early)).toBe(NOON);
  });

  test('that is more than 50 ms early is the one before', () => {
    expect(tickAt(replica('* * * * *'), NOON - 51)).toBe(NOON - MINUTE);
  });

  test('is a whole second, whatever the milliseconds of the timer', () => {
    expect(tickAt(replica('* * * * * *'), NOON + 949)).toBe(NOON);
    expect(tickAt(replica('* * * * * *'), NOON + 950)).toBe(NOON + SECOND);
  });

  test('is the same for a replica that has just started and for one that has ticked along', () => {
    const old = replica('*/7 * * * *');
    for (let now = NOON - 2 * HOUR; now < NOON; now += 7 * MINUTE) tickAt(old, now + 3);
    for (const late of [0, 90, 200 * SECOND, 20 * MINUTE]) {
      const now = NOON + late;
      expect(tickAt(old, now)).toBe(tickAt(replica('*/7 * * * *'), now));
    }
  });

  test('has computed the next one, too, and what follows is still right', () => {
    const ticks = replica('*/7 * * * *', 'Europe/Berlin');
    expect(tickAt(ticks, NOON + 5)).toBe(NOON);
    const computed = jest.spyOn(WallTimes.prototype, 'after');
    expect(ticks.nextAfter(NOON)).toBe(NOON + 7 * MINUTE);
    expect(ticks.nextAfter(NOON + 7 * MINUTE - 1)).toBe(NOON + 7 * MINUTE);
    expect(computed).not.toHaveBeenCalled();
    expect(ticks.nextAfter(NOON - 1)).toBe(NOON);
    expect(ticks.nextAfter(NOON + 7 * MINUTE)).toBe(NOON + 14 * MINUTE);
  });

  test('ticks that were missed collapse into the latest one', () => {
    const ticks = replica('0 * * * *');
    expect(tickAt(ticks, NOON + 5)).toBe(NOON);
    expect(tickAt(ticks, NOON + 5 * HOUR + 20 * MINUTE)).toBe(NOON + 5 * HOUR);
    expect(tickAt(ticks, NOON + 6 * HOUR)).toBe(NOON + 6 * HOUR);
  });

  test('a clock that was set back gives the tick that is due by it', () => {
    const ticks = replica('0 * * * *');
    expect(tickAt(ticks, NOON)).toBe(NOON);
    expect(tickAt(ticks, NOON - 90 * MINUTE)).toBe(NOON - 2 * HOUR);
    expect(tickAt(ticks, NOON)).toBe(NOON);
  });

  test.each([
    ['0 9 * * 1-5', '2026-03-01T12:00:00Z', '2026-02-27T09:00:00Z'],
    ['0 0 1 * *', '2026-03-31T23:00:00Z', '2026-03-01T00:00:00Z'],
    ['0 0 31 * *', '2026-03-30T23:00:00Z', '2026-01-31T00:00:00Z'],
    ['0 0 1 1 *', '2026-12-31T00:00:00Z', '2026-01-01T00:00:00Z'],
    ['0 0 29 2 *', '2026-03-01T12:00:00Z', '2024-02-29T00:00:00Z'],
    ['0 0 29 2 *', '2028-02-28T12:00:00Z', '2024-02-29T00:00:00Z'],
    ['0-5 * * * *', '2026-03-01T12:50:00Z', '2026-03-01T12:05:00Z'],
    ['30 10,40 5 * * *', '2026-03-01T05:40:29Z', '2026-03-01T05:10:30Z'],
  ])('of %s at %s is %s, however long ago', (expression, now, tick) => {
    expect(tickAt(replica(expression), Date.parse(now))).toBe(Date.parse(tick));
  });

  test.each([SECOND, MINUTE, 47 * MINUTE])(
    'a timer that is late by %d ms is no firing without a tick',
    (late) => {
      setMachineClock(NOON + late);
      expect(replica('0 * * * *').firedAt(NOON + late)).toEqual(new Date(NOON));
    },
  );

  test('of a rare expression asks little of its zone: a search of seconds would keep locks from being renewed', () => {
    const ticks = replica('0 0 29 2 *', 'Europe/Berlin');
    const offset = jest.spyOn(ticks.zone, 'offset');
    expect(new Date(ticks.latestUntil(Date.parse('2026-11-27T05:00:00Z'))).toISOString()).toBe(
      '2024-02-28T23:00:00.000Z',
    );
    expect(offset.mock.calls.length).toBeLessThan(2_500);
  });

  test('of an expression that never fires is no tick, and no endless search', () => {
    expect(() => tickAt(replica('0 0 30 2 *'), NOON)).toThrow();
  });

  test('is never ahead of the timer by more than 50 ms, and no later one is due', () => {
    const expressions = fc.constantFrom(
      '* * * * * *',
      '*/7 * * * *',
      '5,50 */5 * * *',
      '0 9 * * 1-5',
      '15 3 1,20 * *',
    );
    const times = fc.array(fc.integer({ min: 0, max: 60 * DAY }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(expressions, times, (expression, offsets) => {
        const ticks = replica(expression);
        for (const offset of offsets) {
          const now = NOON + offset;
          const tick = tickAt(ticks, now);
          expect(tick).toBeLessThanOrEqual(now + 50);
          const firingAfter = (from: number) =>
            firings(new CronTime(expression, 'UTC', null), from).next().value;
          expect(firingAfter(tick)).toBeGreaterThan(now + 50);
          // It is one of cron's own: the library finds it from the moment before.
          expect(firingAfter(tick - SECOND)).toBe(tick);
        }
      }),
      { numRuns: 12 },
    );
  });
});
