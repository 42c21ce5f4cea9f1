import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import type { TestingModule } from '@nestjs/testing';
import { TaskCron, TaskLock } from '../../src/index.js';
import { InMemoryLockStore } from '../../src/testing/index.js';
import { closeApplications, fireTick, startApplication } from '../support/application.js';
import { CapturedLog } from '../support/captured-log.js';
import { Journal } from '../support/journal.js';

const HOUR = 3_600_000;
/** At this instant, clocks in Paris go back from three to two o'clock. */
const SET_BACK = Date.parse('2026-10-25T01:00:00Z');
const SET_FORWARD = Date.parse('2026-03-29T01:00:00Z');

afterEach(async () => {
  await closeApplications();
  jest.useRealTimers();
});

@Injectable()
class Jobs {
  constructor(private readonly journal: Journal) {}

  @Cron('0 3 * * *', { name: 'daily', timeZone: 'Europe/Paris' })
  @TaskLock('daily')
  async daily(): Promise<void> {
    this.journal.write();
  }

  @TaskCron('0 */3 * * *', 'each-third-hour', { timeZone: 'Europe/Paris' })
  async eachThirdHour(): Promise<void> {
    this.journal.write();
  }

  @Cron('30 2 * * *', { timeZone: 'Europe/Paris' })
  @TaskLock('left-out-or-twice')
  async leftOutOrTwice(): Promise<void> {
    this.journal.write();
  }

  @Cron('0 * * * *', { timeZone: 'Europe/Paris' })
  @TaskLock('hourly')
  async hourly(): Promise<void> {
    this.journal.write();
  }
}

/** Starts replicas that share a store, and lets the timers of cron pass a night. */
async function passNight(from: number, hours: number, replicas = 2) {
  jest.useFakeTimers({ now: from, doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  const store = new InMemoryLockStore(Date.now);
  const logger = new CapturedLog();
  const applications: TestingModule[] = [];
  for (let replica = 0; replica < replicas; replica++) {
    applications.push(await startApplication({ providers: [Jobs, Journal], options: { store }, logger }));
  }
  await jest.advanceTimersByTimeAsync(hours * HOUR);
  const ran = (task: string): string[] =>
    applications
      .flatMap((application) => application.get(Journal).of(task))
      .map(({ scheduledTime }) => scheduledTime!.toISOString())
      .sort();
  return { applications, ran, logger };
}

describe('on the night on which clocks go back', () => {
  test('each tick runs once, and nothing runs where cron fires for no tick', async () => {
    const { ran } = await passNight(SET_BACK - 4 * HOUR, 9);
    expect(ran('daily')).toEqual(['2026-10-25T02:00:00.000Z']);
    expect(ran('each-third-hour')).toEqual([
      '2026-10-24T22:00:00.000Z',
      '2026-10-25T02:00:00.000Z',
      '2026-10-25T05:00:00.000Z',
    ]);
    expect(ran('left-out-or-twice')).toEqual(['2026-10-25T00:30:00.000Z']);
    expect(ran('hourly')).toHaveLength(9);
  });

  test('a firing of cron that is no tick is skipped, with one warning for each task', async () => {
    const { logger } = await passNight(SET_BACK - 4 * HOUR, 6, 1);
    expect(logger.warnings).toHaveLength(2);
    expect(logger.warnings).toContainEqual(
      expect.stringMatching(
        /^"daily" is skipped: cron fired it at 2026-10-25T01:00:00.\d{3}Z, which is no tick of @Cron\('0 3 \* \* \*'\). It does so when a clock is set. The next tick is 2026-10-25T02:00:00.000Z. This is said once.$/,
      ),
    );
  });

  test('the next such firing is skipped without a word', async () => {
    const { applications, ran, logger } = await passNight(SET_BACK - HOUR, 1.5, 1);
    await fireTick(applications[0]!, 'daily');
    expect(logger.warnings.filter((warning) => warning.startsWith('"daily"'))).toHaveLength(1);
    expect(ran('daily')).toEqual([]);
  });
});

describe('on the night on which clocks go forward', () => {
  test('what they leave out runs at the very change', async () => {
    const { ran, logger } = await passNight(SET_FORWARD - 2 * HOUR, 4);
    expect(ran('left-out-or-twice')).toEqual([new Date(SET_FORWARD).toISOString()]);
    expect(ran('daily')).toEqual([new Date(SET_FORWARD).toISOString()]);
    expect(logger.warnings).toEqual([]);
  });
});
