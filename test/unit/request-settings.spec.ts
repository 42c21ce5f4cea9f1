import { describe, expect, test } from '@jest/globals';
import { ConfigValues } from '../../src/tasks/settings/placeholders.js';
import { taskSettings } from '../../src/tasks/settings/task-settings.js';
import type { TaskLockDefinition } from '../../src/index.js';

const SECOND = 1_000;

function read(options: Partial<TaskLockDefinition>) {
  const module = { minHoldFactor: 0.9, maxHoldFactor: 5, lease: 60 * SECOND };
  const values = new ConfigValues({ DELAY: '7s' });
  const { settings, problems } = taskSettings({ definition: { name: 'task', ...options } }, module, values);
  return { ...settings, problems: problems.map(({ option, message }) => `${option}: ${message}`) };
}

describe('what a task does with requests', () => {
  test('is to try them five times, and to expect none, by default', () => {
    expect(read({})).toMatchObject({
      attempts: 5,
      debounce: undefined,
      expectsRequests: false,
      problems: [],
    });
  });

  test.each<[string, Partial<TaskLockDefinition>]>([
    ['attempts', { attempts: 5 }],
    ['debounce', { debounce: { delay: '5s' } }],
    ['bufferOne', { overlap: 'bufferOne' }],
  ])('is to expect some where it has %s', (_, options) => {
    expect(read(options)).toMatchObject({ expectsRequests: true, problems: [] });
  });

  test('has durations from placeholders, and a longest delay of its own', () => {
    expect(read({ debounce: { delay: '${DELAY}' } }).debounce).toEqual({
      delay: 7 * SECOND,
      maxDelay: 70 * SECOND,
      mode: 'trailing',
    });
    expect(read({ debounce: { delay: 500, maxDelay: '1m' } }).debounce).toMatchObject({
      maxDelay: 60 * SECOND,
    });
    expect(read({ debounce: { delay: '20d' } }).debounce).toMatchObject({ maxDelay: 30 * 86_400 * SECOND });
  });
});

describe('settings that could never debounce, or never run, are refused:', () => {
  test.each<[string, Partial<TaskLockDefinition>]>([
    ["debounce: delay is needed, like { delay: '5s' }", { debounce: {} as never }],
    [
      'debounce: delay must be more than 0: without one there is nothing to wait for',
      { debounce: { delay: 0 } },
    ],
    [
      'debounce: maxDelay of 5s must be more than the delay of 5s, or no request puts the run off',
      { debounce: { delay: '5s', maxDelay: '5s' } },
    ],
    ['debounce: delay of 31d is more than 30d', { debounce: { delay: '31d' } }],
    [
      'debounce: maxDelay is for trailing: leading waits no longer than delay',
      { debounce: { delay: '5s', maxDelay: '9s', mode: 'leading' } },
    ],
    [
      "debounce: mode 'both' must be trailing or leading",
      { debounce: { delay: '5s', mode: 'both' as never } },
    ],
    [
      'debounce: wait is none of its options; there are delay, maxDelay, mode',
      { debounce: { delay: 1, wait: 1 } as never },
    ],
    ["debounce: must be an object, like { delay: '5s' }; it is string", { debounce: '5s' as never }],
    ["debounce: must be an object, like { delay: '5s' }; it is null", { debounce: null as never }],
    ["debounce: must be an object, like { delay: '5s' }; it is boolean", { debounce: false as never }],
    [
      "overlap: 'wait' is of no use with debounce, where a call is a request that waits by itself: leave it out",
      { debounce: { delay: '5s' }, overlap: 'wait', waitTimeout: '1s' },
    ],
    [
      "overlap: 'bufferOne' is of no use with debounce, where a call is a request that waits by itself: leave it out",
      { debounce: { delay: '5s' }, overlap: 'bufferOne' },
    ],
    ['attempts: 0 must be a whole number from 1 to 1000: 1 does not try again', { attempts: 0 }],
    ['attempts: 1001 must be a whole number from 1 to 1000: 1 does not try again', { attempts: 1_001 }],
    ['attempts: 1.5 must be a whole number from 1 to 1000: 1 does not try again', { attempts: 1.5 }],
    [
      "waitTimeout: is for overlap: 'wait'; this task's is 'bufferOne'",
      { overlap: 'bufferOne', waitTimeout: '1s' },
    ],
  ])('%s', (problem, options) => {
    expect(read(options).problems).toEqual([problem]);
  });

  test('a delay that does not parse says how to write it', () => {
    expect(read({ debounce: { delay: '5' } }).problems[0]).toMatch(/^debounce: delay: .*'5'/);
  });
});
