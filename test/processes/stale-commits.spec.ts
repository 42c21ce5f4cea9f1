import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { PostgresLockStore } from '../../src/store/postgres/postgres-lock-store.js';
import { aClaim } from '../support/claims.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import type { HolderMessage, Round } from './app/holder.js';

const HOLDER = join(process.cwd(), 'build/replicas/test/processes/app/holder.js');
/** Holders that are stopped side by side, each with a task of its own. */
const HOLDERS = 10;
const ROUNDS = 200;
/** Enough to see what a plain transaction does. */
const PLAIN_ROUNDS = 50;

jest.setTimeout(300_000);

let database: TestDatabase;
let store: PostgresLockStore;
const holders: ChildProcess[] = [];

beforeAll(async () => {
  database = await createDatabase();
  await database.query('CREATE TABLE effect (task text, round int, fence bigint)');
  const dataSource = await database.connect({ extra: { max: HOLDERS } });
  store = new PostgresLockStore(() => dataSource, { table: 'task_lock' });
  for (let index = 0; index < HOLDERS; index++) {
    const env = { ...process.env, NODE_OPTIONS: '', DATABASE: database.url, REPLICA: `holder-${index}` };
    const holder = fork(HOLDER, { env, execArgv: [] });
    holders.push(holder);
  }
  await Promise.all(holders.map((holder) => once(holder, 'message')));
});
afterAll(async () => {
  await Promise.all(
    holders.map(async (holder) => {
      const gone = once(holder, 'exit');
      holder.kill('SIGKILL');
      await gone;
    }),
  );
  await database.drop();
});

/** Resolves with what a holder says of a round. */
function message<Key extends 'working' | 'ended'>(holder: ChildProcess, wanted: Key, round: number) {
  type Wanted = Extract<HolderMessage, Record<Key, number>>;
  return new Promise<Wanted>((resolve) => {
    const listener = (received: HolderMessage): void => {
      if (typeof received !== 'object' || !(wanted in received)) return;
      const said = received as Wanted & Record<Key, number>;
      if (said[wanted] !== round) return;
      holder.off('message', listener);
      resolve(said);
    };
    holder.on('message', listener);
  });
}

const committed = async (task: string, round: number): Promise<boolean> =>
  (await database.query('SELECT 1 FROM effect WHERE task = $1 AND round = $2', [task, round])).length > 0;

/** The successor: asks until the lease of the stopped holder is over, as other replicas do. */
async function takeOver(name: string): Promise<void> {
  for (;;) {
    const [answer] = await store.claim([aClaim({ name, tick: { kind: 'call' }, minHold: 0, lease: 100 })]);
    if (answer?.status === 'won') return;
    await delay(20);
  }
}

/** Stops a holder in its transaction, lets another one win, and wakes it up. Says what became of its commit. */
async function play(
  holder: ChildProcess,
  round: Round,
): Promise<'not stopped in time' | 'stale' | 'refused'> {
  const [working, ended] = [message(holder, 'working', round.round), message(holder, 'ended', round.round)];
  holder.send(round);
  await working;
  await delay(Math.random() * 3);
  holder.kill('SIGSTOP');
  try {
    await takeOver(round.task);
    if (await committed(round.task, round.round)) return 'not stopped in time';
  } finally {
    holder.kill('SIGCONT');
    await ended;
  }
  const { outcome } = await ended;
  const isStale = await committed(round.task, round.round);
  expect(outcome).toBe(isStale ? 'committed' : 'rolled back');
  return isStale ? 'stale' : 'refused';
}

/** Plays until so many rounds have stopped a holder before its commit. */
async function outcomesOf(
  modes: Round['mode'][],
  rounds: number,
): Promise<Record<'stale' | 'refused', number>> {
  const counts = { stale: 0, refused: 0 };
  let round = 0;
  await Promise.all(
    holders.map(async (holder, index) => {
      while (counts.stale + counts.refused < rounds) {
        round++;
        const mode = modes[round % modes.length]!;
        const outcome = await play(holder, { task: `task ${index} ${modes.join()}`, round, mode });
        if (outcome !== 'not stopped in time') counts[outcome]++;
        await holderIsFree(`task ${index} ${modes.join()}`);
      }
    }),
  );
  return counts;
}

/** The successor of the last round holds its lease for a moment yet. */
async function holderIsFree(name: string): Promise<void> {
  await database.query('UPDATE task_lock SET finished_at = now() WHERE name = $1', [name]);
}

describe('a holder that is stopped past its lease in its transaction, and wakes up', () => {
  test('commits over its successor with a plain transaction: the test sees it', async () => {
    const { stale, refused } = await outcomesOf(['plain'], PLAIN_ROUNDS);
    expect(stale + refused).toBeGreaterThanOrEqual(PLAIN_ROUNDS);
    expect(stale).toBeGreaterThan(PLAIN_ROUNDS / 2);
  });

  test(`never does in ${ROUNDS} rounds with a transaction of its run, nor where its own clocks stand still`, async () => {
    const { stale, refused } = await outcomesOf(['fenced', 'blind'], ROUNDS);
    expect(stale).toBe(0);
    expect(refused).toBeGreaterThanOrEqual(ROUNDS);
  });
});
