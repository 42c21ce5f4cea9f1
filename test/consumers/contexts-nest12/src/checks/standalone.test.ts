// An application without a server: createApplicationContext.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Inject, Injectable, Module, Scope } from '@nestjs/common';
import type { INestApplicationContext } from '@nestjs/common';
import { ContextIdFactory, NestFactory, REQUEST } from '@nestjs/core';
import { Cron, CronExpression } from '@nestjs/schedule';
import { TaskLock, TaskLockHeldError } from 'nestjs-task-lock';
import { closeDuringRun } from '../close-during-run.js';
import { gate } from '../gate.js';
import { lockImports } from '../lock-imports.js';
import { OtherReplica } from '../other-replica.js';
import { startProcess } from '../sigterm.js';
import { work } from '../work.js';

const ticked = gate();

@Injectable()
class Jobs {
  @TaskLock('skip')
  skip() {
    return work();
  }

  @TaskLock('throw', undefined, { overlap: 'throw' })
  throw() {
    return work();
  }

  @Cron(CronExpression.EVERY_SECOND)
  @TaskLock('tick')
  tick() {
    return ticked.pass();
  }
}

@Injectable({ scope: Scope.REQUEST })
class ScopedJobs {
  constructor(@Inject(REQUEST) private readonly tenant: { id: number }) {}

  @TaskLock('scoped')
  async scoped() {
    return `${await work()} for ${this.tenant.id}`;
  }
}

@Module({ imports: lockImports(), providers: [Jobs, ScopedJobs] })
class ApplicationModule {}

let application: INestApplicationContext;
let other: OtherReplica;
before(async () => {
  other = await OtherReplica.start();
  application = await NestFactory.createApplicationContext(ApplicationModule, {
    logger: ['warn'],
    abortOnError: false,
  });
});
after(() => other.close());

test('its schedule ticks', async () => {
  await ticked.reached;
  ticked.open();
});

test('a call runs under its lock', async () => {
  assert.equal(await application.get(Jobs).skip(), 'ran skip');
});

test('a skipped call resolves to undefined, and one with overlap throw rejects', async () => {
  assert.equal(await other.whileHeld('skip', () => application.get(Jobs).skip()), undefined);
  await assert.rejects(
    other.whileHeld('throw', () => application.get(Jobs).throw()),
    TaskLockHeldError,
  );
});

test('a provider of a request that is resolved by hand runs under its lock', async () => {
  const context = ContextIdFactory.create();
  application.registerRequestByContextId({ id: 7 }, context);
  const jobs = await application.resolve(ScopedJobs, context);
  assert.equal(await jobs.scoped(), 'ran scoped for 7');
});

test('close() waits for the run', async () => {
  const answer = await closeDuringRun(application, other, 'skip', () => application.get(Jobs).skip());
  assert.deepEqual(answer, { value: 'ran skip' });
});

test('at SIGTERM it waits for the run, and ends by the signal', async () => {
  const { child, ended, says } = startProcess();
  await says('running');
  child.kill('SIGTERM');
  await says('shutdown');
  assert.equal((await other.row('standalone'))?.running, true);
  child.send('open');
  assert.deepEqual(await ended, [null, 'SIGTERM']);
  assert.deepEqual(await other.row('standalone'), { outcome: 'succeeded', running: false });
});
