import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { DataSource } from 'typeorm';
import type { OperatorStore, SeenRun } from '../../src/store/operator-store.js';
import {
  APPLICATION_PRIVILEGES,
  METHOD_PRIVILEGES,
  OPERATOR_PRIVILEGES,
  READER_PRIVILEGES,
} from '../../src/store/postgres/operator-access.js';
import type { Privilege, TablePrivileges } from '../../src/store/postgres/operator-access.js';
import { PostgresLockStore } from '../../src/store/postgres/postgres-lock-store.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import { emptyAll } from '../support/operator-tables.js';

let database: TestDatabase;
let role: string;
let limited: DataSource;
let operator: OperatorStore;

beforeAll(async () => {
  database = await createDatabase();
  role = `${new URL(database.url).pathname.slice(1)}_role`;
  await database.query(`CREATE ROLE ${role}`);
  limited = await database.connect({ extra: { options: `-c role=${role}`, max: 1 } });
  ({ operator } = new PostgresLockStore(() => limited, { table: 'task_lock' }));
});
afterAll(async () => {
  await limited.destroy();
  await database.query(`DROP OWNED BY ${role}`);
  await database.query(`DROP ROLE ${role}`);
  await database.drop();
});
beforeEach(async () => {
  await emptyAll(database);
  await database.query(`DROP OWNED BY ${role}`);
});

const tableOf = (suffix: string): string => (suffix === 'lock' ? 'task_lock' : `task_lock_${suffix}`);

/** One privilege each. */
function pairsOf(privileges: TablePrivileges): [string, Privilege][] {
  return Object.entries(privileges).flatMap(([suffix, all]) =>
    all.map((privilege): [string, Privilege] => [tableOf(suffix), privilege]),
  );
}

async function grant(privileges: TablePrivileges): Promise<void> {
  for (const [table, privilege] of pairsOf(privileges))
    await database.query(`GRANT ${privilege} ON ${table} TO ${role}`);
}

const RUN: SeenRun = { name: 'task', task: 'task', fence: 1n };
const BY = { by: 'ana' };
const facts = { ...RUN, trigger: 'call', replica: 'replica-a', startedAt: new Date() } as const;
const task = { name: 'task', minHold: 0, maxHold: 1, lease: 1 };
const flags = { isScheduled: false, isConditional: false, isDisabled: false, isKeyed: true, isPolled: true };
const limits = { runs: 1, runsOfKeyed: 1, atLeast: 1, maxAge: 1 };

const CALLS: Record<keyof OperatorStore, () => Promise<unknown>> = {
  prepare: () => operator.prepare(),
  now: () => operator.now(),
  strangerTo: () => operator.strangerTo(['task']),
  declare: () => operator.declare({ tasks: [{ ...task, ...flags }], replica: 'replica-a', version: '1' }),
  tasks: () => operator.tasks(['task']),
  names: () => operator.names(),
  lock: () => operator.lock('task'),
  runs: () => operator.runs({ task: 'task', limit: 1 }),
  recentRuns: () => operator.recentRuns(['task'], 1),
  ledger: () => operator.ledger({ task: 'task', from: new Date(), to: new Date() }),
  actions: () => operator.actions(undefined, 1),
  action: () => operator.action('1'),
  recordDied: () => operator.recordDied([facts]),
  prune: () => operator.prune(limits),
  pause: () => operator.pause('task', undefined, BY),
  resume: () => operator.resume('task', BY),
  cancel: () => operator.cancel(RUN, BY),
  release: () => operator.release(RUN, { ...BY, force: true, now: true }),
  forget: () => operator.forget('task', BY),
  addTrigger: () => operator.addTrigger({ task: 'task', ...BY, evenIfPaused: false, expiresIn: 1_000 }),
  takeTriggers: () => operator.takeTriggers([{ task: 'task', startsWithin: 60_000 }], 'replica-a'),
  startTrigger: () => operator.startTrigger('1', 1n),
  answerTrigger: () => operator.answerTrigger('1', { answer: 'succeeded' }),
};

const METHODS = Object.keys(CALLS) as (keyof OperatorStore)[];

describe('a role with what a method needs', () => {
  test.each(METHODS)('can use %s, and with less cannot', async (method) => {
    const needed = METHOD_PRIVILEGES[method];
    await grant(needed);
    await CALLS[method]();
    const superfluous: string[] = [];
    for (const [table, privilege] of pairsOf(needed)) {
      await database.query(`REVOKE ${privilege} ON ${table} FROM ${role}`);
      await emptyAll(database);
      const works = await CALLS[method]().then(
        () => true,
        (error: Error) => !error.message.includes('permission denied'),
      );
      if (works) superfluous.push(`${privilege} ON ${table}`);
      await database.query(`GRANT ${privilege} ON ${table} TO ${role}`);
    }
    expect(superfluous).toEqual([]);
  });
});

const READS = ['tasks', 'names', 'lock', 'runs', 'recentRuns', 'ledger', 'actions', 'action'] as const;

test('a role that may only read sees everything, and changes nothing', async () => {
  await grant(READER_PRIVILEGES);
  expect(new Set(Object.values(READER_PRIVILEGES).flat())).toEqual(new Set(['SELECT']));
  for (const method of READS) await CALLS[method]();
  for (const method of ['pause', 'resume', 'cancel', 'release', 'forget', 'addTrigger'] as const)
    await expect(CALLS[method]()).rejects.toThrow('permission denied');
});

test('an operator sees and steers', async () => {
  await grant(OPERATOR_PRIVILEGES);
  const methods = [...READS, 'pause', 'resume', 'cancel', 'release', 'forget', 'addTrigger'] as const;
  for (const method of methods) await CALLS[method]();
});

test('an application can claim, record and take triggers, and is told what it lacks', async () => {
  expect(await operator.prepare()).toContain(
    `the role ${role} lacks SELECT, INSERT, UPDATE, DELETE on the table of runs public.task_lock_run: run ` +
      `\`GRANT SELECT, INSERT, UPDATE, DELETE ON public.task_lock_run TO ${role}\``,
  );
  await grant(APPLICATION_PRIVILEGES);
  expect(await operator.prepare()).toBeUndefined();
  const store = new PostgresLockStore(() => limited, { table: 'task_lock' });
  await store.prepare(['task']);
  await store.requests.prepare(['task']);
  const methods = [
    'declare',
    'recordDied',
    'prune',
    'takeTriggers',
    'startTrigger',
    'answerTrigger',
  ] as const;
  for (const method of [...READS, ...methods]) await CALLS[method]();
});
