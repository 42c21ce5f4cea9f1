import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import type { TestingModule } from '@nestjs/testing';
import type { DataSource } from 'typeorm';
import { currentTaskRun, TaskLock, TaskLockLostError, TaskLockOperator } from '../../src/index.js';
import type { TaskRun } from '../../src/index.js';
import { PostgresLockStore } from '../../src/store/postgres/postgres-lock-store.js';
import { closeApplications, startApplication } from '../support/application.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import { Gate } from '../support/gate.js';
import { TESTS_EVERYTHING } from '../support/tests-everything.js';
import { until } from '../support/until.js';

const ROUNDS = TESTS_EVERYTHING ? 200 : 10;
const REPLICAS = 3;
/** Keys that are steered side by side, each with a lock of its own. */
const KEYS = ['1', '2', '3', '4', '5'];
const PER_KEY = ROUNDS / KEYS.length;
const LEASE = 1_000;
const by = 'ana';
const reason = 'it hangs';

jest.setTimeout(TESTS_EVERYTHING ? 300_000 : 60_000);

/** A run as this process saw it. */
interface Seen {
  key: string;
  run: TaskRun;
  isOpen: boolean;
  ended: Promise<void>;
  /** Another run whose lock still held when this one began. */
  beside?: bigint;
}

const seen: Seen[] = [];
const listeners = new Set<(run: Seen) => void>();
let body: (run: TaskRun) => Promise<void> = async () => {};

@Injectable()
class Jobs {
  @TaskLock('work', undefined, { key: (key: string) => key })
  async work(key: string): Promise<void> {
    const run = currentTaskRun()!;
    const beside = seen.find((other) => other.key === key && other.isOpen && holds(other.run))?.run.fence;
    let end = (): void => {};
    const ended = new Promise<void>((resolve) => (end = resolve));
    const own: Seen = { key, run, isOpen: true, ended, beside };
    seen.push(own);
    for (const tell of listeners) tell(own);
    try {
      await run.transaction((manager) => manager.query(ENTRY, [key, run.fence]));
      await body(run);
    } finally {
      own.isOpen = false;
      end();
    }
  }
}

const ENTRY = 'INSERT INTO entry (key, fence) VALUES ($1, $2)';

/** A cancelled run keeps its lock until it settles. */
function holds(run: TaskRun): boolean {
  try {
    run.assertHeld();
    return true;
  } catch (error) {
    return error instanceof TaskLockLostError && error.reason === 'cancelled';
  }
}

let database: TestDatabase;
let outside: TaskLockOperator;
let replicas: { jobs: Jobs; operator: TaskLockOperator; dataSource: DataSource }[];
let isCalling: boolean;
/** Opened when all rounds are over: runs that nobody steers any more end. */
let steered: Gate;
let callers: Promise<void>[];

beforeAll(async () => {
  database = await createDatabase();
  await database.query('CREATE TABLE entry (id bigserial, key text, fence bigint)');
  const dataSource = await database.connect();
  outside = new TaskLockOperator(new PostgresLockStore(() => dataSource).operator);
});
afterAll(() => database.drop());

beforeEach(async () => {
  seen.length = 0;
  [isCalling, callers, steered] = [false, [], new Gate()];
  await database.query('TRUNCATE entry, task_lock_run, task_lock_action');
  replicas = await Promise.all(Array.from({ length: REPLICAS }, startReplica));
  await until(
    async () => (await database.query(`SELECT FROM task_lock_task WHERE name = 'work'`)).length > 0,
  );
});
afterEach(stop);

async function startReplica(_: unknown, nth: number) {
  const dataSource = await database.connect({ extra: { max: 8 } });
  const application: TestingModule = await startApplication({
    providers: [Jobs],
    options: {
      store: undefined,
      dataSource,
      lease: LEASE,
      replicaId: `pod-${nth}`,
      claimTimeout: '20s',
      operatorPolling: '1s',
    },
  });
  return { dataSource, jobs: application.get(Jobs), operator: application.get(TaskLockOperator) };
}

async function stop(): Promise<void> {
  isCalling = false;
  steered.open();
  await Promise.all(callers);
  await closeApplications();
}

/** Every replica wants every key, all the time. */
function callAll(): void {
  isCalling = true;
  callers = replicas.flatMap(({ jobs }) =>
    KEYS.map(async (key) => {
      while (isCalling) {
        await jobs.work(key).catch(() => undefined);
        await delay(15);
      }
    }),
  );
}

/** Resolves with the newest run of a key that is open, now or soon. */
function open(key: string, after = 0n): Promise<Seen> {
  const isMeant = (each: Seen): boolean => each.key === key && each.isOpen && each.run.fence > after;
  const found = seen.findLast(isMeant);
  if (found) return Promise.resolve(found);
  return new Promise((resolve) => {
    const tell = (each: Seen): void => {
      if (!isMeant(each)) return;
      listeners.delete(tell);
      resolve(each);
    };
    listeners.add(tell);
  });
}

/** Steers so many runs of each key; one that a stall of this machine has cost its lock does not count. */
async function steerEach(act: (run: Seen, nth: number) => Promise<boolean>): Promise<Seen[]> {
  const steered: Seen[] = [];
  await Promise.all(
    KEYS.map(async (key, nth) => {
      let last = 0n;
      for (let rounds = 0; rounds < PER_KEY;) {
        const run = await open(key, last);
        last = run.run.fence;
        if (!(await act(run, rounds + nth))) continue;
        rounds++;
        steered.push(run);
      }
    }),
  );
  return steered;
}

/** On a machine under load a row may be locked for longer than an operator waits. */
async function unlessBusy<Answer extends { status: string }>(act: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    const answer = await act();
    if (answer.status !== 'busy') return answer;
  }
}

function aborted({ signal }: TaskRun): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** What the locks let happen, by the runs themselves and by what they committed. */
async function expectOneAtATime(): Promise<void> {
  expect(seen.filter(({ beside }) => beside !== undefined)).toEqual([]);
  await expectInOrder();
}

/** No run has committed after a later one had. */
async function expectInOrder(): Promise<void> {
  expect(
    await database.query(
      `SELECT * FROM (SELECT key, fence, lag(fence) OVER (PARTITION BY key ORDER BY id) AS before FROM entry) AS entries
       WHERE fence < before`,
    ),
  ).toEqual([]);
}

/** How the history says that these runs ended. Two keys may share a fence. */
async function outcomes(runs: readonly Seen[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const [run, outcome] of await history())
    if (runs.some((each) => run === idOf(each.key, each.run.fence)))
      counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

async function history(): Promise<Map<string, string>> {
  const rows = await database.query<{ key: string; fence: string; outcome: string }>(
    'SELECT key, fence, outcome FROM task_lock_run',
  );
  return new Map(rows.map(({ key, fence, outcome }) => [idOf(key, fence), outcome]));
}

function idOf(key: string, fence: bigint | string): string {
  return `${key} ${fence}`;
}

describe(`${REPLICAS} replicas that want the same locks`, () => {
  test(`${ROUNDS} cancels: each run stops and keeps its lock until it has, and nobody runs beside it`, async () => {
    body = async (run) => {
      await Promise.race([aborted(run), steered.opened]);
      // The others claim meanwhile, and are told that it is held.
      await delay(30);
      run.signal.throwIfAborted();
    };
    callAll();
    const cancelled = await steerEach(async ({ key, run, ended }, nth) => {
      const { operator } = replicas[nth % REPLICAS]!;
      const answer = await unlessBusy(() => operator.cancel('work', { key, fence: run.fence, by, reason }));
      await ended;
      return answer.status === 'cancelled' && (run.signal.reason as TaskLockLostError).reason === 'cancelled';
    });
    await stop();
    await expectOneAtATime();
    expect(await outcomes(cancelled)).toEqual({ cancelled: ROUNDS });
  });

  test(`${ROUNDS} releases by force: each run loses its lock, and nobody begins before its own deadline`, async () => {
    body = async (run) => {
      await Promise.race([aborted(run), steered.opened]);
      run.signal.throwIfAborted();
    };
    callAll();
    const released = await steerEach(async ({ key, run, ended }, nth) => {
      const { operator } = replicas[nth % REPLICAS]!;
      const answer = await unlessBusy(() =>
        operator.release('work', { key, fence: run.fence, by, force: true }),
      );
      await ended;
      return answer.status === 'released';
    });
    await stop();
    await expectOneAtATime();
    expect(await outcomes(released)).toEqual({ lost: ROUNDS });
  });

  test(`${ROUNDS} releases by force and at once: two may run, and the former commits nothing any more`, async () => {
    const refused: bigint[] = [];
    body = async (run) => {
      const { key = '', fence } = run;
      // It may not have heard of the release yet, and works on when its successor has begun.
      await Promise.race([open(key, fence), steered.opened]);
      const written = run.transaction((manager) => manager.query(ENTRY, [key, fence]));
      await written.catch(() => void refused.push(fence));
    };
    callAll();
    const released = await steerEach(async ({ key, run, ended }, nth) => {
      const { operator } = replicas[nth % REPLICAS]!;
      const answer = await operator.release('work', { key, fence: run.fence, by, force: true, now: true });
      if (answer.status !== 'released') return false;
      await ended;
      return true;
    });
    await stop();
    // Each run writes one entry at its start, unless it was released before, and tries a second one after its release.
    const twice = await database.query<{ key: string; fence: string }>(
      'SELECT key, fence FROM entry GROUP BY key, fence HAVING count(*) > 1',
    );
    const stale = twice.filter((entry) =>
      released.some(({ key, run }) => key === entry.key && String(run.fence) === entry.fence),
    );
    expect(stale).toEqual([]);
    expect(refused).not.toEqual([]);
    await expectInOrder();
  });

  test(`${ROUNDS} rounds of triggers from all replicas and from outside: each runs at most once, and one at a time`, async () => {
    body = () => delay(5);
    const waiting: { id: string; key: string }[] = [];
    const answered = new Map<string, string>();
    const skipped: string[] = [];
    await Promise.all(
      KEYS.map(async (key) => {
        for (let round = 0; round < PER_KEY; round++) {
          const from = [...replicas.map(({ operator }) => operator), outside];
          const answers = await Promise.all(
            from.map((operator) => operator.trigger('work', { by, args: [key], key })),
          );
          for (const answer of answers) {
            if (answer.status === 'executed') answered.set(idOf(key, answer.fence), answer.outcome);
            else if (answer.status === 'skipped') skipped.push(answer.reason);
            else waiting.push({ id: answer.id, key });
          }
        }
      }),
    );
    expect(waiting).toHaveLength(ROUNDS);
    await until(async () => {
      const open = await database.query(`SELECT FROM task_lock_action WHERE answered_at IS NULL`);
      return open.length === 0;
    });
    for (const { id, key } of waiting) {
      const state = await outside.triggered(id);
      if (state.status === 'executed') answered.set(idOf(key, state.fence), state.outcome);
      else skipped.push(state.status === 'skipped' ? state.reason : state.status);
    }
    await stop();
    await expectOneAtATime();
    const began = new Set(seen.map(({ key, run }) => idOf(key, run.fence)));
    expect(began.size).toBe(seen.length);
    expect(new Set(answered.keys())).toEqual(began);
    expect(answered.size + skipped.length).toBe(ROUNDS * (REPLICAS + 1));
    expect(new Set(skipped)).toEqual(new Set(['held']));
    // A run whose lease ends on a busy machine is lost, and its answer says so, too.
    expect(answered).toEqual(await history());
  });
});
