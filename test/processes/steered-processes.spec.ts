import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { TaskLockOperator } from '../../src/operate/task-lock-operator.js';
import { PostgresLockStore } from '../../src/store/postgres/postgres-lock-store.js';
import { buildCli, startCli } from '../support/built-cli.js';
import { aClaim } from '../support/claims.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import { Fleet } from '../support/fleet.js';
import type { Replica } from '../support/fleet.js';
import { until } from '../support/until.js';
import type { OperatedCommand, OperatedEvent, OperatedWork } from './app/operated.js';

const APP = join(process.cwd(), 'build/replicas/test/processes/app/operated.js');
const LEASE = 2_000;
const by = 'ana';
const reason = 'it hangs';

jest.setTimeout(120_000);

let database: TestDatabase;
let store: PostgresLockStore;
let operator: TaskLockOperator;
let fleet: Fleet;
let calls = 0;

beforeAll(async () => {
  buildCli();
  database = await createDatabase();
  await database.query('CREATE TABLE effect (fence bigint)');
  const dataSource = await database.connect();
  store = new PostgresLockStore(() => dataSource);
  operator = new TaskLockOperator(store.operator);
});
afterAll(() => database.drop());
beforeEach(async () => {
  fleet = new Fleet(database.url, APP);
  await database.query('DELETE FROM task_lock; DELETE FROM task_lock_run; DELETE FROM task_lock_action');
});
afterEach(async () => {
  for (const { process: child } of fleet.replicas) child.kill('SIGCONT');
  await fleet.killAll();
  await fleet.end();
});

/** A replica, and all that it has told so far. */
interface Told {
  replica: Replica;
  child: ChildProcess;
  events: Exclude<OperatedEvent, string>[];
}

async function start(environment: Record<string, string> = {}): Promise<Told> {
  const replica = await fleet.start({ environment: { LEASE_MS: String(LEASE), ...environment } });
  const events: Told['events'] = [];
  replica.process.on('message', (event: OperatedEvent) => {
    if (typeof event !== 'string') events.push(event);
  });
  return { replica, child: replica.process, events };
}

async function declared(): Promise<void> {
  await until(
    async () => (await database.query(`SELECT FROM task_lock_task WHERE name = 'work'`)).length > 0,
  );
}

const send = ({ child }: Told, command: OperatedCommand): void => void child.send(command);
const call = (told: Told, work: OperatedWork): void => send(told, { call: calls++, method: 'work', work });
const starts = ({ events }: Told) => events.filter((event) => event.event === 'start');
const endings = ({ events }: Told) => events.filter((event) => event.event === 'ended');
const aborts = ({ events }: Told) => events.filter((event) => event.event === 'aborted');

/** Begins a run, and resolves with its fence. */
async function begin(told: Told, work: OperatedWork): Promise<string> {
  const before = starts(told).length;
  call(told, work);
  await until(() => starts(told).length > before);
  return starts(told).at(-1)!.fence;
}

const force = (fence: string, now = false, task = 'work') =>
  operator.release(task, { fence, by, force: true, now });

async function outcomeOf(fence: string): Promise<string | undefined> {
  const [row] = await database.query<{ outcome: string }>(
    'SELECT outcome FROM task_lock_run WHERE fence = $1',
    [fence],
  );
  return row?.outcome;
}

/** Calls until a run has begun. Answers the row's times before and after. */
async function beginWhenFree(told: Told): Promise<string> {
  const before = starts(told).length;
  await until(() => {
    if (starts(told).length === before) call(told, 'until told');
    return starts(told).length > before;
  });
  return starts(told).at(-1)!.fence;
}

interface Times {
  started: number;
  until: number;
}

async function timesOf(name = 'work'): Promise<Times> {
  const [row] = await database.query<Record<keyof Times, string>>(
    `SELECT extract(epoch FROM started_at) * 1000 AS started, extract(epoch FROM locked_until) * 1000 AS until
     FROM task_lock WHERE name = $1`,
    [name],
  );
  return { started: Number(row!.started), until: Number(row!.until) };
}

describe('a run that ignores its signal after a cancel', () => {
  test('keeps its lock until its maximum hold, with nobody beside it, and is recorded as lost when it ends', async () => {
    const maxHold = 4_000;
    const deaf = await start({ MAX_HOLD_MS: String(maxHold) });
    const other = await start({ MAX_HOLD_MS: String(maxHold) });
    const fence = await begin(deaf, 'deaf');
    const { started } = await timesOf();
    expect(await operator.cancel('work', { fence, by, reason })).toMatchObject({ status: 'cancelled' });
    await until(() => aborts(deaf).length > 0);
    expect(aborts(deaf)).toMatchObject([{ fence, reason: 'cancelled' }]);
    const next = await beginWhenFree(other);
    expect(BigInt(next)).toBeGreaterThan(BigInt(fence));
    expect((await timesOf()).started).toBeGreaterThanOrEqual(started + maxHold);
    // It lives, and works still.
    expect(endings(deaf)).toEqual([]);
    send(deaf, 'go on');
    await until(async () => (await outcomeOf(fence)) === 'lost');
    expect((await operator.task('work')).running).toMatchObject({ fence: next });
  });
});

describe('a release by force', () => {
  test('of a process that is stopped: it wakes up, its deadline aborts it, and it is recorded as lost', async () => {
    const stopped = await start();
    const other = await start();
    const fence = await begin(stopped, 'until told');
    stopped.child.kill('SIGSTOP');
    const { until: leased } = await timesOf();
    expect(await force(fence)).toMatchObject({ status: 'released' });
    expect((await timesOf()).until).toBe(leased);
    const next = await beginWhenFree(other);
    expect((await timesOf()).started).toBeGreaterThanOrEqual(leased);
    stopped.child.kill('SIGCONT');
    await until(() => aborts(stopped).length > 0);
    await until(async () => (await outcomeOf(fence)) === 'lost');
    expect((await operator.task('work')).running).toMatchObject({ fence: next });
  });

  test('of a process that is stopped within a fenced transaction: it is busy no longer than that, and nothing of it commits', async () => {
    const stopped = await start();
    const other = await start();
    const fence = await begin(stopped, 'fenced');
    stopped.child.kill('SIGSTOP');
    expect(await force(fence, true)).toMatchObject({ status: 'released' });
    const next = await beginWhenFree(other);
    stopped.child.kill('SIGCONT');
    send(stopped, 'go on');
    await until(() => endings(stopped).length > 0);
    expect(endings(stopped)).toMatchObject([{ error: expect.stringContaining('TaskLockLostError') }]);
    expect(await database.query('SELECT fence FROM effect')).toEqual([]);
    await until(async () => (await outcomeOf(fence)) === 'lost');
    expect((await operator.task('work')).running).toMatchObject({ fence: next });
  });

  test('while a commit holds the row: busy, and works once that is through', async () => {
    const replica = await start();
    const fence = await begin(replica, 'until told');
    const client = await database.connect();
    const runner = client.createQueryRunner();
    await runner.startTransaction();
    await runner.query(`SELECT FROM task_lock WHERE name = 'work' FOR NO KEY UPDATE`);
    const seen = { name: 'work', task: 'work', fence: BigInt(fence) };
    const steering = { by, force: true, now: false };
    expect(await store.operator.release(seen, steering)).toEqual({ status: 'busy' });
    const released = force(fence);
    await runner.commitTransaction();
    await runner.release();
    expect(await released).toMatchObject({ status: 'released' });
    await until(() => aborts(replica).length > 0);
    await until(async () => (await outcomeOf(fence)) === 'lost');
  });

  test.each([
    ['is not recovered', true],
    ['is recovered without it: the test sees it', false],
  ])('of a recoverable run that dies: its tick %s', async (_, isReleased) => {
    const dying = await start();
    const other = await start();
    send(dying, { call: calls++, fire: true });
    await until(() => starts(dying).length > 0);
    const [{ fence, tick } = { fence: '', tick: undefined }] = starts(dying);
    await dying.replica.kill();
    if (isReleased) {
      expect(await force(fence, false, 'nightly')).toMatchObject({ status: 'released' });
      // As every replica asks that looks for what a dead one has left behind.
      const recovery = {
        name: 'nightly',
        task: 'nightly',
        tick: { kind: 'abandoned' },
        recover: true,
      } as const;
      await until(async () => (await timesOf('nightly')).until < (await store.operator.now()).getTime());
      expect(await store.claim([aClaim(recovery)])).toMatchObject([{ status: 'done' }]);
      expect(starts(other)).toEqual([]);
    } else {
      send(other, { call: calls++, fire: true });
      await until(() => starts(other).length > 0);
      expect(starts(other)).toMatchObject([{ tick, recovering: true }]);
    }
  });
});

describe('what a dead process leaves behind', () => {
  test('a direct call beside a tick that succeeded is recorded as a call without a tick, and the tick stays as it was', async () => {
    const dying = await start();
    const other = await start();
    send(dying, { call: calls++, fire: true });
    await until(() => starts(dying).length > 0);
    send(dying, 'go on');
    const [{ fence: ofTick, tick } = { fence: '', tick: 0 }] = starts(dying);
    await until(async () => (await outcomeOf(ofTick)) === 'succeeded');
    const fence = await beginNightly(dying);
    await dying.replica.kill();
    await until(async () => (await timesOf('nightly')).until < (await store.operator.now()).getTime());
    expect(await operator.task('nightly')).toMatchObject({
      state: 'died',
      lastRun: { fence, trigger: 'operator', tick: null, outcome: 'died' },
    });
    const next = await beginNightly(other);
    await until(async () => (await outcomeOf(fence)) === 'died');
    const runs = await operator.runs('nightly');
    expect(runs).toMatchObject([
      { fence, trigger: 'operator', tick: null, outcome: 'died' },
      { fence: ofTick, trigger: 'tick', tick: new Date(tick!).toISOString(), outcome: 'succeeded' },
    ]);
    send(other, 'go on');
    await until(async () => (await outcomeOf(next)) === 'succeeded');
  });

  test('a zombie, taken for dead, that comes back: its died becomes lost, and it runs no second time', async () => {
    const zombie = await start();
    const other = await start();
    const fence = await begin(zombie, 'until told');
    zombie.child.kill('SIGSTOP');
    const next = await beginWhenFree(other);
    await until(async () => (await outcomeOf(fence)) === 'died');
    zombie.child.kill('SIGCONT');
    await until(async () => (await outcomeOf(fence)) === 'lost');
    expect(aborts(zombie)).toMatchObject([{ fence }]);
    send(other, 'go on');
    await until(async () => (await outcomeOf(next)) === 'succeeded');
    expect(await outcomeOf(fence)).toBe('lost');
  });
});

/** A run of the recoverable task that no tick has made. */
async function beginNightly(told: Told): Promise<string> {
  const before = starts(told).length;
  await declared();
  const { id } = await store.operator.addTrigger(
    { task: 'nightly', by, evenIfPaused: false, expiresIn: 60_000 },
    undefined,
  );
  await until(() => starts(told).length > before);
  expect(await operator.triggered(id)).toMatchObject({ id });
  return starts(told).at(-1)!.fence;
}

describe('trigger --wait follows to its end', () => {
  const cli = (...argv: string[]) => startCli(argv, { DATABASE_URL: database.url });

  test('a run that succeeds, with its arguments (0), and one that fails (3)', async () => {
    await start();
    await declared();
    const works = cli('trigger', 'work', '--args', '["end"]', '--wait');
    expect(await works.exit).toMatchObject({ code: 0, out: 'work succeeded\n' });
    const fails = cli('trigger', 'work', '--args', '["fail"]', '--wait');
    expect(await fails.exit).toMatchObject({ code: 3, out: 'work failed: Error: boom\n' });
  });

  test('one while the task is paused (4), unless it is wanted all the same (0)', async () => {
    await start();
    await declared();
    await operator.pause('work', { by, reason });
    try {
      const refused = cli('trigger', 'work', '--wait');
      expect(await refused.exit).toMatchObject({
        code: 4,
        err: expect.stringContaining('or give --even-if-paused'),
      });
      const wanted = cli('trigger', 'work', '--even-if-paused', '--args', '["end"]', '--wait');
      expect(await wanted.exit).toMatchObject({ code: 0 });
    } finally {
      await operator.resume('work', { by });
    }
  });

  test('one that nobody takes (3)', async () => {
    await start();
    await declared();
    await fleet.killAll();
    const waiting = cli('trigger', 'work', '--wait');
    await until(async () => (await operator.actions('work')).some(({ action }) => action === 'trigger'));
    // Five minutes later.
    await database.query(
      `UPDATE task_lock_action SET at = at - interval '6 minutes', expires_at = expires_at - interval '6 minutes'`,
    );
    expect(await waiting.exit).toMatchObject({ code: 3, out: expect.stringContaining('no replica took') });
  });

  test('one whose replica dies (3)', async () => {
    const dying = await start();
    await declared();
    const followed = cli('trigger', 'work', '--args', '["until told"]', '--wait');
    await until(() => starts(dying).length > 0);
    const [{ fence } = { fence: '' }] = starts(dying);
    await until(async () => (await operator.actions('work')).some((action) => action.fence === fence));
    await dying.replica.kill();
    expect(await followed.exit).toMatchObject({ code: 3, out: 'work died\n' });
  });

  test('one whose replica dies before it begins (3)', async () => {
    const dying = await start();
    const other = await start();
    await declared();
    const client = await database.connect();
    const runner = client.createQueryRunner();
    // Its claim finds the row busy.
    await runner.startTransaction();
    await runner.query(`SELECT FROM task_lock WHERE name = 'work' FOR UPDATE`);
    const followed = cli('trigger', 'work', '--args', '["end"]', '--wait');
    const takenBy = async () => {
      const [row] = await database.query<{ taken_by: string | null }>(
        'SELECT taken_by FROM task_lock_action',
      );
      return row?.taken_by ?? undefined;
    };
    await until(async () => (await takenBy()) !== undefined);
    const replica = (await takenBy())!;
    const [taker, left] = replica === dying.replica.name ? [dying, other] : [other, dying];
    await taker.replica.kill();
    await runner.rollbackTransaction();
    await runner.release();
    // As if the time for its claim were over.
    await database.query('UPDATE task_lock_action SET expires_at = clock_timestamp()');
    expect(await followed.exit).toMatchObject({
      code: 3,
      out: expect.stringMatching(`^work did not run: ${replica} took the trigger \\d+ and never began`),
    });
    expect(starts(left)).toEqual([]);
  });

  test('one that is cancelled (3), and one whose lock is taken away (3)', async () => {
    const replica = await start();
    await declared();
    const cancelled = cli('trigger', 'work', '--args', '["until told"]', '--wait');
    await until(() => starts(replica).length === 1);
    await operator.cancel('work', { fence: starts(replica)[0]!.fence, by, reason });
    expect(await cancelled.exit).toMatchObject({ code: 3, out: expect.stringMatching(/^work cancelled/) });
    const released = cli('trigger', 'work', '--args', '["until told"]', '--wait');
    await until(() => starts(replica).length === 2);
    await force(starts(replica)[1]!.fence);
    expect(await released.exit).toMatchObject({ code: 3, out: expect.stringMatching(/^work lost/) });
  });
});
