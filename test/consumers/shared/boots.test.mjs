// The application boots from the tarball, runs the migration, and two replicas of it run each tick once, whichever
// decorator the schedule comes from.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Cron, Interval, SchedulerRegistry } from '@nestjs/schedule';
import { getDataSourceToken } from '@nestjs/typeorm';
import * as taskLock from 'nestjs-task-lock';
import * as migrations from 'nestjs-task-lock/migrations';
import { PostgresLockStore } from 'nestjs-task-lock/store';
import { answerOf, decorateMethod, startApplication, until } from './application.mjs';

const { currentTaskRun, TaskCron, TaskLock, TaskLockService } = taskLock;

/** @type {Record<string, (number | undefined)[]>} the ticks of each task */
const ticks = { cron: [], interval: [], 'task cron': [] };

function recordTick() {
  const run = currentTaskRun();
  if (run?.scheduledTime) ticks[run.name].push(run.scheduledTime.getTime());
}

class Jobs {
  async cron() {
    recordTick();
    return 'a value';
  }
  async interval() {
    recordTick();
  }
  async taskCron() {
    recordTick();
  }
}
decorateMethod(Jobs, 'cron', Cron('* * * * * *'), TaskLock('cron'));
decorateMethod(Jobs, 'interval', TaskLock('interval'), Interval(500));
decorateMethod(Jobs, 'taskCron', TaskCron('* * * * * *', 'task cron', { timeZone: 'Europe/Paris' }));

/** @type {import('@nestjs/common').INestApplicationContext[]} */
const replicas = [];

before(async () => {
  for (let count = 0; count < 2; count++) replicas.push(await startApplication(taskLock, migrations, Jobs));
});
after(() => Promise.all(replicas.map((replica) => replica.close())));

for (const [task, seen] of Object.entries(ticks)) {
  test(`two replicas run each tick of ${task} once`, async () => {
    await until(() => seen.length >= 3, 'three ticks');
    assert.equal(new Set(seen).size, seen.length, `a tick ran twice: ${seen}`);
    if (task !== 'interval') assert.ok(seen.every((tick) => tick !== undefined && tick % 1_000 === 0));
  });
}

test('the job of a @TaskCron stands in the registry of the scheduler, and stops with the application', async () => {
  const replica = await startApplication(taskLock, migrations, Jobs);
  const stopped = [];
  const job = replica.get(SchedulerRegistry).getCronJob('task cron');
  const stop = job.stop.bind(job);
  job.stop = () => {
    stopped.push(job);
    return stop();
  };
  await replica.close();
  assert.deepEqual(stopped, [job]);
});

test('TaskLockService is injected', async () => {
  const result = await answerOf(async () => {
    const { value } = await replicas[0].get(TaskLockService).run('cron', (run) => run.name);
    return value;
  });
  assert.equal(result, 'cron');
});

test('a direct call runs under the lock and returns its value', async () => {
  const [replica] = replicas;
  assert.equal(await answerOf(() => replica.get(Jobs).cron()), 'a value');
});

test('a store made by hand keeps its locks in the same table', async () => {
  const dataSource = replicas[0].get(getDataSourceToken(), { strict: false });
  const store = new PostgresLockStore(() => dataSource);
  await store.prepare(['made by hand']);
  const rows = await dataSource.query(`SELECT FROM task_lock WHERE name = 'made by hand'`);
  assert.equal(rows.length, 1);
});
