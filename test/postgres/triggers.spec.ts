import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import type { INestApplicationContext } from '@nestjs/common';
import { SystemLockClock } from '../../src/common/clock.js';
import { currentTaskRun, TaskLock, TaskLockOperator, TaskLockService } from '../../src/index.js';
import { Triggers } from '../../src/operate/triggers.js';
import { PostgresLockStore } from '../../src/store/postgres/postgres-lock-store.js';
import type { NewTrigger } from '../../src/store/operator-store.js';
import type { RunOutcome } from '../../src/store/recorded-run.js';
import { closeApplicationsAfterEach, startApplication } from '../support/application.js';
import { aClaim } from '../support/claims.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import { FakeClock } from '../support/fake-clock.js';
import { Gate } from '../support/gate.js';
import { recordingLog } from '../support/locks.js';
import { until } from '../support/until.js';

const MINUTE = 60_000;
const REPLICAS = 20;
const by = 'ana';

interface Call {
  task?: string;
  args: unknown[];
  fence?: bigint;
  /** Resolves when its signal aborts. */
  aborted?: Promise<void>;
}

const calls: Call[] = [];
let gate = new Gate();

@Injectable()
class Jobs {
  @TaskLock('report', undefined, { attempts: 1 })
  async report(...args: unknown[]): Promise<void> {
    calls.push({ task: currentTaskRun()?.name, args });
    await gate.opened;
  }

  @TaskLock('ends')
  async ends(how: string): Promise<void> {
    await this.end(how);
  }

  @TaskLock('short', undefined, { maxHold: '1s' })
  async short(how: string): Promise<void> {
    await this.end(how);
  }

  private async end(how: string): Promise<void> {
    const { name, fence, signal } = currentTaskRun()!;
    const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    calls.push({ task: name, fence, args: [how], aborted });
    await (how === 'when aborted' ? aborted : gate.opened);
    if (how !== 'resolves') throw new Error('no space left');
  }
}

let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());
closeApplicationsAfterEach();

const log = recordingLog();

async function storeOfItsOwn(): Promise<PostgresLockStore> {
  const dataSource = await database.connect();
  return new PostgresLockStore(() => dataSource, {}, new SystemLockClock(), log);
}

/** An operator on a bare connection, as that of the command line. */
async function fromOutside(): Promise<TaskLockOperator> {
  return new TaskLockOperator((await storeOfItsOwn()).operator);
}

async function startReplica(operatorPolling: string | false = '1s') {
  calls.length = 0;
  gate = new Gate();
  const dataSource = await database.connect();
  const application = await startApplication({
    providers: [Jobs],
    options: {
      store: undefined,
      dataSource,
      operatorPolling,
      pollingInterval: '1h',
      shutdownTimeout: 0,
      lease: '6s',
    },
  });
  const isDeclared = async () => {
    const [row] = await database.query(`SELECT 1 FROM task_lock_task WHERE name = 'report'`);
    return row !== undefined;
  };
  await until(isDeclared);
  return { application, dataSource };
}

const aTrigger = (given: Partial<NewTrigger> = {}): NewTrigger => ({
  task: 'report',
  by,
  evenIfPaused: false,
  expiresIn: 5 * MINUTE,
  ...given,
});

describe('a trigger from outside', () => {
  test('runs with its arguments, beside requests that keep theirs', async () => {
    const { application } = await startReplica();
    await application.get(TaskLockService).request('report', { args: ['requested'], delay: '1h' });
    const operator = await fromOutside();
    const { id } = await operator.trigger('report', { by, args: ['triggered', { draft: true }] });
    gate.open();
    await until(async () => (await operator.triggered(id)).status === 'executed');
    expect(await operator.triggered(id)).toMatchObject({ outcome: 'succeeded', error: null });
    expect(calls).toEqual([{ task: 'report', args: ['triggered', { draft: true }] }]);
    expect(await database.query('SELECT args::text FROM task_lock_request')).toEqual([
      { args: '["requested"]' },
    ]);
    await database.query('DELETE FROM task_lock_request');
  });

  test('is skipped while the task is paused, unless it is wanted all the same', async () => {
    await startReplica();
    gate.open();
    const operator = await fromOutside();
    await operator.pause('report', { by, reason: 'the disk is full' });
    const [refused, wanted] = [
      await operator.trigger('report', { by }),
      await operator.trigger('report', { by, evenIfPaused: true }),
    ];
    await until(async () => (await operator.triggered(refused.id)).status === 'skipped');
    expect(await operator.triggered(refused.id)).toMatchObject({ reason: 'paused' });
    await until(async () => (await operator.triggered(wanted.id)).status === 'executed');
    expect(calls).toHaveLength(1);
    await operator.resume('report', { by });
  });

  test('that nobody takes in its time expires, and is taken by nobody then', async () => {
    const { operator } = await storeOfItsOwn();
    const { id } = await operator.addTrigger(aTrigger({ expiresIn: 0 }));
    expect(await operator.takeTriggers([{ task: 'report', startsWithin: 60_000 }], 'pod-1')).toEqual([]);
    await database.query(`UPDATE task_lock_action SET at = at - interval '6 minutes' WHERE id = $1`, [id]);
    expect(await (await fromOutside()).triggered(id)).toEqual({
      status: 'expired',
      id,
      replica: null,
    });
  });

  test('whose replica dies in the middle is told as died once its lease is over, and runs no second time', async () => {
    const { dataSource } = await startReplica();
    const operator = await fromOutside();
    const { id } = await operator.trigger('report', { by });
    await until(async () => (await operator.triggered(id)).status === 'running' && calls.length === 1);
    const hasFence = async () => {
      const [row] = await database.query<{ fence: string | null }>(
        'SELECT fence::text FROM task_lock_action WHERE id = $1',
        [id],
      );
      return row?.fence !== null;
    };
    await until(hasFence);
    // Its pool is gone: it renews, releases and answers nothing any more.
    await dataSource.destroy();
    await database.query(
      `UPDATE task_lock SET locked_until = now() - interval '1 second' WHERE name = 'report'`,
    );
    expect(await operator.triggered(id)).toMatchObject({ status: 'executed', outcome: 'died' });
    expect(
      await (
        await storeOfItsOwn()
      ).operator.takeTriggers([{ task: 'report', startsWithin: 60_000 }], 'pod-2'),
    ).toEqual([]);
    gate.open();
  });

  test(`runs once where ${REPLICAS} replicas look for it at once`, async () => {
    const store = await storeOfItsOwn();
    const ran: string[] = [];
    const clock = new FakeClock();
    const replicas = Array.from({ length: REPLICAS }, (_, nth) => {
      const runner = {
        has: () => true,
        keyOf: () => undefined,
        runnable: async () => ['report'],
        startsWithin: () => MINUTE,
        run: async () => {
          ran.push(`pod-${nth}`);
          return { answer: { answer: 'skipped: held' }, isSure: true };
        },
      };
      const settings = { replicaId: `pod-${nth}`, operatorPolling: 1, timeout: 5_000 };
      return new Triggers(store.operator, runner, clock, log, settings);
    });
    for (let round = 1; round <= 10; round++) {
      const { id } = await store.operator.addTrigger(aTrigger());
      for (const replica of replicas) replica.begin();
      await clock.advance(2);
      await until(async () => (await store.operator.action(id))?.answer !== undefined);
      expect(ran).toHaveLength(round);
    }
    for (const replica of replicas) replica.end();
  });
});

describe('the answer of a trigger, as the history has it, of a run that', () => {
  interface Running {
    application: INestApplicationContext;
    operator: TaskLockOperator;
    call: Call;
  }
  type Meanwhile = (running: Running) => Promise<unknown>;

  const isFollowed: Meanwhile = async ({ call: { task } }) => {
    const store = await storeOfItsOwn();
    const claim = () => aClaim({ name: task!, task: task!, tick: { kind: 'call' }, minHold: 0 });
    await until(async () => (await store.claim([claim()]))[0]?.status === 'won');
  };
  const oversleeps: Meanwhile = () =>
    database.query(`UPDATE task_lock SET locked_until = clock_timestamp() WHERE name = 'ends'`);
  const outlastsItsHold: Meanwhile = async ({ call }) => call.aborted;

  const beside =
    (before: Meanwhile): Meanwhile =>
    async (running) => {
      await before(running);
      await isFollowed(running);
    };
  const cancel: Meanwhile = ({ operator, call }) =>
    operator.cancel('ends', { fence: call.fence!, by, reason: 'no' });
  const release: Meanwhile = ({ operator, call }) =>
    operator.release('ends', { fence: call.fence!, by, force: true });
  const shutDown: Meanwhile = ({ application }) => application.close();

  test.each<[what: string, meanwhile: Meanwhile, task: 'ends' | 'short', how: string, outcome: RunOutcome]>([
    ['resolves', async () => {}, 'ends', 'resolves', 'succeeded'],
    ['rejects', async () => {}, 'ends', 'rejects', 'failed'],
    ['is cancelled', cancel, 'ends', 'when aborted', 'cancelled'],
    ['is aborted by a shutdown', shutDown, 'ends', 'when aborted', 'aborted'],
    ['has no lease, and nobody in its place', oversleeps, 'ends', 'resolves', 'succeeded'],
    ['has no lease, and another run in its place', beside(oversleeps), 'ends', 'resolves', 'lost'],
    ['outlasts its maximum hold, with nobody in its place', outlastsItsHold, 'short', 'rejects', 'failed'],
    [
      'outlasts its maximum hold, with another run in its place',
      beside(outlastsItsHold),
      'short',
      'rejects',
      'lost',
    ],
    ['loses its lock to an operator', release, 'ends', 'resolves', 'lost'],
  ])('%s', async (_, meanwhile, task, how, outcome) => {
    await database.query(`DELETE FROM task_lock; DELETE FROM task_lock_run`);
    const { application } = await startReplica();
    const outside = await fromOutside();
    const triggered = application.get(TaskLockOperator).trigger(task, { by, args: [how] });
    await until(() => calls.length === 1);
    await meanwhile({ application, operator: outside, call: calls[0]! });
    gate.open();
    const answer = await triggered;
    const fence = String(calls[0]!.fence);
    expect(answer).toMatchObject({ status: 'executed', fence, outcome });
    await until(async () => (await outside.triggered(answer.id)).status === 'executed');
    expect(await outside.triggered(answer.id)).toEqual(answer);
    const runs = await outside.runs(task);
    expect(runs.filter((run) => run.fence === fence)).toMatchObject([
      { outcome, error: how === 'resolves' ? null : 'Error: no space left' },
    ]);
  });
});
