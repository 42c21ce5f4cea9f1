import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { INestApplicationContext } from '@nestjs/common';
import { ServiceUnavailableException } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { TaskLockHealthIndicator, TaskLockModule } from '../../src/index.js';
import { CapturedLog } from '../support/captured-log.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import { FaultyProxy } from '../support/faulty-proxy.js';
import { emptyAll } from '../support/operator-tables.js';
import { until } from '../support/until.js';

let database: TestDatabase;
let proxy: FaultyProxy;
let application: INestApplicationContext;

beforeAll(async () => {
  database = await createDatabase();
  proxy = await FaultyProxy.before(database.url);
  const module = await Test.createTestingModule({
    imports: [
      TypeOrmModule.forRoot({ type: 'postgres', url: proxy.url, extra: { max: 2 } }),
      TaskLockModule.forRoot(),
      TerminusModule.forRoot({ logger: false }),
    ],
  })
    .setLogger(new CapturedLog())
    .compile();
  application = await module.init();
});
afterEach(async () => {
  proxy.comeUp();
  await emptyAll(database);
});
afterAll(async () => {
  await application.close();
  await proxy.close();
  await database.drop();
});

const indicator = (): TaskLockHealthIndicator => application.get(TaskLockHealthIndicator);

/** What terminus makes of both checks: its status, and the details of each. */
async function checked(): Promise<{ status: unknown; details: unknown }> {
  const check = application
    .get(HealthCheckService)
    .check([() => indicator().isHealthy('taskLock'), () => indicator().noneOverdue('tasks')]);
  const answer = await check.catch((error: unknown) => {
    if (error instanceof ServiceUnavailableException) return error.getResponse();
    throw error;
  });
  return answer as { status: unknown; details: unknown };
}

test('a database that goes away is down, and it is up again when the database is back', async () => {
  const up = { status: 'up' };
  expect(await checked()).toMatchObject({ status: 'ok', details: { taskLock: up, tasks: up } });
  proxy.goDown();
  const down = { status: 'down', message: 'the database cannot be used; the log says why' };
  expect(await checked()).toMatchObject({ status: 'error', details: { taskLock: down, tasks: down } });
  proxy.comeUp();
  await until(async () => (await checked()).status === 'ok');
});

test('readiness needs no table but that of the locks, and leaves no row in it', async () => {
  await database.query('ALTER TABLE task_lock_run RENAME TO away');
  try {
    expect(await indicator().isHealthy('a')).toEqual({ a: { status: 'up' } });
    expect((await indicator().noneOverdue('a')).a.status).toBe('down');
  } finally {
    await database.query('ALTER TABLE away RENAME TO task_lock_run');
  }
  expect(await database.query('SELECT name FROM task_lock')).toEqual([]);
});

test('a database that does not take claims is down', async () => {
  await database.query('ALTER TABLE task_lock RENAME TO away');
  try {
    expect(await indicator().isHealthy('a')).toEqual({
      a: { status: 'down', message: 'the database cannot be used; the log says why' },
    });
  } finally {
    await database.query('ALTER TABLE away RENAME TO task_lock');
  }
});

test('a name that Postgres cannot store is unknown', async () => {
  await expect(indicator().noneOverdue('a', { tasks: ['a\0'] })).rejects.toThrow('no task is called');
});
