import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ConfigValues } from '../../src/tasks/settings/placeholders.js';
import { taskSettings } from '../../src/tasks/settings/task-settings.js';
import type { ScheduleMetadata } from '../../src/tasks/schedule/schedule-metadata.js';
import { scheduleOf } from '../../src/tasks/schedule/schedule.js';
import type { TaskLockDefinition } from '../../src/tasks/options.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const FACTORS = { minHoldFactor: 0.9, maxHoldFactor: 5, lease: 60_000 };

const cron = (expression: string): ScheduleMetadata => ({
  kind: 'cron',
  cron: { cronTime: expression, timeZone: 'UTC' },
});
const interval = (milliseconds: number): ScheduleMetadata => ({ kind: 'interval', milliseconds });

interface Given {
  schedule?: ScheduleMetadata;
  factors?: typeof FACTORS;
  environment?: Record<string, string>;
  config?: Record<string, unknown>;
}

function read(definition: Partial<TaskLockDefinition>, given: Given = {}) {
  const { schedule, factors = FACTORS, environment = {}, config } = given;
  const values = new ConfigValues(environment, () => config && { get: (path) => config[path] });
  const source = {
    definition: { name: 'clean-up', ...definition },
    schedule: schedule && scheduleOf(schedule),
  };
  return taskSettings(source, factors, values);
}

function settingsOf(definition: Partial<TaskLockDefinition>, given: Given = {}) {
  const { settings, problems } = read(definition, given);
  expect(problems).toEqual([]);
  return settings;
}

describe('the interval of a task', () => {
  test('is read off its schedule', () => {
    expect(settingsOf({}, { schedule: cron('0 * * * *') }).interval).toBe(HOUR);
    expect(settingsOf({}, { schedule: cron('*/7 * * * *') }).interval).toBe(4 * MINUTE);
    expect(settingsOf({}, { schedule: interval(90 * SECOND) }).interval).toBe(90 * SECOND);
  });

  test('is the given one where there is one', () => {
    expect(settingsOf({ interval: '24h' }, { schedule: cron('0 * * * *') }).interval).toBe(DAY);
    expect(settingsOf({ interval: 60_000 }).interval).toBe(MINUTE);
  });

  test('comes from the environment, and a number from ConfigService is milliseconds', () => {
    const definition = { interval: '${citations.refreshEvery:24h}' };
    expect(settingsOf(definition).interval).toBe(DAY);
    expect(settingsOf(definition, { environment: { CITATIONS_REFRESH_EVERY: '1h' } }).interval).toBe(HOUR);
    expect(settingsOf(definition, { config: { 'citations.refreshEvery': 5_000 } }).interval).toBe(5_000);
  });

  test('is none for a task with neither: it is only called', () => {
    const { interval, minHold, maxHold } = settingsOf({});
    expect({ interval, minHold, maxHold }).toEqual({ interval: undefined, minHold: 0, maxHold: HOUR });
  });
});

describe('the holds of a task', () => {
  test('are 0.9 and 5 times its interval', () => {
    const { minHold, maxHold } = settingsOf({ interval: '1h' });
    expect([minHold, maxHold]).toEqual([54 * MINUTE, 5 * HOUR]);
  });

  test('follow the factors of the module', () => {
    const factors = { minHoldFactor: 0.5, maxHoldFactor: 2, lease: 60_000 };
    const { minHold, maxHold } = settingsOf({}, { schedule: cron('0 * * * *'), factors });
    expect([minHold, maxHold]).toEqual([30 * MINUTE, 2 * HOUR]);
  });

  test('are those that the task itself gives', () => {
    const { minHold, maxHold } = settingsOf({ interval: '1d', minHold: '20h', maxHold: '${max:2d}' });
    expect([minHold, maxHold]).toEqual([20 * HOUR, 2 * DAY]);
  });

  test('may be given one at a time', () => {
    expect(settingsOf({ interval: '1h', minHold: 0 })).toMatchObject({ minHold: 0, maxHold: 5 * HOUR });
    expect(settingsOf({ interval: '1h', maxHold: '1h' })).toMatchObject({
      minHold: 54 * MINUTE,
      maxHold: HOUR,
    });
  });

  test('a schedule that ticks more often than the interval: the interval less half a gap, so that it keeps its hour', () => {
    const { minHold } = settingsOf({ interval: '24h' }, { schedule: cron('0 * * * *') });
    expect(minHold).toBe(DAY - HOUR / 2);
  });

  test('0.9 times the interval where that is more, or the schedule ticks no more often', () => {
    expect(settingsOf({ interval: '2h' }, { schedule: cron('0 * * * *') }).minHold).toBe(1.8 * HOUR);
    expect(settingsOf({ interval: '1h' }, { schedule: cron('0 * * * *') }).minHold).toBe(54 * MINUTE);
    expect(settingsOf({ interval: '10m' }, { schedule: cron('0 * * * *') }).minHold).toBe(9 * MINUTE);
  });

  test('the factor alone where the schedule ticks no more often than the interval, however small it is', () => {
    const factors = { minHoldFactor: 0.25, maxHoldFactor: 5, lease: 60_000 };
    expect(settingsOf({}, { schedule: cron('0 * * * *'), factors }).minHold).toBe(15 * MINUTE);
  });

  test('a tick of the interval is never refused, and no tick before it is granted', () => {
    const minutes = fc.integer({ min: 1, max: 60 });
    fc.assert(
      fc.property(minutes, fc.integer({ min: 2, max: 200 }), (gap, ticks) => {
        const schedule = interval(gap * MINUTE);
        const { minHold } = settingsOf({ interval: ticks * gap * MINUTE }, { schedule });
        expect(minHold).toBeLessThan(ticks * gap * MINUTE);
        expect(minHold).toBeGreaterThan((ticks - 1) * gap * MINUTE);
      }),
    );
  });
});

describe('how early a tick may be granted', () => {
  test.each([
    ['1h', SECOND],
    ['10s', SECOND],
    ['5s', 500],
    [undefined, SECOND],
  ])('with an interval of %s: a tenth of it, at most a second', (interval, tolerance) => {
    expect(settingsOf({ interval }).tolerance).toBe(tolerance);
  });
});

describe('the name of a task', () => {
  test('may hold placeholders', () => {
    expect(settingsOf({ name: 'clean-up-${tenant:main}' }, { environment: { TENANT: 'acme' } }).name).toBe(
      'clean-up-acme',
    );
    expect(settingsOf({ name: '${shard}' }, { config: { shard: 7 } }).name).toBe('7');
  });

  test.each([
    ['', 'a lock name must not be empty'],
    ['*', "'*' stands for all tasks, and cannot be the name of one"],
    ['${nothing:*}', "'*' stands for all tasks, and cannot be the name of one"],
    ['${nothing: }', 'a lock name must not be empty'],
    ['a\0b', 'a lock name must not contain the NUL character: Postgres cannot store it'],
    ['\ud800', 'a lock name must not contain half of a surrogate pair: UTF-8 cannot store it'],
    ['ü'.repeat(1_001), 'a lock name must not be longer than 2000 bytes in UTF-8; this one has 2002'],
  ])('%j is refused', (name, message) => {
    expect(read({ name }).problems).toEqual([{ option: 'name', message }]);
  });

  test('of any other kind is taken as it is', () => {
    for (const name of [`it's "quoted"`, '名前 🔒', 'x'.repeat(2_000), ' spaced ']) {
      expect(settingsOf({ name }).name).toBe(name);
    }
  });

  test('that is no text is refused', () => {
    const { problems } = read({ name: 5 as unknown as string });
    expect(problems).toEqual([
      { option: 'name', message: "must be a string, like @TaskLock('clean-up'); it is number" },
    ]);
  });
});
