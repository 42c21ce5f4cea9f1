// nestjs-cls and @golevelup/nestjs-discovery.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DiscoveryModule, DiscoveryService } from '@golevelup/nestjs-discovery';
import { Injectable, Module, SetMetadata } from '@nestjs/common';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Cron, CronExpression } from '@nestjs/schedule';
import { ClsModule, ClsService, UseCls } from 'nestjs-cls';
import { currentTaskRun, TaskLock, TaskLockService } from 'nestjs-task-lock';
import { gate } from '../gate.js';
import { lockImports } from '../lock-imports.js';

const seen: Record<string, unknown[]> = { above: [], below: [], call: [], requested: [] };
const done = { above: gate(), below: gate(), requested: gate() };

@Injectable()
class Jobs {
  constructor(private readonly cls: ClsService) {}

  @Cron(CronExpression.EVERY_SECOND)
  @UseCls({ setup: (cls) => cls.set('who', 'a tick') })
  @TaskLock('above')
  async above() {
    seen['above']?.push([this.cls.get('who'), currentTaskRun()?.name]);
    void done.above.pass();
  }

  @TaskLock('below')
  @Cron(CronExpression.EVERY_SECOND)
  @UseCls({ setup: (cls) => cls.set('who', 'a tick') })
  async below() {
    seen['below']?.push([this.cls.get('who'), currentTaskRun()?.name]);
    void done.below.pass();
  }

  @SetMetadata('mine', 'found')
  @TaskLock('call')
  async call() {
    return [this.cls.get('who'), currentTaskRun()?.name];
  }

  @UseCls({ setup: (cls) => void cls.setIfUndefined('who', 'a request') })
  @TaskLock('requested')
  async requested() {
    seen['requested']?.push([this.cls.get('who'), currentTaskRun()?.name]);
    void done.requested.pass();
  }
}

@Module({
  imports: [...lockImports(), ClsModule.forRoot({ global: true }), DiscoveryModule],
  providers: [Jobs],
})
class ApplicationModule {}

let application: INestApplicationContext;
before(async () => {
  application = await NestFactory.createApplicationContext(ApplicationModule, {
    logger: ['warn'],
    abortOnError: false,
  });
});
after(() => application.close());

for (const order of ['above', 'below'] as const) {
  test(`@UseCls, @TaskLock ${order === 'above' ? 'below' : 'above'} it: a tick has its context, under the lock`, async () => {
    await done[order].reached;
    assert.deepEqual(seen[order]?.[0], ['a tick', order]);
  });
}

test('a call keeps the context of its caller', async () => {
  const cls = application.get(ClsService);
  const answer = await cls.run(async () => {
    cls.set('who', 'the caller');
    return application.get(Jobs).call();
  });
  assert.deepEqual(answer, ['the caller', 'call']);
});

test('a run that was requested has a context of its own, and not that of who requested it', async () => {
  const cls = application.get(ClsService);
  await cls.run(async () => {
    cls.set('who', 'the caller');
    await application.get(TaskLockService).request('requested');
  });
  await done.requested.reached;
  assert.deepEqual(seen['requested']?.[0], ['a request', 'requested']);
});

test('@golevelup/nestjs-discovery finds a decorated method by the metadata of another decorator', async () => {
  const found = await application.get(DiscoveryService).providerMethodsWithMetaAtKey<string>('mine');
  assert.deepEqual(
    found.map(({ meta, discoveredMethod }) => [meta, discoveredMethod.methodName]),
    [['found', 'call']],
  );
  // What such packages do with what they found.
  const [{ discoveredMethod } = assert.fail()] = found;
  const answer = (await discoveredMethod.handler.call(discoveredMethod.parentClass.instance)) as unknown;
  assert.deepEqual(answer, [undefined, 'call']);
});
