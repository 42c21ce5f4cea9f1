import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { CronTime } from 'cron';
import fc from 'fast-check';
import { shortestGap } from '../../src/tasks/schedule/shortest-gap.js';
import { firings } from '../support/cron-library.js';
import { TESTS_EVERYTHING } from '../support/tests-everything.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.parse('2026-01-01T00:00:00Z');

const gapOf = (expression: string): number => shortestGap(new CronTime(expression, 'UTC', null));

afterEach(() => {
  jest.restoreAllMocks();
});

describe('the shortest gap of a cron expression', () => {
  test.each([
    ['* * * * * *', SECOND],
    ['*/15 * * * * *', 15 * SECOND],
    ['0,10,45 * * * * *', 10 * SECOND],
    ['0,4,5 * * * * *', SECOND],
    ['59 * * * * *', MINUTE],
    ['*/59 * * * * *', SECOND],
    ['* * * * *', MINUTE],
    ['*/7 * * * *', 4 * MINUTE],
    ['0 * * * *', HOUR],
    ['5,50 * * * *', 15 * MINUTE],
    ['0 */5 * * *', 4 * HOUR],
    ['0 9 * * *', DAY],
    ['0 9,17 * * *', 8 * HOUR],
    ['0 23,1 * * *', 2 * HOUR],
    ['30 5 9 * * *', DAY],
    ['@hourly', HOUR],
    ['@weekends', DAY],
  ])('%s: within a day, and over midnight', (expression, gap) => {
    expect(gapOf(expression)).toBe(gap);
  });

  test.each([
    ['0 9 * * 1-5', 1],
    ['0 9 * * mon,thu', 3],
    ['0 9 * * 0', 7],
    ['0 9 * * 7', 7],
    ['0 9 * * 6,7', 1],
    ['0 0 1 * *', 28],
    ['0 0 31 * *', 31],
    ['0 0 1,15 * *', 14],
    ['0 0 31 1,8 *', 153],
    ['0 0 1 1 *', 365],
    ['0 0 29 2 *', 1_461],
    ['0 0 28,29 2 *', 1],
    ['0 12 31 12 *', 365],
    ['0 0 1 1,12 *', 31],
  ])('%s: %d days of the calendar', (expression, days) => {
    expect(gapOf(expression)).toBe(days * DAY);
  });

  test.each([
    ['0 0 15 * 1', 1],
    ['0 0 13 6 5', 1],
    ['0 0 30 2 1', 7],
  ])('%s: either the day of the month or the weekday is enough', (expression, days) => {
    expect(gapOf(expression)).toBe(days * DAY);
  });

  test.each([
    ['0 9 15 * 0-5', 1],
    ['0 9 1-30 * 1', 1],
    ['0 0 31 1-11 *', 31],
    ['0 0 0-22 * * *', 1 / 24],
  ])('%s: a field that lacks only its last value is not taken for a star', (expression, days) => {
    expect(gapOf(expression)).toBe(days * DAY);
  });

  test('the last tick of a day and the first of the next one may be close', () => {
    expect(gapOf('59 23,0 * * *')).toBe(HOUR);
    expect(gapOf('0 0,23 * * 1')).toBe(23 * HOUR);
    expect(gapOf('0 0,23 * * 1,2')).toBe(HOUR);
  });

  test.each(['0 0 30 2 *', '0 0 31 4,6,9,11 *', '* * * 30 2 *', '*/5 * 31 6 *'])(
    '%s never fires',
    (expression) => {
      expect(() => gapOf(expression)).toThrow('no day of the calendar matches it');
    },
  );

  test('a version of cron that keeps its fields elsewhere is refused, and not misread', () => {
    const cronTime = new CronTime('0 9 * * 1-5', 'UTC', null);
    Reflect.deleteProperty(cronTime, 'dayOfWeek');
    expect(() => shortestGap(cronTime)).toThrow(/this version of cron has no field dayOfWeek/);
  });
});

describe('against the instants at which cron itself fires, in UTC', () => {
  /** A field of an expression: a star, a step, a range or a list. */
  const field = (least: number, greatest: number): fc.Arbitrary<string> => {
    const value = fc.integer({ min: least, max: greatest });
    return fc.oneof(
      fc.constant('*'),
      fc.integer({ min: 1, max: greatest }).map((step) => `*/${step}`),
      fc.tuple(value, value).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
      fc.uniqueArray(value, { minLength: 1, maxLength: 4 }).map((values) => values.join(',')),
    );
  };
  const expressions = fc
    .tuple(field(0, 59), field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 7))
    .map((fields) => fields.join(' '));

  function gaps(expression: string, count: number): number[] {
    const ticks = firings(new CronTime(expression, 'UTC', null), START);
    const found: number[] = [];
    for (let last = ticks.next().value, index = 0; index < count; index++) {
      const next = ticks.next().value;
      found.push(next - last);
      last = next;
    }
    return found;
  }

  test('no two of them are closer than the gap, whatever the expression', () => {
    fc.assert(
      fc.property(expressions, (expression) => {
        expect(Math.min(...gaps(expression, 40))).toBeGreaterThanOrEqual(gapOf(expression));
      }),
      { numRuns: TESTS_EVERYTHING ? 25 : 8 },
    );
  });

  test('over hundreds of ticks', () => {
    for (const expression of ['*/7 * * * *', '13 */5 * * 1-5', '0 0 1,15,31 * 3', '*/25 */50 * * * *']) {
      expect(Math.min(...gaps(expression, 110))).toBe(gapOf(expression));
    }
  });

  test('where it ticks by the second, the minute or the hour, the gap is soon seen', () => {
    const families = fc.oneof(
      fc.tuple(field(0, 59), fc.constant('* * * * *')),
      fc.tuple(fc.constant('0'), field(0, 59), fc.constant('* * * *')),
      fc.tuple(fc.constant('0 30'), field(0, 23), fc.constant('* * *')),
    );
    fc.assert(
      fc.property(
        families.map((fields) => fields.join(' ')),
        (expression) => {
          expect(Math.min(...gaps(expression, 62))).toBe(gapOf(expression));
        },
      ),
      { numRuns: TESTS_EVERYTHING ? 15 : 5 },
    );
  });
});
