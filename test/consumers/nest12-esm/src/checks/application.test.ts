import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Controller, Module, Post, UseInterceptors } from '@nestjs/common';
import type { CallHandler, INestApplication, NestInterceptor } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Cron, CronExpression, Interval, ScheduleModule, Timeout } from '@nestjs/schedule';
import { TypeOrmModule } from '@nestjs/typeorm';
import { currentTaskRun, TaskLock, TaskLockModule, TaskLockService } from 'nestjs-task-lock';
import { TaskLockDashboardModule } from 'nestjs-task-lock/dashboard';
import { taskLockMigrations } from 'nestjs-task-lock/migrations';
import { map } from 'rxjs';
import { answerOf } from '../answer-of.js';
import { gate } from '../gate.js';

const ticks = new Map<string, (number | undefined)[]>();

function recordTick(): void {
  const run = currentTaskRun();
  assert.ok(run, 'the method runs without its lock');
  const seen = ticks.get(run.name) ?? [];
  ticks.set(run.name, seen);
  if (run.scheduledTime || run.name === 'timeout') seen.push(run.scheduledTime?.getTime());
}

class Jobs {
  @Cron(CronExpression.EVERY_SECOND)
  @TaskLock('cron')
  async cron() {
    recordTick();
    return 'a value';
  }

  @TaskLock('interval')
  @Interval(400)
  async interval() {
    recordTick();
  }

  @Timeout(300)
  @TaskLock('timeout', '${TIMEOUT_EVERY:1h}')
  async timeout() {
    recordTick();
  }

  @TaskLock('slow')
  async slow(pass = async () => {}) {
    await pass();
    return 'a value';
  }
}

class Wrap implements NestInterceptor {
  intercept(_: unknown, next: CallHandler<unknown>) {
    return next.handle().pipe(map((value) => ({ wrapped: value })));
  }
}

abstract class RunNow {
  @Cron(CronExpression.EVERY_SECOND)
  @Post('below')
  @TaskLock('route below')
  async below() {
    recordTick();
    return { tick: currentTaskRun()?.scheduledTime ?? 'none' };
  }

  @TaskLock('route at the bottom')
  @Cron(CronExpression.EVERY_SECOND)
  @Post('bottom')
  async bottom() {
    recordTick();
    return { tick: currentTaskRun()?.scheduledTime ?? 'none' };
  }
}

@Controller('run-now')
@UseInterceptors(new Wrap())
class RunNowController extends RunNow {}

@Module({
  imports: [
    TypeOrmModule.forRoot({
      type: 'postgres',
      url: process.env['DATABASE_URL'],
      migrations: [...taskLockMigrations],
      migrationsRun: true,
    }),
    ScheduleModule.forRoot(),
    TaskLockModule.forRootAsync({ useFactory: () => ({ claimTimeout: '3s' }) }),
    TaskLockDashboardModule.forRoot({ authorize: () => ({ user: 'ana', canOperate: false }) }),
  ],
  providers: [Jobs],
  controllers: [RunNowController],
})
class ApplicationModule {}

const replicas: INestApplication[] = [];
before(async () => {
  for (let count = 0; count < 2; count++) {
    const replica = await NestFactory.create(ApplicationModule, {
      logger: ['warn', 'error'],
      abortOnError: false,
    });
    replicas.push(replica);
    await replica.listen(0);
  }
});
after(() => Promise.all(replicas.map((replica) => replica.close())));

async function ticksOf(name: string, count: number): Promise<(number | undefined)[]> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const seen = ticks.get(name) ?? [];
    if (seen.length >= count) return seen;
    if (Date.now() > deadline) throw new Error(`waited 10 s in vain for ${count} ticks of ${name}`);
    await delay(20);
  }
}

for (const name of ['cron', 'interval', 'route below', 'route at the bottom']) {
  test(`${name}: two replicas run each tick once`, async () => {
    const seen = await ticksOf(name, 3);
    assert.equal(new Set(seen).size, seen.length, `a tick ran twice: ${seen}`);
  });
}

test('timeout: one of two replicas runs it', async () => {
  await ticksOf('timeout', 1);
  await delay(300);
  assert.equal(ticks.get('timeout')?.length, 1);
});

test('a direct call returns its value, one that is skipped undefined', async () => {
  const { reached, open, pass } = gate();
  const run = replicas[0]!.get(Jobs).slow(pass);
  await reached;
  assert.deepEqual(await Promise.all(replicas.map((replica) => replica.get(Jobs).slow())), [
    undefined,
    undefined,
  ]);
  open();
  assert.equal(await run, 'a value');
});

test('requests to scheduled methods of an inherited controller run them now, wrapped by its interceptor', async () => {
  const url = (await replicas[0]!.getUrl()).replace('[::1]', '127.0.0.1');
  for (const route of ['below', 'bottom']) {
    const wrapped = await answerOf(async () => {
      const response = await fetch(`${url}/run-now/${route}`, { method: 'POST' });
      const body = (await response.json()) as { wrapped?: unknown };
      return body.wrapped;
    });
    assert.deepEqual(wrapped, { tick: 'none' });
  }
});

test('TaskLockService.run takes a declared task by its name', async () => {
  const result = await replicas[0]!.get(TaskLockService).run('slow', (run) => run.name);
  assert.deepEqual(result, { status: 'executed', value: 'slow' });
});

test('the dashboard answers with a page and with JSON', async () => {
  const url = (await replicas[0]!.getUrl()).replace('[::1]', '127.0.0.1');
  const page = await fetch(`${url}/task-lock`);
  assert.deepEqual([page.status, page.headers.get('content-type')], [200, 'text/html; charset=utf-8']);
  assert.match(await page.text(), /<h1>Tasks<\/h1>/);
  const { openapi } = (await (await fetch(`${url}/task-lock/api/openapi.json`)).json()) as {
    openapi: string;
  };
  assert.equal(openapi, '3.1.0');
});
