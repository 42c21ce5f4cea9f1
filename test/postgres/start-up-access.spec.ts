import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import type { TestingModule } from '@nestjs/testing';
import type { DataSource, DataSourceOptions } from 'typeorm';
import { TaskLock, TaskLockService } from '../../src/index.js';
import type { TaskLockModuleOptions } from '../../src/index.js';
import { closeApplicationsAfterEach, compileApplication } from '../support/application.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import { until } from '../support/until.js';

@Injectable()
class Jobs {
  @TaskLock('clean-up', '1h')
  async cleanUp(): Promise<string> {
    return 'clean';
  }
}

@Injectable()
class RequestedJobs {
  runs = 0;
  failures = 0;

  @TaskLock({ name: 'send', overlap: 'bufferOne' })
  async send(): Promise<void> {
    this.runs++;
    if (this.failures-- > 0) throw new Error('not yet');
  }
}

let database: TestDatabase;
let role: string;

beforeAll(async () => {
  database = await createDatabase();
  role = `${new URL(database.url).pathname.slice(1)}_app`;
  await database.query(`CREATE ROLE ${role} LOGIN PASSWORD 'app'`);
});
afterAll(async () => {
  await database.query(`DROP OWNED BY ${role}`);
  await database.query(`DROP ROLE ${role}`);
  await database.drop();
});
closeApplicationsAfterEach();

const grant = (what: string) => database.query(`GRANT ${what} TO ${role}`);
const revoke = (what: string) => database.query(`REVOKE ${what} FROM ${role}`);

beforeEach(async () => {
  await grant('SELECT, INSERT, UPDATE ON task_lock');
  await grant('SELECT, INSERT, UPDATE, DELETE ON task_lock_request');
});
afterEach(async () => {
  await revoke('ALL ON task_lock, task_lock_request');
  await database.query('TRUNCATE task_lock, task_lock_request');
});

type Postgres = Extract<DataSourceOptions, { type: 'postgres' }>;

function connect(options: Partial<Postgres> = {}): Promise<DataSource> {
  const url = new URL(database.url);
  url.username = role;
  url.password = 'app';
  return database.connect({ url: url.href, ...options });
}

interface Start extends TaskLockModuleOptions {
  jobs?: (typeof Jobs | typeof RequestedJobs)[];
  connection?: Partial<Postgres>;
}

async function compile({ jobs = [Jobs, RequestedJobs], connection, ...lock }: Start): Promise<TestingModule> {
  const dataSource = await connect(connection);
  return compileApplication({ providers: jobs, options: { store: undefined, dataSource, ...lock } });
}

/** What keeps an application of the role from starting, or 'it started'. */
async function start(options: Start = {}): Promise<string> {
  const application = await compile(options);
  return application.init().then(
    () => 'it started',
    (error: Error) => error.message,
  );
}

describe('a role with exactly the privileges that the statements need', () => {
  /** A run, a run of a request that fails once, and one that succeeds. */
  async function expectToWork(): Promise<void> {
    const application = await compile({ pollingInterval: '1s' });
    await application.init();
    const jobs = application.get(RequestedJobs);
    jobs.failures = 1;
    await application.get(TaskLockService).request('send');
    expect(await application.get(Jobs).cleanUp()).toBe('clean');
    await until(() => jobs.runs === 2);
    const requests = () => database.query('SELECT id FROM task_lock_request');
    await until(async () => (await requests()).length === 0);
    const outcomes = () => database.query('SELECT name, outcome FROM task_lock ORDER BY name');
    await until(async () => (await outcomes()).every(({ outcome }) => outcome === 'succeeded'));
  }

  test('starts and works, also without DELETE on the lock table, which only the purge of keys needs', () =>
    expectToWork());

  test('starts and works where it has them by columns', async () => {
    await revoke('ALL ON task_lock, task_lock_request');
    await grant('SELECT, INSERT (name, finished_at) ON task_lock');
    await grant(
      `UPDATE (locked_until, started_at, finished_at, last_tick, fence, token, locked_by, outcome, error) ON task_lock`,
    );
    await grant(
      `SELECT, INSERT (name, task, key, args, requested_at, due_at, latest_at), DELETE,
         UPDATE (due_at, latest_at, attempts, token, parked_at, error) ON task_lock_request`,
    );
    await expectToWork();
  });

  test('starts without any on the table of requests where no task is requested', async () => {
    await revoke('ALL ON task_lock_request');
    expect(await start({ jobs: [Jobs] })).toBe('it started');
  });
});

describe('a role that lacks a privilege does not start, and the error has the GRANT:', () => {
  const lockTable = () => `on the lock table public.task_lock: run \`GRANT`;

  test.each(['SELECT', 'INSERT', 'UPDATE'])('%s on the lock table', async (privilege) => {
    await revoke(`${privilege} ON task_lock`);
    const message = await start();
    expect(message).toContain(
      `TaskLockModule, option dataSource: the role ${role} lacks ${privilege} ${lockTable()} ${privilege} ON ` +
        `public.task_lock TO ${role}\``,
    );
    expect(message).toContain('one thing is wrong');
  });

  test.each(['SELECT', 'INSERT', 'UPDATE', 'DELETE'])('%s on the table of requests', async (privilege) => {
    await revoke(`${privilege} ON task_lock_request`);
    expect(await start()).toContain(
      `the role ${role} lacks ${privilege} on the table of requests public.task_lock_request: run ` +
        `\`GRANT ${privilege} ON public.task_lock_request TO ${role}\``,
    );
  });

  test('several, on both tables, in one error', async () => {
    await revoke('INSERT, UPDATE ON task_lock');
    await revoke('ALL ON task_lock_request');
    const message = await start();
    expect(message).toContain('2 things are wrong');
    expect(message).toContain(`GRANT INSERT, UPDATE ON public.task_lock TO ${role}`);
    expect(message).toContain(`GRANT SELECT, INSERT, UPDATE, DELETE ON public.task_lock_request TO ${role}`);
  });

  test('UPDATE on a single column', async () => {
    await revoke('UPDATE ON task_lock');
    await grant(
      'UPDATE (locked_until, started_at, finished_at, last_tick, fence, token, locked_by) ON task_lock',
    );
    expect(await start({ jobs: [Jobs] })).toContain(`lacks UPDATE ${lockTable()} UPDATE`);
  });

  test('what is granted by the text of the error lets it start', async () => {
    await revoke('ALL ON task_lock, task_lock_request');
    for (const [, grants] of (await start()).matchAll(/run `([^`]+)`/g)) await database.query(grants!);
    expect(await start()).toBe('it started');
  });
});

describe('a schema that the role may not use', () => {
  const grants = () => `run \`GRANT USAGE ON SCHEMA "Jobs" TO ${role}\``;

  beforeAll(async () => {
    await database.query('CREATE SCHEMA "Jobs"');
    await database.query('CREATE TABLE "Jobs".task_lock (LIKE public.task_lock INCLUDING ALL)');
    await grant('SELECT, INSERT, UPDATE ON "Jobs".task_lock');
  });
  afterAll(() => database.query('DROP SCHEMA "Jobs" CASCADE'));

  test('is named with its GRANT, and not as a missing migration', async () => {
    const message = await start({ jobs: [Jobs], schema: 'Jobs' });
    expect(message).toContain(`the role ${role} lacks USAGE on the schema "Jobs": ${grants()}`);
    expect(message).not.toContain('migrations');
  });

  test('is also named where the search_path leads to it, which leaves out what the role may not use', async () => {
    await database.query(`ALTER ROLE ${role} SET search_path = "Jobs"`);
    const message = await start({ jobs: [Jobs] });
    await database.query(`ALTER ROLE ${role} RESET search_path`);
    expect(message).toContain(grants());
    expect(message).not.toContain('migrations');
  });

  test('is not named where it is not on the search_path: it may be that of another application', async () => {
    await database.query('ALTER TABLE public.task_lock RENAME TO mislaid');
    const message = await start({ jobs: [Jobs] });
    await database.query('ALTER TABLE public.mislaid RENAME TO task_lock');
    expect(message).toContain('the lock table "task_lock" is missing');
  });
});

test.each(['PUBLIC', '"a,b",Public', '"a""b","public"', '"$user",public'])(
  'a missing privilege is found with the search_path %s',
  async (path) => {
    await revoke('UPDATE ON task_lock');
    const message = await start({
      jobs: [Jobs],
      connection: { extra: { options: `-c search_path=${path}` } },
    });
    expect(message).toContain(`the role ${role} lacks UPDATE on the lock table public.task_lock`);
  },
);

describe('row-level security', () => {
  const lockTable = () =>
    `keeps the role ${role} from reading or writing rows of the lock table public.task_lock`;
  const policy = (text: string) => database.query(`CREATE POLICY app ON task_lock ${text}`);

  beforeEach(async () => {
    await database.query('ALTER TABLE task_lock ENABLE ROW LEVEL SECURITY');
    await database.query(`INSERT INTO task_lock (name) VALUES ('clean-up') ON CONFLICT DO NOTHING`);
  });
  afterEach(async () => {
    for (const table of ['task_lock', 'task_lock_request']) {
      await database.query(`DROP POLICY IF EXISTS app ON ${table}`);
      await database.query(`ALTER TABLE ${table} DISABLE ROW LEVEL SECURITY`);
    }
  });

  test.each([
    ['has no policy', `TO postgres USING (true)`],
    ['hides the rows', `USING (name = 'another')`],
    ['shows rows, and lets nobody change them', `FOR SELECT USING (true)`],
    ['refuses what is written', `USING (true) WITH CHECK (name = 'another')`],
  ])('that %s stops the start, with a policy that mends it', async (_, text) => {
    await policy(text);
    const message = await start({ jobs: [Jobs] });
    expect(message).toContain(lockTable());
    const [, mended] = /run `([^`]+)`/.exec(message)!;
    await database.query('DROP POLICY app ON task_lock');
    await database.query(mended!);
    expect(await start({ jobs: [Jobs] })).toBe('it started');
    await database.query('DROP POLICY task_lock ON task_lock');
  });

  test('that refuses the row of a new task stops the start', async () => {
    await database.query('TRUNCATE task_lock');
    expect(await start({ jobs: [Jobs] })).toContain(lockTable());
  });

  test('whose policy lets the role do its work does not, and a running task keeps its row', async () => {
    await policy(`TO ${role} USING (name IN ('clean-up', 'send'))`);
    const rows = () => database.query('SELECT name, fence, token, error FROM task_lock ORDER BY name');
    const before = await rows();
    expect(await start({ jobs: [Jobs] })).toBe('it started');
    expect(await rows()).toEqual(before);
  });

  test.each([
    ['insert', `FOR SELECT TO PUBLIC USING (true)`],
    ['see', `FOR INSERT TO PUBLIC WITH CHECK (true)`],
  ])('on the table of requests, that does not let the role %s rows, stops the start', async (_, text) => {
    await policy(`TO ${role} USING (true)`);
    await database.query('ALTER TABLE task_lock_request ENABLE ROW LEVEL SECURITY');
    await database.query(`CREATE POLICY app ON task_lock_request ${text}`);
    expect(await start()).toContain('of the table of requests public.task_lock_request: run `CREATE POLICY');
  });

  test('on the table of requests, that lets the role insert and see rows only, stops the start, and leaves none', async () => {
    await policy(`TO ${role} USING (true)`);
    await database.query('ALTER TABLE task_lock_request ENABLE ROW LEVEL SECURITY');
    await database.query(`CREATE POLICY app ON task_lock_request FOR SELECT USING (true)`);
    await database.query(`CREATE POLICY adding ON task_lock_request FOR INSERT WITH CHECK (true)`);
    const message = await start();
    await database.query(`DROP POLICY adding ON task_lock_request`);
    expect(message).toContain('of the table of requests public.task_lock_request');
    expect(await database.query('SELECT id FROM task_lock_request')).toEqual([]);
  });

  test('on the table of requests, with a policy for all, does not', async () => {
    await policy(`TO ${role} USING (true)`);
    await database.query('ALTER TABLE task_lock_request ENABLE ROW LEVEL SECURITY');
    await database.query(`CREATE POLICY app ON task_lock_request TO ${role} USING (name = 'send')`);
    expect(await start()).toBe('it started');
  });
});

test('a role whose transactions are read-only by default does not start, and the error has the setting', async () => {
  await database.query(`ALTER ROLE ${role} SET default_transaction_read_only = on`);
  const message = await start({ jobs: [Jobs] });
  const [, mended] = /run `([^`]+)`/.exec(message)!;
  expect(mended).toBe(`ALTER ROLE ${role} SET default_transaction_read_only = off`);
  await database.query(mended!);
  expect(await start({ jobs: [Jobs] })).toBe('it started');
  await database.query(`ALTER ROLE ${role} RESET default_transaction_read_only`);
});
