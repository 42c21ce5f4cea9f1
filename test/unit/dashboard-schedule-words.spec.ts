import { expect, test } from '@jest/globals';
import { CronTime } from 'cron';
import { scheduleWords } from '../../src/dashboard/html/schedule-words.js';
import { CronTicks } from '../../src/tasks/schedule/cron-ticks.js';

test.each([
  ['* * * * *', 'every minute'],
  ['* * * * * *', 'every second'],
  ['*/10 * * * * *', 'every 10 seconds'],
  ['0 */5 * * * *', 'every 5 minutes'],
  ['0 * * * *', 'every hour'],
  ['5 * * * *', 'every hour at :05'],
  ['0 */2 * * *', 'every 2 hours'],
  ['15 */6 * * *', 'every 6 hours at :15'],
  ['0 3 * * *', 'every day at 03:00'],
  ['30 3,15 * * *', 'every day at 03:30 and 15:30'],
  ['0 9 * * 1-5', 'Monday to Friday at 09:00'],
  ['0 0 * * 0', 'every Sunday at 00:00'],
  ['0 0 * * 6,0', 'every Sunday and Saturday at 00:00'],
  ['0 6 1 * *', 'on the 1st of each month at 06:00'],
  ['0 6 22 * *', 'on the 22nd of each month at 06:00'],
  ['0 0 1 1 *', 'on 1 January of each year at 00:00'],
  ['0 */30 9-17 * * *', 'every 30 minutes from 09:00 to 17:30'],
  ['*/5 9-17 * * 1-5', 'every 5 minutes from 09:00 to 17:55, Monday to Friday'],
  ['every 60s', 'every 60 seconds'],
  ['every 1h', 'every hour'],
])('%s is %s', (schedule, words) => expect(scheduleWords(schedule)).toBe(words));

test.each([
  ['*/7 * * * *', 'is not every seven minutes at the turn of the hour'],
  ['0 */5 * * *', 'is not every five hours at midnight'],
  ['0 9 15 * 1', 'means the 15th and each Monday'],
  ['0 6 31 * *', 'leaves months out'],
  ['0 1-23/2 * * *', 'has a range with a step'],
  ['30 0 3 * * *', 'has seconds'],
  ['0 0 1 */3 *', 'has a step of months'],
  ['0 3 * * MON', 'has a name'],
  ['@daily', 'is an alias'],
  ['2026-11-27T04:00:00.000Z', 'is one instant'],
  ['0 25 * * *', 'is no expression'],
  ['every 1.5h', 'is no whole number'],
])('%s stays as it is: it %s', (schedule) => expect(scheduleWords(schedule)).toBeUndefined());

test.each([
  ['*/5 9-17 * * 1-5', 9 * 12 * 5],
  ['0 0 * * 6,0', 2],
  ['15 */6 * * *', 4 * 7],
  ['*/10 * * * * *', 6 * 60 * 24 * 7],
])('%s is due as often in a week as its words say', (schedule, count) => {
  const ticks = new CronTicks(new CronTime(schedule, 'UTC'));
  const [from, to] = [Date.UTC(2026, 10, 1), Date.UTC(2026, 10, 8)];
  let found = 0;
  for (let tick = ticks.nextAfter(from - 1); tick < to; tick = ticks.nextAfter(tick)) found++;
  expect(found).toBe(count);
});
