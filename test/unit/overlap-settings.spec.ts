import { describe, expect, test } from '@jest/globals';
import { ConfigValues } from '../../src/tasks/settings/placeholders.js';
import { taskSettings } from '../../src/tasks/settings/task-settings.js';
import { scheduleOf } from '../../src/tasks/schedule/schedule.js';
import type { ScheduleMetadata } from '../../src/tasks/schedule/schedule-metadata.js';
import type { TaskLockDefinition } from '../../src/index.js';

const MINUTE = 60_000;
const schedules = {
  none: undefined,
  cron: { kind: 'cron', cron: { cronTime: '0 3 * * *', timeZone: 'UTC' } },
  date: { kind: 'cron', cron: { cronTime: new Date(Date.now() + MINUTE) } },
  interval: { kind: 'interval', milliseconds: MINUTE },
  timeout: { kind: 'timeout', milliseconds: MINUTE },
} satisfies Record<string, ScheduleMetadata | undefined>;

function read(options: Partial<TaskLockDefinition>, scheduled: keyof typeof schedules = 'none') {
  const metadata = schedules[scheduled];
  const schedule = metadata && scheduleOf(metadata);
  const definition = { name: 'task', interval: schedule && !schedule.gap ? '1h' : undefined, ...options };
  const module = { minHoldFactor: 0.9, maxHoldFactor: 5, lease: MINUTE };
  const values = new ConfigValues({ WAIT: '5s', WINDOW: '6h' });
  const { settings, problems } = taskSettings({ definition, schedule }, module, values);
  return { ...settings, problems: problems.map(({ option, message }) => `${option}: ${message}`) };
}

const key = (id: number): number => id;

describe('what a task does with calls and missed ticks', () => {
  test('is to skip, by default', () => {
    expect(read({})).toMatchObject({
      key: undefined,
      overlap: 'skip',
      waitTimeout: undefined,
      catchupWindow: undefined,
      problems: [],
    });
  });

  test('has durations from placeholders', () => {
    expect(read({ overlap: 'wait', waitTimeout: '${WAIT}' })).toMatchObject({
      waitTimeout: 5_000,
      problems: [],
    });
    expect(read({ missed: 'once', catchupWindow: '${WINDOW}' }, 'cron')).toMatchObject({
      catchupWindow: 6 * 60 * MINUTE,
      problems: [],
    });
  });

  test('catches up on a tick of any age where there is no window', () => {
    const { catchupWindow, problems } = read({ missed: 'once' }, 'cron');
    expect(problems).toEqual([]);
    expect(catchupWindow).toBeGreaterThan(50 * 365 * 24 * 60 * MINUTE);
  });
});

/** Each option in each value with each schedule: what works, and what is refused for which option. */
describe('combinations', () => {
  const kinds = Object.keys(schedules) as (keyof typeof schedules)[];
  const keys = [undefined, key];
  const overlaps = [
    {},
    { overlap: 'skip' },
    { overlap: 'throw' },
    { overlap: 'wait', waitTimeout: '5s' },
    { overlap: 'wait' },
    { waitTimeout: '5s' },
  ] as const;
  const missed = [
    {},
    { missed: 'skip' },
    { missed: 'once' },
    { missed: 'once', catchupWindow: '6h' },
    { catchupWindow: '6h' },
  ] as const;
  const recovers = [undefined, true];

  const all = kinds.flatMap((scheduled) =>
    keys.flatMap((keyFunction) =>
      overlaps.flatMap((overlap) =>
        missed.flatMap((ticks) =>
          recovers.map((recover) => ({
            scheduled,
            options: {
              ...(keyFunction && { key: keyFunction }),
              ...overlap,
              ...ticks,
              ...(recover && { recover }),
            },
          })),
        ),
      ),
    ),
  );

  test.each(all)('%j', ({ scheduled, options }: (typeof all)[number]) => {
    const refused = new Set<string>();
    const { key, overlap, waitTimeout, missed, catchupWindow } = options as TaskLockDefinition;
    if (key && scheduled !== 'none') refused.add('key');
    if ((overlap === 'wait') !== (waitTimeout !== undefined)) refused.add('waitTimeout');
    if (missed === 'once' && scheduled !== 'cron') refused.add('missed');
    if (catchupWindow !== undefined && missed !== 'once') refused.add('catchupWindow');
    const options_ = read(options, scheduled);
    expect(new Set(options_.problems.map((problem) => problem.split(':')[0]))).toEqual(refused);
  });
});

describe('an option that is wrong is refused with a reason', () => {
  test.each<[string, Partial<Record<keyof TaskLockDefinition, unknown>>, keyof typeof schedules]>([
    ["overlap: 'queue' must be skip, wait, throw or bufferOne", { overlap: 'queue' }, 'none'],
    ["missed: 'all' must be skip or once", { missed: 'all' }, 'cron'],
    [
      'waitTimeout: must be more than 0; leave overlap out if calls should not wait',
      { overlap: 'wait', waitTimeout: 0 },
      'none',
    ],
    [
      'catchupWindow: must be more than 0: a missed tick is always in the past',
      { missed: 'once', catchupWindow: 0 },
      'cron',
    ],
    [
      'missed: needs a @Cron expression: @Interval(60000) has no ticks that can be missed',
      { missed: 'once' },
      'interval',
    ],
    ['missed: needs a @Cron expression: a call has no ticks that can be missed', { missed: 'once' }, 'none'],
    [
      "waitTimeout: is for overlap: 'wait'; this task's is 'throw'",
      { overlap: 'throw', waitTimeout: '5s' },
      'none',
    ],
    ["catchupWindow: is for missed: 'once'", { catchupWindow: '5s' }, 'cron'],
  ])('%s', (problem, options, scheduled) => {
    expect(read(options as Partial<TaskLockDefinition>, scheduled).problems).toEqual([problem]);
  });

  test('a window in the past is no duration', () => {
    expect(read({ missed: 'once', catchupWindow: '-6h' }, 'cron').problems).toEqual([
      expect.stringMatching(/^catchupWindow: /),
    ]);
  });
});
