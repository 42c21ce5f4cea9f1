import { describe, expect, test } from '@jest/globals';
import { CronTime } from 'cron';
import { TaskRegistry } from '../../src/tasks/registry.js';
import { moduleSettings } from '../../src/tasks/settings/module-settings.js';
import { ConfigValues } from '../../src/tasks/settings/placeholders.js';
import { scheduleOf } from '../../src/tasks/schedule/schedule.js';
import type { TaskLockDefinition } from '../../src/tasks/options.js';
import { FakeClock } from '../support/fake-clock.js';
import { recordingLog } from '../support/locks.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function registry() {
  const job: { time?: CronTime } = {};
  const scheduler = { cronTimeOf: () => job.time };
  const clock = new FakeClock();
  const environment: Record<string, string> = {};
  const newRegistry = () =>
    new TaskRegistry(moduleSettings({}), new ConfigValues(environment), scheduler, recordingLog(), clock);
  const tasks = newRegistry();
  const of = (given: TaskLockDefinition) => tasks.describe(given, 'TaskLockService.run');
  /** Declares a task that is due each hour, as the code of a module does that is loaded now. */
  const declare = (definition: TaskLockDefinition): void => {
    const schedule = scheduleOf({ kind: 'cron', cron: { cronTime: '0 * * * *' } });
    const settings = newRegistry().describe({ interval: '1h', ...definition }, 'Jobs.cleanUp');
    tasks.add({ ...settings, definition, schedule }, { member: 'Jobs.cleanUp', isFired: true });
  };
  return { of, declare, job, environment };
}

describe('a task whose options are given at a call', () => {
  test('is read once, where the options are the same', () => {
    const { of } = registry();
    expect(of({ name: 'export', maxHold: '10m' })).toBe(of({ name: 'export', maxHold: '10m' }));
  });

  test.each<[before: TaskLockDefinition, now: TaskLockDefinition]>([
    [{ name: 'export' }, { name: 'export', maxHold: '5m' }],
    [
      { name: 'export', maxHold: '10m' },
      { name: 'export', maxHold: '5m' },
    ],
    [
      { name: 'export', minHold: undefined },
      { name: 'export', maxHold: '5m' },
    ],
  ])('is read anew where they are others: after %j %j', (before, now) => {
    const { of } = registry();
    of(before);
    expect(of(now).maxHold).toBe(5 * MINUTE);
  });

  test('is read anew where the object that was given has changed since', () => {
    const { of } = registry();
    const given: TaskLockDefinition = { name: 'export', maxHold: '10m' };
    of(given);
    given.maxHold = '5m';
    expect(of(given).maxHold).toBe(5 * MINUTE);
  });

  test('follows the environment where an option has a placeholder', () => {
    const { of, environment } = registry();
    const hold = { name: 'export', maxHold: '${EXPORT_HOLD:10m}' };
    expect(of(hold).maxHold).toBe(10 * MINUTE);
    environment['EXPORT_HOLD'] = '5m';
    expect(of(hold).maxHold).toBe(5 * MINUTE);
  });

  test('has the options of the method that is declared later', () => {
    const { of, declare } = registry();
    expect(of({ name: 'export' }).maxHold).toBe(HOUR);
    declare({ name: 'export', maxHold: '2h' });
    expect(of({ name: 'export' }).maxHold).toBe(2 * HOUR);
  });

  test('has the holds of the schedule that its cron job has now', () => {
    const { of, declare, job } = registry();
    declare({ name: 'export' });
    expect(of({ name: 'export' }).maxHold).toBe(5 * HOUR);
    job.time = new CronTime('0 */2 * * *');
    expect(of({ name: 'export' }).maxHold).toBe(10 * HOUR);
  });

  test('is read anew once a thousand other names were given', () => {
    const { of } = registry();
    const first = of({ name: 'export 0' });
    for (let nth = 1; nth <= 1_000; nth++) of({ name: `export ${nth}` });
    expect(of({ name: 'export 0' })).not.toBe(first);
  });
});
