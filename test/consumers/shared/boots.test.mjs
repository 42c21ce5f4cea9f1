// The application boots from the tarball, runs the migration, and two replicas of it run each tick once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Cron } from '@nestjs/schedule';
import { getDataSourceToken } from '@nestjs/typeorm';
import * as taskLock from 'nestjs-task-lock';
import * as migrations from 'nestjs-task-lock/migrations';
import { PostgresLockStore } from 'nestjs-task-lock/store';
import { answerOf, decorateMethod, startApplication, until } from './application.mjs';

const { currentTaskRun, TaskLock } = taskLock;

/** @type {(number | undefined)[]} */
const ticks = [];

class Jobs {
  async tick() {
    ticks.push(currentTaskRun()?.scheduledTime?.getTime());
    return 'a value';
  }
}
decorateMethod(Jobs, 'tick', Cron('* * * * * *'), TaskLock('boots'));

/** @type {import('@nestjs/common').INestApplicationContext[]} */
const replicas = [];

before(async () => {
  for (let count = 0; count < 2; count++) replicas.push(await startApplication(taskLock, migrations, Jobs));
});
after(() => Promise.all(replicas.map((replica) => replica.close())));

test('two replicas run each tick of a @Cron once', async () => {
  await until(() => ticks.length >= 3, 'three ticks');
  assert.ok(ticks.every((tick) => typeof tick === 'number' && tick % 1_000 === 0));
  assert.equal(new Set(ticks).size, ticks.length, `a tick ran twice: ${ticks}`);
});

test('a direct call runs under the lock and returns its value', async () => {
  const [replica] = replicas;
  assert.equal(await answerOf(() => replica.get(Jobs).tick()), 'a value');
});

test('a store made by hand keeps its locks in the same table', async () => {
  const dataSource = replicas[0].get(getDataSourceToken(), { strict: false });
  const store = new PostgresLockStore(() => dataSource);
  await store.prepare(['made by hand']);
  const rows = await dataSource.query(`SELECT FROM task_lock WHERE name = 'made by hand'`);
  assert.equal(rows.length, 1);
});
