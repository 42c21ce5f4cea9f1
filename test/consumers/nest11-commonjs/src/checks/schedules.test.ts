import '../instrument';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { Cron, CronExpression, Interval, Timeout } from '@nestjs/schedule';
import { TaskLock } from 'nestjs-task-lock';
import { startApplication } from '../application';
import { gate } from '../gate';
import { recordRun, runsOf, until } from '../runs';
import { DataSource } from 'typeorm';

@Injectable()
class Jobs {
  readonly greeting = 'hello from';

  @Cron(CronExpression.EVERY_SECOND)
  @TaskLock('cron above')
  async cronAbove() {
    recordRun();
  }

  @TaskLock({ name: 'cron below' })
  @Cron(CronExpression.EVERY_SECOND)
  async cronBelow() {
    recordRun();
  }

  @Interval(400)
  @TaskLock('interval above')
  async intervalAbove() {
    recordRun();
  }

  @TaskLock('interval below')
  @Interval(400)
  async intervalBelow() {
    recordRun();
  }

  @Timeout(300)
  @TaskLock('timeout above', '1h')
  async timeoutAbove() {
    recordRun();
  }

  @TaskLock('timeout below', '1h')
  @Timeout(300)
  async timeoutBelow() {
    recordRun();
  }

  @Cron('0 0 1 1 *')
  @TaskLock('yearly')
  async yearly(name: string) {
    recordRun();
    return `${this.greeting} ${name}`;
  }

  @TaskLock('slow')
  async slow(pass = async () => {}) {
    await pass();
    return 'a value';
  }

  @TaskLock('throws')
  async throws(error: Error) {
    throw error;
  }
}

const replicas: INestApplication[] = [];
before(async () => {
  for (let count = 0; count < 2; count++) replicas.push(await startApplication({ providers: [Jobs] }));
});
after(() => Promise.all(replicas.map((replica) => replica.close())));

for (const position of ['above', 'below']) {
  test(`@Cron ${position} @TaskLock: two replicas run each tick once`, async () => {
    const runs = runsOf(`cron ${position}`);
    await until(() => runs.length >= 3, 'three ticks');
    const ticks = runs.map(({ scheduledTime }) => scheduledTime?.getTime());
    assert.ok(ticks.every((tick) => tick !== undefined && tick % 1_000 === 0));
    assert.equal(new Set(ticks).size, ticks.length, `a tick ran twice: ${ticks}`);
  });

  test(`@Interval ${position} @TaskLock: two replicas run once an interval`, async () => {
    const runs = runsOf(`interval ${position}`);
    await until(() => runs.length >= 3, 'three ticks');
    const ticks = runs.map(({ scheduledTime }) => scheduledTime!.getTime());
    const gaps = ticks.slice(1).map((tick, index) => tick - ticks[index]);
    assert.ok(Math.min(...gaps) >= 360, `an interval was too short: ${gaps}`);
  });

  test(`@Timeout ${position} @TaskLock: one of two replicas runs it`, async () => {
    const runs = runsOf(`timeout ${position}`);
    await until(() => runs.length > 0, 'the timeout');
    await delay(500);
    assert.equal(runs.length, 1);
  });
}

test('a direct call of a scheduled method runs under the lock, with its arguments, and returns its value', async () => {
  assert.equal(await replicas[0].get(Jobs).yearly('Prague'), 'hello from Prague');
  assert.equal(await replicas[1].get(Jobs).yearly('Brno'), 'hello from Brno');
  assert.deepEqual(
    runsOf('yearly').map(({ scheduledTime }) => scheduledTime),
    [undefined, undefined],
  );
});

test('a call that is skipped resolves to undefined', async () => {
  const { reached, open, pass } = gate();
  const run = replicas[0].get(Jobs).slow(pass);
  await reached;
  assert.deepEqual(await Promise.all(replicas.map((replica) => replica.get(Jobs).slow())), [
    undefined,
    undefined,
  ]);
  open();
  assert.equal(await run, 'a value');
});

test("the method's own error is rethrown unchanged", async () => {
  const error = new Error('its own');
  await assert.rejects(replicas[0].get(Jobs).throws(error), (thrown) => thrown === error);
});

test('all methods of the class are tasks with a row of their own', async () => {
  const rows: { name: string; fence: string }[] = await replicas[0]
    .get(DataSource)
    .query(`SELECT name, fence FROM task_lock ORDER BY name COLLATE "C"`);
  assert.deepEqual(
    rows.map(({ name }) => name),
    [
      'cron above',
      'cron below',
      'interval above',
      'interval below',
      'slow',
      'throws',
      'timeout above',
      'timeout below',
      'yearly',
    ],
  );
  assert.ok(rows.every(({ fence }) => BigInt(fence) > 0n));
});
