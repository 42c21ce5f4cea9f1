import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { DataSourceOptions } from 'typeorm';
import { TaskLock } from '../../src/index.js';
import type { TaskLockModuleOptions } from '../../src/index.js';
import { taskLockMigrations, taskLockMigrationsFor } from '../../src/migrations.js';
import { closeApplicationsAfterEach, compileApplication, startApplication } from '../support/application.js';
import { CapturedLog } from '../support/captured-log.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';

closeApplicationsAfterEach();

@Injectable()
class Jobs {
  @TaskLock('clean-up', '1h')
  async cleanUp(): Promise<string> {
    return 'clean';
  }
}

@Injectable()
class MistakenJobs {
  @TaskLock('no unit', '3600')
  async noUnit(): Promise<void> {}
}

type Postgres = Extract<DataSourceOptions, { type: 'postgres' }>;

let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase({ migrated: false });
});
afterAll(() => database.drop());

function onPostgres(options: Partial<Postgres> = {}, lock: TaskLockModuleOptions = {}) {
  return {
    imports: [TypeOrmModule.forRoot({ type: 'postgres', url: database.url, ...options })],
    providers: [Jobs],
    options: { ...lock, store: undefined },
  };
}

async function startUpMessage(application: Parameters<typeof compileApplication>[0]): Promise<string> {
  const module = await compileApplication(application);
  return module.init().then(
    () => 'it started',
    (error: Error) => error.message,
  );
}

describe('a lock table that is missing', () => {
  test('stops the start, with the line that adds the migration', async () => {
    const message = await startUpMessage(onPostgres());
    expect(message).toContain('TaskLockModule, option dataSource: the lock table "task_lock" is missing');
    expect(message).toContain("add `migrations: [...taskLockMigrations]` from 'nestjs-task-lock/migrations'");
  });

  test('stands beside everything else that is wrong', async () => {
    const message = await startUpMessage({ ...onPostgres(), providers: [Jobs, MistakenJobs] });
    expect(message).toContain('2 things are wrong');
    expect(message).toContain("MistakenJobs.noUnit, option interval: '3600' carries no unit");
    expect(message).toContain('the lock table "task_lock" is missing');
  });

  test('of another name and schema is named, with the line that makes it', async () => {
    const message = await startUpMessage(onPostgres({}, { schema: 'jobs', table: 'locks' }));
    expect(message).toContain('the lock table "jobs"."locks" is missing');
    expect(message).toContain("`migrations: [...taskLockMigrationsFor({ schema: 'jobs', table: 'locks' })]`");
  });

  test("in the data source's own schema is looked for there", async () => {
    const message = await startUpMessage(onPostgres({ schema: 'app' }));
    expect(message).toContain('the lock table "app"."task_lock" is missing');
    expect(message).toContain('[...taskLockMigrations]');
  });
});

test('a data source that is not initialized stops the start, with what to call', async () => {
  const message = await startUpMessage(onPostgres({ manualInitialization: true } as never));
  expect(message).toContain(
    'TaskLockModule, option dataSource: the data source is not initialized: call `await dataSource.initialize()` before',
  );
});

test('a data source of your own needs no TypeOrmModule', async () => {
  const dataSource = new DataSource({
    type: 'postgres',
    url: database.url,
    schema: 'own',
    migrations: [...taskLockMigrations],
  });
  await database.query('CREATE SCHEMA own');
  await dataSource.initialize();
  try {
    await dataSource.runMigrations();
    const application = await startApplication({
      providers: [Jobs],
      options: { dataSource, store: undefined },
    });
    expect(await application.get(Jobs).cleanUp()).toBe('clean');
    await application.close();
  } finally {
    await dataSource.destroy();
  }
});

test('a lock table that an older version made stops the start', async () => {
  await database.query(
    'CREATE SCHEMA old; CREATE TABLE old.task_lock (name text PRIMARY KEY, locked_until timestamptz)',
  );
  const message = await startUpMessage(onPostgres({ schema: 'old' }));
  expect(message).toContain('the lock table "old"."task_lock" was made by an older version');
  expect(message).toContain('[...taskLockMigrations]');
});

test.each<[string, TaskLockModuleOptions]>([
  ['table', { table: ' ' }],
  ['schema', { schema: '' }],
])('a wrong %s is the one thing that is wrong: such a table is not looked for', async (option, lock) => {
  const message = await startUpMessage(onPostgres({}, lock));
  expect(message).toContain('one thing is wrong');
  expect(message).toContain(`TaskLockModule, option ${option}: must be a non-empty string`);
});

test('a data source of another type stops the start', async () => {
  const dataSource = new DataSource({ type: 'cockroachdb', url: database.url, timeTravelQueries: false });
  const message = await startUpMessage({ providers: [Jobs], options: { store: undefined, dataSource } });
  expect(message).toContain(
    "the data source is of type 'cockroachdb': the lock table needs one of type 'postgres'",
  );
});

test('a database that is not there stops the start', async () => {
  const dataSource = await database.connect();
  await dataSource.destroy();
  const message = await startUpMessage({ providers: [Jobs], options: { store: undefined, dataSource } });
  expect(message).toMatch(/TaskLockModule, option dataSource: .+/);
});

describe('an application whose data source runs the migration', () => {
  test('starts, and makes the rows of its tasks', async () => {
    const application = await startApplication(
      onPostgres({ migrations: [...taskLockMigrations], migrationsRun: true }),
    );
    expect(await database.query('SELECT name, fence::int FROM task_lock')).toEqual([
      { name: 'clean-up', fence: 0 },
    ]);
    expect(await application.get(Jobs).cleanUp()).toBe('clean');
  });

  test('says where it locks: the schema that the search_path finds, or that was given', async () => {
    const startLine = async (options: Partial<Postgres>, lock: TaskLockModuleOptions) => {
      const logger = new CapturedLog();
      const replicaId = 'replica-a';
      await startApplication({ ...onPostgres(options, { replicaId, ...lock }), logger });
      return logger.lines.filter(({ level, message }) => level === 'log' && message.includes(replicaId));
    };
    const line = (table: string) => [{ level: 'log', message: `1 task is locked in ${table}, as replica-a` }];
    await database.query('CREATE SCHEMA IF NOT EXISTS empty');
    const migrations = [...taskLockMigrations];
    expect(await startLine({ migrations, migrationsRun: true }, {})).toEqual(line('public.task_lock'));
    const extra = { options: '-c search_path=empty,public' };
    expect(await startLine({ extra }, {})).toEqual(line('public.task_lock'));
    expect(await startLine({ schema: 'public' }, {})).toEqual(line('public.task_lock'));
    expect(await startLine({}, { schema: 'public', table: 'task_lock' })).toEqual(line('public.task_lock'));
  });

  test('keeps its locks in the named data source, schema and table', async () => {
    await database.query('CREATE SCHEMA jobs');
    const place = { schema: 'jobs', table: 'locks' };
    const migrations = [...taskLockMigrationsFor(place)];
    const jobsDatabase = { name: 'jobs', migrations, migrationsRun: true };
    const application = await startApplication(onPostgres(jobsDatabase, { ...place, dataSource: 'jobs' }));
    expect(await application.get(Jobs).cleanUp()).toBe('clean');
    const rows = await database.query('SELECT name, outcome FROM jobs.locks');
    expect(rows).toEqual([{ name: 'clean-up', outcome: 'succeeded' }]);
  });
});

test('with enabled: false an application starts without a database', async () => {
  const application = await startApplication({
    providers: [Jobs],
    options: { enabled: false, store: undefined },
  });
  expect(await application.get(Jobs).cleanUp()).toBe('clean');
  expect(await application.get(Jobs).cleanUp()).toBe('clean');
});
