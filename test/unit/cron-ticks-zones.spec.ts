import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { CronTime } from 'cron';
import { CronTicks } from '../../src/tasks/schedule/cron-ticks.js';
import { CLOCKS, EXPRESSIONS } from '../support/cron-expressions.js';
import { setMachineClock } from '../support/cron-library.js';
import { unlike, walkTicks } from '../support/wall-walk.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

afterEach(() => {
  jest.restoreAllMocks();
});

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
    expect(ticks.tickAt(at).getTime()).toBe(Date.parse(tick));
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
    expect(ticks.tickAt(at).getTime()).toBe(Date.parse(tick));
  });

  test('is that of this machine where none is given', () => {
    const ticks = new CronTicks(new CronTime(nine));
    const tick = ticks.tickAt(at);
    expect([tick.getHours(), tick.getMinutes()]).toEqual([9, 0]);
  });
});

const ticksOf = (expression: string, zone: string) => new CronTicks(new CronTime(expression, zone, null));

describe.each(CLOCKS)('the clock of $zones.0', ({ zones, changes }) => {
  const zone = zones[0]!;

  test.each(EXPRESSIONS)('%s is due whenever it shows a time that the expression names', (expression) => {
    for (const { at } of unlike(zone, changes)) {
      const due = walkTicks(expression, zone, at - 54 * HOUR, at + 29 * HOUR);
      const ticks = ticksOf(expression, zone);
      const found: number[] = [];
      for (let tick = due[0]!; tick <= due.at(-1)!; tick = ticks.nextAfter(tick)) found.push(tick);
      expect(iso(found)).toEqual(iso(due));

      const moments = Array.from({ length: 60 }, (_, index) => at + (index - 30) * 10 * MINUTE);
      const latest = moments.map((now) => due.findLast((tick) => tick <= now)!);
      const alongside = moments.map((now) => ticks.tickAt(now).getTime());
      expect(iso(alongside)).toEqual(iso(latest));
      const anew = moments.map((now, index) =>
        index % 20 === 7 ? ticksOf(expression, zone).tickAt(now).getTime() : latest[index]!,
      );
      expect(iso(anew)).toEqual(iso(latest));
    }
  });
});

test('ticks do not depend on what the machine takes for the present', () => {
  const secondPass = Date.parse('2026-11-01T06:40:00Z');
  for (const present of ['2026-07-01T00:00:00Z', '2026-12-01T00:00:00Z']) {
    setMachineClock(Date.parse(present));
    expect(ticksOf('*/20 1 * * *', 'America/New_York').tickAt(secondPass).getTime()).toBe(secondPass);
  }
});
