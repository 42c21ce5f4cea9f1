import { describe, expect, test } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { currentTaskRun } from '../../src/calls/call-context.js';
import { TaskLock } from '../../src/index.js';
import { InMemoryLockStore } from '../../src/testing/index.js';
import {
  closeApplicationsAfterEach,
  fireTick,
  startApplication,
  THIS_JANUARY,
  YEARLY,
} from '../support/application.js';
import { Journal } from '../support/journal.js';

closeApplicationsAfterEach();

describe('an override that is decorated with the same name as the method that it overrides', () => {
  class Base {
    constructor(protected readonly journal: Journal) {}

    @Cron(YEARLY, { name: 'base', timeZone: 'UTC' })
    @TaskLock('report')
    async report(): Promise<string> {
      this.journal.write();
      return `by ${currentTaskRun()?.token}`;
    }
  }

  @Injectable()
  class Derived extends Base {
    constructor(journal: Journal) {
      super(journal);
    }

    @Cron(YEARLY, { name: 'derived', timeZone: 'UTC' })
    @TaskLock('report')
    override async report(): Promise<string> {
      this.journal.write();
      return super.report();
    }
  }

  test('runs its super call under the lock that it holds', async () => {
    const application = await startApplication({ providers: [Derived, Journal] });
    const value = await application.get(Derived).report();
    const [outer, inner] = application.get(Journal).of('report');
    expect(inner!.token).toBe(outer!.token);
    expect(value).toBe(`by ${outer!.token}`);
  });

  test('is one task with one tick', async () => {
    const store = new InMemoryLockStore();
    const application = await startApplication({ providers: [Derived, Journal], options: { store } });
    await fireTick(application, 'derived');
    await fireTick(application, 'derived');
    const runs = application.get(Journal).of('report');
    expect(runs).toHaveLength(2);
    expect(runs[1]!.scheduledTime).toEqual(new Date(THIS_JANUARY));
    expect(store.row('report')?.lastTick).toBe(THIS_JANUARY);
  });
});

describe('an override that has only the schedule', () => {
  class Base {
    constructor(protected readonly journal: Journal) {}

    @TaskLock('report')
    async report(): Promise<string> {
      this.journal.write();
      return 'reported';
    }
  }

  @Injectable()
  class Derived extends Base {
    constructor(journal: Journal) {
      super(journal);
    }

    @Cron(YEARLY, { name: 'derived', timeZone: 'UTC' })
    override async report(): Promise<string> {
      return super.report();
    }
  }

  test('takes the tick in its super call', async () => {
    const store = new InMemoryLockStore();
    const application = await startApplication({ providers: [Derived, Journal], options: { store } });
    await fireTick(application, 'derived');
    await fireTick(application, 'derived');
    expect(application.get(Journal).of('report')).toHaveLength(1);
    expect(store.row('report')?.lastTick).toBe(THIS_JANUARY);
  });

  test('takes no tick where it is called directly', async () => {
    const store = new InMemoryLockStore();
    const application = await startApplication({ providers: [Derived, Journal], options: { store } });
    expect(await application.get(Derived).report()).toBe('reported');
    expect(await application.get(Derived).report()).toBe('reported');
    expect(store.row('report')?.lastTick).toBe(-Infinity);
  });
});

describe('an override that is decorated with a name of its own', () => {
  class Base {
    constructor(protected readonly journal: Journal) {}

    @TaskLock('part')
    async report(): Promise<string> {
      this.journal.write();
      return 'reported';
    }
  }

  @Injectable()
  class Derived extends Base {
    constructor(journal: Journal) {
      super(journal);
    }

    @Cron(YEARLY, { name: 'derived', timeZone: 'UTC' })
    @TaskLock('whole')
    override async report(): Promise<string> {
      this.journal.write();
      return super.report();
    }
  }

  test('holds both locks, and a direct call takes the tick of neither', async () => {
    const store = new InMemoryLockStore();
    const application = await startApplication({ providers: [Derived, Journal], options: { store } });
    expect(await application.get(Derived).report()).toBe('reported');
    expect(await application.get(Derived).report()).toBe('reported');
    expect(application.get(Journal).of('part')).toHaveLength(2);
    expect(store.row('whole')?.lastTick).toBe(-Infinity);
    expect(store.row('part')?.lastTick).toBe(-Infinity);
  });

  test('takes the tick of both', async () => {
    const store = new InMemoryLockStore();
    const application = await startApplication({ providers: [Derived, Journal], options: { store } });
    await fireTick(application, 'derived');
    expect(store.row('whole')?.lastTick).toBe(THIS_JANUARY);
    expect(store.row('part')?.lastTick).toBe(THIS_JANUARY);
  });
});
