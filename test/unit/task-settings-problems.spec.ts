import { describe, expect, test } from '@jest/globals';
import { ConfigValues } from '../../src/tasks/settings/placeholders.js';
import type { DurationInput } from '../../src/common/duration.js';
import { taskSettings } from '../../src/tasks/settings/task-settings.js';
import type { ScheduleMetadata } from '../../src/tasks/schedule/schedule-metadata.js';
import { scheduleOf } from '../../src/tasks/schedule/schedule.js';
import type { TaskLockDefinition } from '../../src/tasks/options.js';

function problemsOf(definition: Partial<TaskLockDefinition>, schedule?: ScheduleMetadata) {
  const source = {
    definition: { name: 'clean-up', ...definition },
    schedule: schedule && scheduleOf(schedule),
  };
  return taskSettings(source, { minHoldFactor: 0.9, maxHoldFactor: 5, lease: 60_000 }, new ConfigValues({}))
    .problems;
}

describe('what is wrong with a task is told with its option and how to write it right', () => {
  test.each(['interval', 'minHold', 'maxHold'] as const)('a bare number for %s', (option) => {
    expect(problemsOf({ interval: '1h', [option]: '3600' })).toEqual([
      {
        option,
        message:
          "'3600' carries no unit: write '3600s' for seconds or '3600ms' (or the number 3600) for milliseconds",
      },
    ]);
  });

  test('a duration that does not parse', () => {
    expect(problemsOf({ interval: 'daily' })).toEqual([
      {
        option: 'interval',
        message: "'daily' is not a length of time: write it like '500ms', '30s', '5m', '24h', '7d' or 'PT5M'",
      },
    ]);
  });

  test('a duration of another type', () => {
    const [problem] = problemsOf({ interval: false as unknown as DurationInput });
    expect(problem).toEqual({
      option: 'interval',
      message: "false is not a length of time: write it like '24h', or as a number of milliseconds",
    });
  });

  test('a placeholder that resolves to nothing', () => {
    expect(problemsOf({ maxHold: '${max.hold}' })).toEqual([
      {
        option: 'maxHold',
        message:
          "'${max.hold}' has no value: set the environment variable max.hold or MAX_HOLD, or give a default: '${max.hold:...}'",
      },
    ]);
  });

  test('a minimum hold that is not below the interval', () => {
    const message = 'the minimum hold of 1h must be below the interval of 1h, or ticks are refused';
    expect(problemsOf({ interval: '1h', minHold: '60m' })).toEqual([{ option: 'minHold', message }]);
    expect(problemsOf({ interval: '1h', minHold: '59m' })).toEqual([]);
  });

  test('a minimum hold that is not below the interval of the schedule', () => {
    const hourly: ScheduleMetadata = { kind: 'cron', cron: { cronTime: '0 * * * *' } };
    expect(problemsOf({ minHold: '90m' }, hourly)).toMatchObject([{ option: 'minHold' }]);
  });

  test('a minimum hold above the maximum hold', () => {
    const message = 'the minimum hold of 54m must not be above the maximum hold of 30m';
    expect(problemsOf({ interval: '1h', maxHold: '30m' })).toEqual([{ option: 'minHold', message }]);
    expect(problemsOf({ interval: '1h', maxHold: '54m' })).toEqual([]);
  });

  test('an interval or a maximum hold of nothing', () => {
    expect(problemsOf({ interval: '0s' })).toEqual([{ option: 'interval', message: 'must be more than 0' }]);
    expect(problemsOf({ maxHold: 0 })).toEqual([{ option: 'maxHold', message: 'must be more than 0' }]);
    const busyLoop: ScheduleMetadata = { kind: 'interval', milliseconds: 0 };
    expect(problemsOf({}, busyLoop)).toEqual([{ option: 'interval', message: 'must be more than 0' }]);
  });

  test.each<[string, ScheduleMetadata]>([
    ['@Timeout(5000)', { kind: 'timeout', milliseconds: 5_000 }],
    [
      '@Cron(2026-03-01T12:00:00.000Z)',
      { kind: 'cron', cron: { cronTime: new Date('2026-03-01T12:00:00Z') } },
    ],
  ])('%s without an interval', (description, schedule) => {
    expect(problemsOf({}, schedule)).toEqual([
      {
        option: 'interval',
        message:
          `${description} ticks once, so there is no interval to read off it: ` +
          `give one, like @TaskLock('clean-up', '1h')`,
      },
    ]);
    expect(problemsOf({ interval: '1h' }, schedule)).toEqual([]);
  });

  test('an option that does not exist', () => {
    const misspelt = { minHolds: '1h' } as Partial<TaskLockDefinition>;
    expect(problemsOf(misspelt)).toEqual([
      {
        option: 'minHolds',
        message:
          'is not an option of @TaskLock; there are name, interval, minHold, maxHold, recover, key, overlap, ' +
          'waitTimeout, missed, catchupWindow, attempts, debounce, when',
      },
    ]);
  });
});

describe('what is wrong with a task is told all at once', () => {
  test('each option that cannot be read', () => {
    const definition = { name: '', interval: '3600', minHold: '${min}', maxHold: 'long' };
    expect(problemsOf(definition).map(({ option }) => option)).toEqual([
      'name',
      'interval',
      'minHold',
      'maxHold',
    ]);
  });

  test('both rules that a minimum hold breaks', () => {
    expect(problemsOf({ interval: '1h', minHold: '2h', maxHold: '1h' })).toHaveLength(2);
  });

  test('holds that exclude each other, beside a name that is wrong', () => {
    const options = problemsOf({ name: '', interval: '1h', minHold: '2h' }).map(({ option }) => option);
    expect(options).toEqual(['name', 'minHold']);
  });

  test('but nothing about holds that were computed from an interval that is wrong', () => {
    expect(problemsOf({ interval: '3600', minHold: '2h', maxHold: '1h' })).toMatchObject([
      { option: 'interval' },
    ]);
  });
});
