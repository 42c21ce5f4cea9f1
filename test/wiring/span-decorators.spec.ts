import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Inject, Injectable } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import type { TestingModule } from '@nestjs/testing';
import type { ClsService as Cls } from 'nestjs-cls';
import { TaskLock } from '../../src/index.js';
import { InMemoryLockStore } from '../../src/testing/index.js';
import {
  closeApplications,
  fireTick,
  startApplication,
  THIS_JANUARY,
  YEARLY,
} from '../support/application.js';
import { Journal } from '../support/journal.js';
import { ClsModule, ClsService, UseCls } from '../support/nestjs-cls.js';
import { CarefulSpan, PlainSpan, spans } from '../support/span-decorators.js';

const january = (name: string) => Cron(YEARLY, { name, timeZone: 'UTC' });

@Injectable()
class Jobs {
  constructor(
    private readonly journal: Journal,
    @Inject(ClsService) private readonly cls: Cls,
  ) {}

  @CarefulSpan()
  @january('above both')
  @TaskLock('above both')
  async aboveBoth(): Promise<string> {
    return this.work();
  }

  @CarefulSpan()
  @TaskLock('above both, lock first')
  @january('above both, lock first')
  async aboveBothLockFirst(): Promise<string> {
    return this.work();
  }

  @january('between')
  @CarefulSpan()
  @TaskLock('between')
  async between(): Promise<string> {
    return this.work();
  }

  @TaskLock('between, lock first')
  @CarefulSpan()
  @january('between, lock first')
  async betweenLockFirst(): Promise<string> {
    return this.work();
  }

  @january('below both')
  @TaskLock('below both')
  @CarefulSpan()
  async belowBoth(): Promise<string> {
    return this.work();
  }

  @TaskLock('below both, lock first')
  @january('below both, lock first')
  @CarefulSpan()
  async belowBothLockFirst(): Promise<string> {
    return this.work();
  }

  // Without a copy of the metadata Nest finds the schedule only where @Cron stands above.
  @january('plain, between')
  @PlainSpan()
  @TaskLock('plain, between')
  async plainBetween(): Promise<string> {
    return this.work();
  }

  @january('plain, below both')
  @TaskLock('plain, below both')
  @PlainSpan()
  async plainBelowBoth(): Promise<string> {
    return this.work();
  }

  @TaskLock('plain, below both, lock first')
  @january('plain, below both, lock first')
  @PlainSpan()
  async plainBelowBothLockFirst(): Promise<string> {
    return this.work();
  }

  @january('everywhere')
  @PlainSpan()
  @TaskLock('everywhere')
  @PlainSpan()
  async everywhere(): Promise<string> {
    return this.work();
  }

  @UseCls()
  @january('cls above both')
  @TaskLock('cls above both')
  async clsAboveBoth(): Promise<string> {
    return this.work();
  }

  @january('cls between')
  @UseCls()
  @TaskLock('cls between')
  async clsBetween(): Promise<string> {
    return this.work();
  }

  @TaskLock('cls between, lock first')
  @UseCls()
  @january('cls between, lock first')
  async clsBetweenLockFirst(): Promise<string> {
    return this.work();
  }

  @january('cls below both')
  @TaskLock('cls below both')
  @UseCls()
  async clsBelowBoth(): Promise<string> {
    return this.work();
  }

  private async work(): Promise<string> {
    this.journal.write();
    await Promise.resolve();
    if (this.cls.isActive()) this.cls.set('worked', true);
    return this.cls.isActive() ? 'done in a context' : 'done';
  }
}

describe('a decorator that wraps the method', () => {
  const store = new InMemoryLockStore();
  let application: TestingModule;
  let jobs: Jobs;

  beforeAll(async () => {
    const imports = [ClsModule.forRoot()];
    application = await startApplication({ imports, providers: [Jobs, Journal], options: { store } });
    jobs = application.get(Jobs);
  });
  afterAll(closeApplications);

  const cases: [string, keyof Jobs, string][] = [
    ['above both', 'aboveBoth', 'done'],
    ['above both, lock first', 'aboveBothLockFirst', 'done'],
    ['between', 'between', 'done'],
    ['between, lock first', 'betweenLockFirst', 'done'],
    ['below both', 'belowBoth', 'done'],
    ['below both, lock first', 'belowBothLockFirst', 'done'],
    ['plain, between', 'plainBetween', 'done'],
    ['plain, below both', 'plainBelowBoth', 'done'],
    ['plain, below both, lock first', 'plainBelowBothLockFirst', 'done'],
    ['everywhere', 'everywhere', 'done'],
    ['cls above both', 'clsAboveBoth', 'done in a context'],
    ['cls between', 'clsBetween', 'done in a context'],
    ['cls between, lock first', 'clsBetweenLockFirst', 'done in a context'],
    ['cls below both', 'clsBelowBoth', 'done in a context'],
  ];

  test.each(cases)('%s: the tick is a tick, a direct call is one', async (name, method, value) => {
    expect(await jobs[method]()).toBe(value);
    expect(store.row(name)?.lastTick).toBe(-Infinity);
    await fireTick(application, name);
    expect(store.row(name)?.lastTick).toBe(THIS_JANUARY);
    expect(await jobs[method]()).toBe(value);
    expect(
      application
        .get(Journal)
        .of(name)
        .map(({ scheduledTime }) => scheduledTime?.getTime()),
    ).toEqual([undefined, THIS_JANUARY, undefined]);
    expect(application.get(Journal).unlocked).toBe(0);
  });

  test('sees the calls: above the lock also those that are skipped, below it only those that run', async () => {
    spans.length = 0;
    await fireTick(application, 'plain, between');
    expect(spans).toEqual(['plainBetween']);
    spans.length = 0;
    await fireTick(application, 'plain, below both');
    expect(spans).toEqual([]);
  });
});
