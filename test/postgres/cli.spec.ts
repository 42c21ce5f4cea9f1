import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type {
  Explanation,
  Page,
  RunState,
  TaskState,
  TriggerState,
} from '../../src/operate/operator-types.js';
import { PostgresLockStore } from '../../src/store/postgres/postgres-lock-store.js';
import { buildCli, runBuiltCli, startCli } from '../support/built-cli.js';
import { runAgainst } from '../support/cli.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import { emptyAll } from '../support/operator-tables.js';
import { until } from '../support/until.js';

jest.setTimeout(120_000);

const PASSWORD = 'hunter2%21';
const HOUR = 3_600_000;

let database: TestDatabase;
let url: string;
let role: string;
let store: PostgresLockStore;

beforeAll(async () => {
  buildCli();
  database = await createDatabase();
  role = `${new URL(database.url).pathname.slice(1)}_cli`;
  await database.query(`CREATE ROLE ${role} LOGIN SUPERUSER PASSWORD 'hunter2!'`);
  const withRole = new URL(database.url);
  [withRole.username, withRole.password] = [role, PASSWORD];
  url = withRole.href;
  const dataSource = await database.connect();
  store = new PostgresLockStore(() => dataSource);
});
afterAll(async () => {
  await database.query(`DROP OWNED BY ${role}`);
  await database.query(`DROP ROLE ${role}`);
  await database.drop();
});

/** A task that is declared since two days and ran an hour ago, one that is overdue, and one whose run is in progress. */
beforeEach(async () => {
  await emptyAll(database);
  const defaults = { interval: HOUR, minHold: HOUR / 2, maxHold: 5 * HOUR, lease: 60_000 };
  const flags = {
    isScheduled: true,
    isConditional: false,
    isDisabled: false,
    isKeyed: false,
    isPolled: true,
  };
  const cron = { schedule: '0 * * * *', timeZone: 'Europe/Berlin' };
  await store.operator.declare({
    tasks: [
      { name: 'clean-up', member: 'Jobs.cleanUp', ...cron, ...defaults, ...flags },
      { name: 'report', member: 'Jobs.report', ...cron, ...defaults, ...flags },
      { name: 'sync', member: 'Jobs.sync', ...defaults, ...flags, isScheduled: false, interval: undefined },
    ],
    replica: 'web-1:1:abc',
    version: '1.0.0',
  });
  await database.query(`UPDATE task_lock_task SET first_declared = first_declared - interval '2 days'`);
  await store.prepare(['clean-up', 'report', 'sync']);
  await recordRun('clean-up', 'succeeded', 0);
  await database.query(
    `UPDATE task_lock_run SET next_due = clock_timestamp() + interval '30 minutes' WHERE task = 'clean-up'`,
  );
  await database.query(
    `UPDATE task_lock SET finished_at = NULL, started_at = clock_timestamp(), fence = 42, locked_by = 'web-1:1:abc',
            token = gen_random_uuid(), locked_until = clock_timestamp() + interval '10 minutes', outcome = 'call'
     WHERE name = 'sync'`,
  );
});

async function recordRun(
  task: string,
  outcome: string,
  hoursAgo: number,
  error: string | null = null,
): Promise<void> {
  await database.query(
    `INSERT INTO task_lock_run (name, fence, task, tick, next_due, trigger, replica, started_at, finished_at, outcome, error)
     SELECT $1, (extract(epoch FROM tick) * 1000)::bigint, $1, tick, tick + interval '1 hour', 'tick', 'web-1:1:abc',
            tick, tick + interval '3 seconds', $2, $4
     FROM (SELECT date_trunc('hour', clock_timestamp()) - $3 * interval '1 hour' AS tick) AS ticks`,
    [task, outcome, hoursAgo, error],
  );
}

/** In this process; what only a process of its own can show is run in one. */
const cli = (...argv: string[]) => runAgainst(url, ...argv);

async function json<Answer>(...argv: string[]): Promise<Answer> {
  const { out, err } = await cli('-o', 'json', ...argv);
  expect(err).toBe('');
  return JSON.parse(out) as Answer;
}

describe('what is seen', () => {
  test('list, in text and as JSON, exits with 3 while report is overdue', async () => {
    const { code, out, err } = await runBuiltCli(['list'], { DATABASE_URL: url });
    expect([code, err]).toEqual([3, '']);
    expect(out).toMatch(/^report +overdue /m);
    expect(out).toMatch(/^clean-up +idle +succeeded /m);
    expect(out).toMatch(/^sync +running .* on web-1:1:abc/m);
    expect(out).not.toContain('\u001b');
    const { items, total } = await json<Page<TaskState>>('list');
    expect(total).toBe(3);
    expect(items[0]).toMatchObject({ name: 'report', state: 'overdue', member: 'Jobs.report' });
    expect((await cli('list', '--state', 'running')).code).toBe(0);
  });

  test('describe and explain', async () => {
    const described = await cli('describe', 'clean-up');
    expect(described).toMatchObject({ code: 0, err: '' });
    expect(described.out).toMatch(/^method +Jobs.cleanUp$/m);
    expect(await json<TaskState>('describe', 'sync')).toMatchObject({ running: { fence: '42' } });
    expect(await cli('explain', 'report')).toMatchObject({ code: 3, err: '' });
    const { sentences, task } = await json<Explanation>('explain', 'sync');
    expect(sentences.join(' ')).toContain('web-1:1:abc');
    expect(task.state).toBe('running');
  });

  test('history, with errors on one line', async () => {
    await recordRun('clean-up', 'failed', 1, 'boom\u001b[31m\nnext line');
    const { code, out } = await cli('history', 'clean-up', '--failed', '--time', 'iso');
    expect(code).toBe(0);
    expect(out.trimEnd().split('\n')).toHaveLength(2);
    expect(out).toContain('boom next line');
    const runs = await json<RunState[]>('history', 'clean-up', '--limit', '1');
    expect(runs.map(({ outcome }) => outcome)).toEqual(['succeeded']);
  });

  test('ticks and next', async () => {
    const { code, out } = await cli('ticks', 'clean-up', '--last', '3');
    expect(code).toBe(0);
    expect(out).toMatch(/:00:00\.000Z +ran +succeeded/);
    expect(await json<unknown[]>('ticks', 'clean-up', '--last', '3')).toHaveLength(3);
    expect((await cli('next', 'clean-up', '--count', '2')).out).toMatch(/\+0[12]:00 +Europe\/Berlin/);
    expect(await json<unknown[]>('next', 'clean-up', '--count', '2')).toHaveLength(2);
  });

  test('alerts', async () => {
    const { code, out } = await cli('alerts');
    expect(code).toBe(0);
    expect(out).toContain(String.raw`task_lock_task_name=\"clean-up\"`);
  });
});

describe('what is steered', () => {
  test('pause and resume', async () => {
    const { code, out } = await cli(
      'pause',
      'clean-up',
      '--reason',
      'the disk is full',
      '--for',
      '2h',
      '--by',
      'ana',
    );
    expect(code).toBe(0);
    expect(out).toMatch(/^clean-up is paused: paused by ana .*: "the disk is full"$/m);
    expect(await json<TaskState>('describe', 'clean-up')).toMatchObject({
      state: 'paused',
      paused: { by: 'ana' },
    });
    expect((await cli('describe', 'clean-up')).out).toMatch(/pause +ana .*the disk is full/);
    expect(await cli('resume', 'clean-up')).toMatchObject({ code: 0, out: 'clean-up was resumed\n' });
    expect((await cli('resume', 'clean-up')).out).toBe('clean-up was not paused\n');
    expect(await json('pause', '--all', '--reason', 'move')).toMatchObject({
      status: 'paused',
      paused: { name: '*' },
    });
    expect(await json('resume', '--all')).toMatchObject({ status: 'resumed' });
  });

  test('trigger, followed to the outcome that a replica writes down', async () => {
    const asked = await json<TriggerState>('trigger', 'clean-up', '--args', '["2026"]');
    expect(asked).toMatchObject({ status: 'waiting' });
    expect(
      await store.operator.takeTriggers([{ task: 'clean-up', startsWithin: 60_000 }], 'web-2:1:x'),
    ).toMatchObject([{ args: '["2026"]' }]);
    const followed = startCli(['trigger', 'report', '--wait'], { DATABASE_URL: url });
    const taken: { id: string }[] = [];
    await until(async () => {
      taken.push(
        ...(await store.operator.takeTriggers([{ task: 'report', startsWithin: 60_000 }], 'web-2:1:x')),
      );
      return taken.length > 0;
    });
    await store.operator.answerTrigger(taken[0]!.id, { answer: 'failed', fence: 7n, error: 'boom' });
    expect(await followed.exit).toMatchObject({ code: 3, out: 'report failed: boom\n' });
  });

  test('trigger, and which replica took it and never began', async () => {
    const followed = startCli(['trigger', 'report', '--wait'], { DATABASE_URL: url });
    const dead = { task: 'report', startsWithin: 0 };
    await until(async () => (await store.operator.takeTriggers([dead], 'web-2:1:x')).length > 0);
    expect(await followed.exit).toMatchObject({
      code: 3,
      out: expect.stringMatching(/^report did not run: web-2:1:x took the trigger \d+ and never began/),
    });
  });

  test('a trigger in vain is refused at once', async () => {
    expect(await cli('trigger', 'report', '--key', 'k')).toMatchObject({
      code: 4,
      err: expect.stringContaining("'report' has no keys"),
    });
    await cli('pause', 'report', '--reason', 'the disk is full');
    try {
      expect(await cli('trigger', 'report')).toMatchObject({
        code: 4,
        err: expect.stringContaining('or give --even-if-paused'),
      });
      expect(await cli('trigger', 'report', '--even-if-paused')).toMatchObject({ code: 0 });
    } finally {
      await cli('resume', 'report');
    }
  });

  test('cancel, of the run that was shown and of no other', async () => {
    expect(await cli('cancel', 'sync', '--reason', 'hangs')).toMatchObject({ code: 2, out: '' });
    expect(await cli('cancel', 'sync', '--reason', 'hangs', '--fence', '41')).toMatchObject({ code: 4 });
    const { code, out, err } = await cli('cancel', 'sync', '--reason', 'hangs', '--yes');
    expect([code, out]).toEqual([0, expect.stringContaining('sync was asked to stop')]);
    expect(err).toMatch(/^sync runs on web-1:1:abc, started .* \(fence 42\)$/m);
    expect(await database.query('SELECT fence, by FROM task_lock_cancel')).toMatchObject([{ fence: '42' }]);
  });

  test('release of a living run is refused, with who holds it; --force takes it', async () => {
    const refused = await cli('release', 'sync');
    expect(refused).toMatchObject({ code: 4, err: '' });
    expect(refused.out).toMatch(/^refused: web-1:1:abc holds the lock until /);
    expect(await cli('release', 'sync', '--force', '--yes')).toMatchObject({ code: 0 });
    expect(await database.query(`SELECT token FROM task_lock WHERE name = 'sync'`)).toEqual([
      { token: null },
    ]);
  });

  test('forget, refused for a task that code declares', async () => {
    expect(await cli('forget', 'clean-up')).toMatchObject({ code: 4, out: '' });
    await recordRun('old-task', 'succeeded', 1);
    expect(await cli('forget', 'old-task')).toMatchObject({
      code: 0,
      out: expect.stringContaining('is forgotten'),
    });
  });
});

describe('what goes wrong', () => {
  test('an unknown task is told the nearest names', async () => {
    expect(await cli('describe', 'clean-upp')).toEqual({
      code: 1,
      out: '',
      err: "no task is called 'clean-upp': did you mean 'clean-up'?\n",
    });
  });

  test.each([
    [
      'that is down',
      'postgres://app:hunter2%21@127.0.0.1:1/app',
      /^the database 127.0.0.1:1\/app cannot be reached: .*ECONNREFUSED.*\n$/,
    ],
    [
      'whose password is wrong',
      'WRONG',
      /^the database .* cannot be reached: password authentication failed .*\n$/,
    ],
    [
      'that is not there',
      'MISSING',
      /^the database .* cannot be reached: database "nobody" does not exist\n$/,
    ],
  ])('a database %s is one line and exit code 1, without the password', async (_, given, line) => {
    const target = new URL(given.includes(':') ? given : url);
    if (given === 'WRONG') target.password = 'hunter2%21x';
    if (given === 'MISSING') target.pathname = '/nobody';
    const { code, out, err } = await runBuiltCli(['list', '--database-url', target.href]);
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(line);
    expect(err).not.toMatch(/hunter2/);
  });

  test('no password is printed that a task has put into its error', async () => {
    await recordRun('clean-up', 'failed', 1, `no route to ${url}, password hunter2!`);
    for (const options of [[], ['-o', 'json']]) {
      const { out } = await cli(...options, 'history', 'clean-up', '--failed');
      expect(out).toContain('no route to');
      expect(out).not.toMatch(/hunter2/);
    }
  });

  test('a migration that is missing is named, and migrate runs it', async () => {
    const empty = await createDatabase({ migrated: false });
    try {
      const here = (...argv: string[]) => runAgainst(empty.url, ...argv);
      const missing = await runBuiltCli(['list'], { DATABASE_URL: empty.url });
      expect(missing).toMatchObject({ code: 1, out: '' });
      expect(missing.err.trimEnd().split('\n')).toHaveLength(1);
      expect(missing.err).toContain('the migration CreateTaskLockTable1763683200000 has not run');
      expect(missing.err).toContain(': run `npx nestjs-task-lock migrate`');
      expect((await here('doctor')).code).toBe(1);
      const dry = await here('migrate', '--dry-run');
      expect(dry.out).toContain('CREATE TABLE IF NOT EXISTS "task_lock"');
      expect(await empty.query(`SELECT FROM pg_class WHERE relname IN ('task_lock', 'migrations')`)).toEqual(
        [],
      );
      const ran = await runBuiltCli(['migrate'], { DATABASE_URL: empty.url });
      expect(ran).toMatchObject({ code: 0, err: '' });
      expect(ran.out.match(/^ran /gm)).toHaveLength(3);
      expect((await here('migrate')).out).toBe('nothing to run\n');
      expect((await here('migrate', '--dry-run')).out).toBe('-- nothing to run\n');
      expect(await here('list')).toMatchObject({ code: 0, out: 'no task\n' });
      const { code, out } = await here('doctor');
      expect([code, out]).toEqual([0, expect.stringContaining('tables: all migrations have run')]);
    } finally {
      await empty.drop();
    }
  });

  test('tables of another schema and name are made and used there', async () => {
    await database.query('CREATE SCHEMA IF NOT EXISTS jobs');
    const place = ['--schema', 'jobs', '--table', 'locks'];
    expect((await cli(...place, 'list')).err).toContain(
      'run `npx nestjs-task-lock migrate --schema jobs --table locks`',
    );
    expect((await cli(...place, 'migrate')).code).toBe(0);
    expect(await cli(...place, 'list')).toMatchObject({ code: 0, out: 'no task\n' });
  });

  test('a privilege that is missing is told with its grant', async () => {
    await database.query(`CREATE ROLE ${role}_reader LOGIN PASSWORD 'reader'`);
    try {
      const reader = new URL(url);
      [reader.username, reader.password] = [`${role}_reader`, 'reader'];
      const { code, err } = await runAgainst(reader.href, 'list');
      expect(code).toBe(1);
      expect(err).toContain(`GRANT SELECT ON public.task_lock TO ${role}_reader`);
    } finally {
      await database.query(`DROP ROLE ${role}_reader`);
    }
  });
});

describe('--watch', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('ends cleanly at %s', async (signal) => {
    const watch = startCli(['list', '--watch'], { DATABASE_URL: url });
    await watch.shows('clean-up');
    watch.signal(signal);
    expect(await watch.exit).toMatchObject({ code: 0, err: '' });
  });

  test('ends cleanly where nobody reads any more', async () => {
    const watch = startCli(['-o', 'json', 'list', '--watch'], { DATABASE_URL: url });
    await watch.shows('clean-up');
    watch.closePipe();
    expect(await watch.exit).toMatchObject({ code: 0, err: '' });
  });
});
