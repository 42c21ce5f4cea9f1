import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DiscoveryModule, DiscoveryService } from '@golevelup/nestjs-discovery';
import { Injectable, SetMetadata } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { ExternalContextCreator } from '@nestjs/core';
import { Cron, CronExpression } from '@nestjs/schedule';
import { TaskLock, TaskLockService } from 'nestjs-task-lock';
import { gate } from '../../src/gate.js';
import { lockedRun, startApplication, until } from '../application.js';

const Handles = (topic: string) => SetMetadata('handles', topic);

const ticks: number[] = [];

@Injectable()
class Jobs {
  readonly shop = 'ours';

  @Handles('above')
  @TaskLock('above')
  async above() {
    return `${lockedRun().name} of ${this.shop}`;
  }

  @TaskLock('below')
  @Handles('below')
  async below(pass = async () => {}) {
    await pass();
    return `${lockedRun().name} of ${this.shop}`;
  }

  @Handles('between')
  @Cron(CronExpression.EVERY_SECOND)
  @TaskLock('between')
  async between() {
    const { name, scheduledTime } = lockedRun();
    if (scheduledTime) ticks.push(scheduledTime.getTime());
    return `${name} of ${this.shop}`;
  }
}

let application: INestApplication;
before(async () => {
  application = await startApplication({ imports: [DiscoveryModule], providers: [Jobs] });
});
after(() => application.close());

/** The methods as a library of handlers takes them: bound to their instance, or behind guards and interceptors. */
async function handlers() {
  const found = await application.get(DiscoveryService).providerMethodsWithMetaAtKey<string>('handles');
  const contexts = application.get(ExternalContextCreator);
  return new Map(
    found.map(({ meta, discoveredMethod: { handler, methodName, parentClass } }) => {
      const instance = parentClass.instance as object;
      const bound = (...args: unknown[]) => Reflect.apply(handler, instance, args) as Promise<unknown>;
      const wrapped = contexts.create(instance, handler as () => unknown, methodName);
      return [meta, { bound, wrapped }];
    }),
  );
}

test('finds the methods with its metadata above, below and between', async () => {
  assert.deepEqual([...(await handlers()).keys()].sort(), ['above', 'below', 'between']);
});

test('what it calls runs under the lock, and is skipped while the lock is held', async () => {
  const found = await handlers();
  assert.equal(await found.get('above')!.bound(), 'above of ours');
  assert.equal(await found.get('above')!.wrapped(), 'above of ours');
  const { reached, open, pass } = gate();
  const run = found.get('below')!.bound(pass);
  await reached;
  assert.equal(await found.get('below')!.bound(), undefined);
  assert.equal(await found.get('below')!.wrapped(), undefined);
  open();
  assert.equal(await run, 'below of ours');
});

test('the lock finds them, too: by their names, and at their ticks', async () => {
  await until(() => ticks.length >= 2, 'two ticks');
  assert.equal(new Set(ticks).size, ticks.length);
  const result = await application.get(TaskLockService).run('above', () => 'by its name');
  assert.deepEqual(result, { status: 'executed', value: 'by its name' });
});
