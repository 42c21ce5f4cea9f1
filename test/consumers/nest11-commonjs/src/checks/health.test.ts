import '../instrument';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Controller, Get } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { HealthCheck, HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { TaskLockHealthIndicator } from 'nestjs-task-lock';
import { DataSource } from 'typeorm';
import { startApplication } from '../application';

@Controller('health')
class Health {
  constructor(
    private readonly health: HealthCheckService,
    private readonly taskLock: TaskLockHealthIndicator,
  ) {}

  @Get('ready')
  @HealthCheck()
  ready() {
    return this.health.check([() => this.taskLock.isHealthy('taskLock')]);
  }

  @Get('alert')
  @HealthCheck()
  alert() {
    return this.health.check([() => this.taskLock.noneOverdue('tasks')]);
  }
}

let application: INestApplication;

before(async () => {
  application = await startApplication({
    imports: [TerminusModule.forRoot({ logger: false })],
    controllers: [Health],
  });
});
after(() => application.close());

/** The code and the body that an endpoint answers. */
async function ask(path: string): Promise<[number, unknown]> {
  const response = await fetch(`${await application.getUrl()}/health/${path}`);
  return [response.status, await response.json()];
}

const up = { status: 'up' };

test('terminus 11 takes the checks', async () => {
  const ok = (details: object) => [200, { status: 'ok', info: details, error: {}, details }];
  assert.deepEqual(await ask('ready'), ok({ taskLock: up }));
  assert.deepEqual(await ask('alert'), ok({ tasks: up }));
});

test('terminus 11 answers 503 while the database is away', async () => {
  const dataSource = application.get(DataSource);
  await dataSource.destroy();
  const down = { status: 'down', message: 'the database cannot be used; the log says why' };
  const failed = (details: object) => [503, { status: 'error', info: {}, error: details, details }];
  assert.deepEqual(await ask('ready'), failed({ taskLock: down }));
  assert.deepEqual(await ask('alert'), failed({ tasks: down }));
  await dataSource.initialize();
  assert.equal((await ask('ready'))[0], 200);
});
