// Run with --import instrument-sentry.js: each error of a task is reported once, and none twice.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Controller, Injectable, Post } from '@nestjs/common';
import type { INestApplication, OnModuleInit } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { Cron, CronExpression } from '@nestjs/schedule';
import * as Sentry from '@sentry/nestjs';
import { SentryGlobalFilter, SentryModule } from '@sentry/nestjs/setup';
import { TaskCron, TaskLock, TaskLockEvents, TaskLockService } from 'nestjs-task-lock';
import { isPatched, lockedRun, startApplication, until } from '../application.js';
import { reports } from '../instrument-sentry.js';
import { ReportErrors } from '../report-errors.js';

/** The errors that were thrown, by the name of the task; each has a text of its own. */
const thrown = new Map<string, string[]>();
/** The errors whose runs have ended. */
const ended: string[] = [];

function fail(): never {
  const { name, fence } = lockedRun();
  throwFor(name, `${name} failed with fence ${fence}`);
}

function throwFor(name: string, text: string): never {
  thrown.set(name, [...(thrown.get(name) ?? []), text]);
  throw new Error(text);
}

@Injectable()
class Jobs implements OnModuleInit {
  constructor(private readonly events: TaskLockEvents) {}

  onModuleInit(): void {
    this.events.events$.subscribe((event) => {
      if (event.type === 'run-finished' && event.error) ended.push(event.error);
    });
  }

  @Cron(CronExpression.EVERY_SECOND)
  async noLock() {
    const text = `no lock, ${Date.now()}`;
    ended.push(text);
    throwFor('no lock', text);
  }

  @Cron(CronExpression.EVERY_SECOND)
  @TaskLock('cron above')
  async cronAbove() {
    fail();
  }

  @TaskLock('cron below')
  @Cron(CronExpression.EVERY_SECOND)
  async cronBelow() {
    fail();
  }

  @TaskCron('* * * * * *', 'task cron')
  async taskCron() {
    fail();
  }

  @TaskLock({ name: 'requested', attempts: 1 })
  async requested() {
    fail();
  }

  @Cron(CronExpression.EVERY_SECOND)
  @TaskLock('cron, told')
  @ReportErrors()
  async cronTold() {
    fail();
  }

  // #region job
  @TaskCron('* * * * * *', 'task cron, told')
  @ReportErrors()
  async taskCronTold() {
    fail();
  }
  // #endregion job

  @TaskLock({ name: 'requested, told', attempts: 1 })
  @ReportErrors()
  async requestedTold() {
    fail();
  }
}

@Controller()
class Routes {
  @Post('run')
  @TaskLock('route')
  async run() {
    fail();
  }

  @Post('run-told')
  @TaskLock('route, told')
  @ReportErrors()
  async runTold() {
    fail();
  }
}

let application: INestApplication;
before(async () => {
  application = await startApplication({
    imports: [SentryModule.forRoot()],
    controllers: [Routes],
    providers: [Jobs, { provide: APP_FILTER, useClass: SentryGlobalFilter }],
  });
});
after(() => application.close());

/** How often Sentry was told of each error of a task, once `count` runs of it have ended. */
async function reportsOf(task: string, count: number): Promise<number[]> {
  const finished = () =>
    (thrown.get(task) ?? []).filter((text) => ended.some((error) => error.includes(text)));
  await until(() => finished().length >= count, `${count} failed runs of ${task}`);
  const texts = finished().slice(0, count);
  await Sentry.flush(2_000);
  return texts.map(
    (text) =>
      reports.filter(({ exception }) => exception?.values?.some(({ value }) => value === text)).length,
  );
}

for (const task of ['no lock', 'cron above', 'cron below'])
  test(`${task}: Sentry reports each failed tick of @Cron once on Nest 11, and none on Nest 12`, async () => {
    assert.deepEqual(await reportsOf(task, 2), isPatched ? [1, 1] : [0, 0]);
  });

test('Sentry does not know @TaskCron, and reports none of its failed ticks', async () => {
  assert.deepEqual(await reportsOf('task cron', 2), [0, 0]);
});

test('Sentry does not know requests, and reports no failed run of one', async () => {
  await application.get(TaskLockService).request('requested');
  assert.deepEqual(await reportsOf('requested', 1), [0]);
});

for (const task of ['cron, told', 'task cron, told'])
  test(`${task}: @ReportErrors reports each failed tick once`, async () => {
    assert.deepEqual(await reportsOf(task, 2), [1, 1]);
  });

test('requested, told: @ReportErrors reports a failed run of a request once', async () => {
  await application.get(TaskLockService).request('requested, told');
  assert.deepEqual(await reportsOf('requested, told', 1), [1]);
});

for (const [path, task] of [
  ['run', 'route'],
  ['run-told', 'route, told'],
] as const)
  test(`${task}: a failed call is reported once, and answers 500`, async () => {
    const response = await fetch(`${await application.getUrl()}/${path}`, { method: 'POST' });
    assert.equal(response.status, 500);
    assert.deepEqual(await reportsOf(task, 1), [1]);
  });
