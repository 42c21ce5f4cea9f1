import 'reflect-metadata';
import { SetMetadata } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Cron, Interval, Timeout } from '@nestjs/schedule';
import {
  assertScheduleMetadataIsReadable,
  readScheduleMetadata,
} from '../../src/tasks/schedule/schedule-metadata.js';

const CHRISTMAS = new Date('2026-12-24T18:00:00Z');

class Jobs {
  @Cron('0 9 * * 1-5', { name: 'report', timeZone: 'Europe/Berlin' })
  zoned(): void {}

  @Cron('0 9 * * *', { utcOffset: -330 })
  offset(): void {}

  @Cron(CHRISTMAS)
  once(): void {}

  @Interval(60_000)
  interval(): void {}

  @Interval('named', 90_000)
  namedInterval(): void {}

  @Timeout(5_000)
  timeout(): void {}

  @Timeout('named', 6_000)
  namedTimeout(): void {}

  undecorated(): void {}
}

const methodOf = (key: keyof Jobs): unknown => Reflect.get(Jobs.prototype, key);
const read = (key: keyof Jobs) => readScheduleMetadata(methodOf(key));

describe('what a decorator of @nestjs/schedule says', () => {
  test('@Cron: its expression or date, and its zone', () => {
    expect(read('zoned')).toMatchObject({
      kind: 'cron',
      cron: { cronTime: '0 9 * * 1-5', timeZone: 'Europe/Berlin' },
    });
    expect(read('offset')).toMatchObject({ kind: 'cron', cron: { cronTime: '0 9 * * *', utcOffset: -330 } });
    expect(read('once')).toMatchObject({ kind: 'cron', cron: { cronTime: CHRISTMAS } });
  });

  test('@Interval and @Timeout: their milliseconds, with a name or without', () => {
    expect(read('interval')).toEqual({ kind: 'interval', milliseconds: 60_000 });
    expect(read('namedInterval')).toEqual({ kind: 'interval', milliseconds: 90_000 });
    expect(read('timeout')).toEqual({ kind: 'timeout', milliseconds: 5_000 });
    expect(read('namedTimeout')).toEqual({ kind: 'timeout', milliseconds: 6_000 });
  });

  test('a method without one, and what is no method, have no schedule', () => {
    expect(read('undecorated')).toBeUndefined();
    for (const value of [undefined, null, 'zoned', {}]) expect(readScheduleMetadata(value)).toBeUndefined();
  });

  test('is read off the method that the scheduler calls, also where that is an inherited one', () => {
    class Derived extends Jobs {}
    class Overriding extends Jobs {
      override interval(): void {}
    }
    expect(readScheduleMetadata(Reflect.get(new Derived(), 'interval'))).toMatchObject({ kind: 'interval' });
    expect(readScheduleMetadata(Reflect.get(new Overriding(), 'interval'))).toBeUndefined();
  });
});

describe('the probe at start-up', () => {
  test('finds the metadata of the version that is installed', () => {
    expect(() => assertScheduleMetadataIsReadable()).not.toThrow();
  });

  describe('with a version that keeps its metadata under other keys', () => {
    beforeEach(() => {
      jest.resetModules();
    });
    afterEach(() => {
      jest.resetModules();
    });

    async function probeWith(schedule: Record<string, unknown>): Promise<() => void> {
      jest.unstable_mockModule('@nestjs/schedule', () => ({ Cron, Interval, Timeout, ...schedule }));
      const probe = await import('../../src/tasks/schedule/schedule-metadata.js');
      return probe.assertScheduleMetadataIsReadable;
    }
    const moved = (key: string) => () => SetMetadata(key, { timeout: 1, cronTime: '* * * * *' });

    test('fails and names each decorator that it cannot read, and what to do', async () => {
      const probe = await probeWith({ Cron: moved('schedule:cron'), Timeout: moved('schedule:timeout') });
      expect(probe).toThrow(
        'The metadata of @Cron, @Timeout cannot be read: this version of @nestjs/schedule keeps it under other keys ' +
          'than nestjs-task-lock knows. Install a version that the peerDependencies of nestjs-task-lock name.',
      );
    });

    test('fails where one decorator writes what another one used to', async () => {
      expect(await probeWith({ Interval: moved('SCHEDULE_TIMEOUT_OPTIONS') })).toThrow(
        /of @Interval cannot be read/,
      );
    });
  });
});
