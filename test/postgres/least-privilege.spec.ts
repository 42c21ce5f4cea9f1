import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { TaskLock, TaskLockOperator, TaskLockService } from '../../src/index.js';
import {
  APPLICATION_PRIVILEGES,
  OPERATOR_PRIVILEGES,
  READER_PRIVILEGES,
} from '../../src/store/postgres/operator-access.js';
import { OPERATING_TABLES } from '../../src/store/postgres/operator-tables.js';
import { PostgresLockStore } from '../../src/store/postgres/postgres-lock-store.js';
import { CapturedLog } from '../support/captured-log.js';
import { closeApplications, fireTick, startApplication, YEARLY } from '../support/application.js';
import { runAgainst } from '../support/cli.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import { emptyAll } from '../support/operator-tables.js';
import { until } from '../support/until.js';

const PAGE = readFileSync('docs/operations/least-privilege.md', 'utf8');
/** The roles as the page names them. */
const ROLES = {
  app: APPLICATION_PRIVILEGES,
  task_operator: OPERATOR_PRIVILEGES,
  task_reader: READER_PRIVILEGES,
} as const;
type Role = keyof typeof ROLES;
const BLOCKS = [...PAGE.matchAll(/```sql\n(?<sql>[^`]+)```/g)].map(({ groups }) => groups?.['sql'] ?? '');

let database: TestDatabase;

/** Roles are those of the whole server, so those of this suite have names of their own. */
const ownNameOf = (role: Role): string => `${new URL(database.url).pathname.slice(1)}_${role}`;

function urlOf(role: Role): string {
  const url = new URL(database.url);
  [url.username, url.password] = [ownNameOf(role), 'secret'];
  return url.href;
}

beforeAll(async () => {
  database = await createDatabase();
  await database.query('REVOKE ALL ON SCHEMA public FROM PUBLIC');
  for (const role of Object.keys(ROLES) as Role[]) {
    await database.query(`CREATE ROLE ${ownNameOf(role)} LOGIN PASSWORD 'secret'`);
    const sql = BLOCKS.filter((block) => block.includes(`TO ${role};`)).join('\n');
    await database.query(sql.replaceAll(`TO ${role};`, `TO ${ownNameOf(role)};`));
  }
});
afterAll(async () => {
  for (const role of Object.keys(ROLES) as Role[]) {
    await database.query(`DROP OWNED BY ${ownNameOf(role)}`);
    await database.query(`DROP ROLE ${ownNameOf(role)}`);
  }
  await database.drop();
});
beforeEach(() => emptyAll(database));

test.each(Object.keys(ROLES) as Role[])(
  'the page grants %s what its statements need, and no more',
  (role) => {
    const granted = BLOCKS.join('').matchAll(/GRANT (?<what>[A-Z, ]+) ON (?<table>\w+) TO (?<to>\w+);/g);
    const ofRole = [...granted].flatMap(({ groups }) => (groups?.['to'] === role ? [groups] : []));
    const expected = (['lock', 'request', ...OPERATING_TABLES] as const).map((table) => ({
      to: role,
      table: table === 'lock' ? 'task_lock' : `task_lock_${table}`,
      what: ROLES[role][table].join(', '),
    }));
    expect(ofRole.map((each) => ({ ...each }))).toEqual(expected);
  },
);

@Injectable()
class Jobs {
  @Cron(YEARLY, { name: 'report', timeZone: 'UTC' })
  @TaskLock('report')
  async report(): Promise<void> {}

  @TaskLock('export', undefined, { key: (id: number) => id, attempts: 2 })
  async export(id: number): Promise<number> {
    return id;
  }
}

test('the role of the application declares, runs, records, and takes triggers, without a complaint', async () => {
  const logger = new CapturedLog();
  const dataSource = await database.connect({ url: urlOf('app') });
  const application = await startApplication({
    providers: [Jobs],
    logger,
    options: { store: undefined, dataSource, operatorPolling: '1s', pollingInterval: '100ms' },
  });
  await until(async () => (await countOf(`task_lock_task WHERE name = 'report'`)) === 1);
  await fireTick(application, 'report');
  await application.get(Jobs).export(7);
  await application.get(TaskLockService).request('export', { args: [8] });
  const outside = await database.connect();
  const operator = new TaskLockOperator(new PostgresLockStore(() => outside).operator);
  const { id } = await operator.trigger('report', { by: 'ana' });
  await until(async () => (await operator.triggered(id)).status === 'executed');
  await until(async () => (await countOf(`task_lock_run WHERE task = 'export'`)) === 2);
  expect(await operator.runs('report')).toMatchObject([
    { trigger: 'operator', outcome: 'succeeded' },
    { trigger: 'tick', outcome: 'succeeded' },
  ]);
  await closeApplications();
  expect([...logger.errors, ...logger.warnings]).toEqual([]);
});

async function countOf(rows: string): Promise<number> {
  const [row] = await database.query<{ count: string }>(`SELECT count(*) FROM ${rows}`);
  return Number(row?.count);
}

/** A task that is declared, one whose run is in progress, one whose run has died, and one that no code declares. */
async function writeTasks(): Promise<void> {
  await database.query(
    `INSERT INTO task_lock_task (application, name, digest, names, declared_by, version, schedule, interval_ms)
     SELECT '', name, nth::text, CASE name WHEN '*' THEN ARRAY[['report', '1'], ['running', '2'], ['dead', '3']] END, 'replica-a', '1',
            CASE name WHEN 'report' THEN '0 3 * * *' END, CASE name WHEN 'report' THEN 86400000 END
     FROM unnest(ARRAY['report', 'running', 'dead', 'gone', '*']) WITH ORDINALITY AS task(name, nth)`,
  );
  await database.query(
    `INSERT INTO task_lock (name, locked_until, started_at, finished_at, fence, token, locked_by, outcome) VALUES
     ('running', now() + interval '1 hour', now(), NULL, 42, gen_random_uuid(), 'replica-a', 'call'),
     ('dead', now() - interval '1 hour', now() - interval '2 hours', NULL, 43, gen_random_uuid(), 'replica-b', 'call')`,
  );
}

const LOOKING: readonly (readonly string[])[] = [
  ['list'],
  ['describe', 'running'],
  ['explain', 'dead'],
  ['history', 'running'],
  ['ticks', 'report'],
  ['next', 'report'],
  ['alerts'],
  ['doctor'],
];
const STEERING: readonly (readonly string[])[] = [
  ['pause', 'report', '--reason', 'a test'],
  ['pause', '--all', '--reason', 'a test'],
  ['resume', 'report'],
  ['resume', '--all'],
  ['trigger', 'report', '--even-if-paused'],
  ['cancel', 'running', '--fence', '42', '--reason', 'a test'],
  ['release', 'running', '--fence', '42', '--force'],
  ['release', 'dead', '--fence', '43'],
  ['forget', 'gone'],
];

describe('on the command line', () => {
  beforeEach(writeTasks);

  test('the role of an operator does every verb', async () => {
    for (const argv of [...LOOKING, ...STEERING])
      expect({ argv, ...(await runAgainst(urlOf('task_operator'), ...argv)) }).toMatchObject({
        argv,
        code: 0,
        err: '',
      });
    expect(await countOf('task_lock_action')).toBe(STEERING.length);
  });

  test('the role of a reader sees everything', async () => {
    for (const argv of LOOKING)
      expect({ argv, ...(await runAgainst(urlOf('task_reader'), ...argv)) }).toMatchObject({
        argv,
        code: 0,
        err: '',
      });
  });

  test.each(STEERING)('the role of a reader cannot %s %s', async (...argv) => {
    await database.query(
      `INSERT INTO task_lock_control (name, paused_at, paused_until, paused_by)
       VALUES ('report', now(), 'infinity', 'ana'), ('*', now(), 'infinity', 'ana')`,
    );
    const before = await contents();
    const { code, err } = await runAgainst(urlOf('task_reader'), ...argv);
    expect(code).toBe(1);
    expect(err).toMatch(/permission denied|lacks/);
    expect(await contents()).toEqual(before);
  });
});

async function contents(): Promise<unknown[]> {
  const tables = ['task_lock', 'task_lock_request', ...OPERATING_TABLES.map((each) => `task_lock_${each}`)];
  return Promise.all(tables.map((table) => database.query(`SELECT * FROM ${table}`)));
}
