import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import type { DataSource, EntityManager } from 'typeorm';
import { TaskLock, TaskLockService } from '../../src/index.js';
import { PostgresLockStore } from '../../src/store/postgres/postgres-lock-store.js';
import { requestStatementsFor } from '../../src/store/postgres/requests.sql.js';
import { closeApplicationsAfterEach, fireTick, startApplication, YEARLY } from '../support/application.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import { Gate } from '../support/gate.js';
import { queriesDuring } from '../support/observe-queries.js';
import { until } from '../support/until.js';

jest.setTimeout(120_000);
closeApplicationsAfterEach();

let database: TestDatabase;
let dataSource: DataSource;
/** What each run read of the messages that it was asked to send. */
const sent: { id: number; found: boolean }[] = [];

beforeAll(async () => {
  database = await createDatabase();
  await database.query('CREATE TABLE message (id integer PRIMARY KEY)');
});
afterAll(() => database.drop());
beforeEach(async () => {
  sent.length = 0;
  await database.query('TRUNCATE task_lock, task_lock_request, message');
  dataSource = await database.connect({ extra: { max: 20 } });
});

@Injectable()
class Mailer {
  @Cron(YEARLY, { name: 'send' })
  @TaskLock('send', undefined, { attempts: 3 })
  async send(id?: number): Promise<void> {
    if (id === undefined) return;
    await this.deliver(id);
  }

  @TaskLock('send-each', undefined, { key: (id: number) => id, attempts: 3 })
  async sendEach(id: number): Promise<void> {
    await this.deliver(id);
  }

  private async deliver(id: number): Promise<void> {
    const rows = await database.query('SELECT FROM message WHERE id = $1', [id]);
    sent.push({ id, found: rows.length === 1 });
  }
}

async function start() {
  const application = await startApplication({
    providers: [Mailer],
    options: { store: undefined, dataSource, pollingInterval: '1h' },
  });
  return { application, service: application.get(TaskLockService) };
}

const waiting = async (): Promise<number> =>
  Number((await database.query<{ n: string }>('SELECT count(*) AS n FROM task_lock_request'))[0]!.n);

const insert = (manager: EntityManager, id: number): Promise<unknown> =>
  manager.query('INSERT INTO message VALUES ($1)', [id]);

describe('a request inside a transaction', () => {
  test('runs after the commit, and finds the row that it is about', async () => {
    const { service } = await start();
    const isWritten = new Gate();
    const mayCommit = new Gate();
    const transaction = dataSource.transaction(async (manager) => {
      await insert(manager, 1);
      await service.request<Mailer['send']>('send', { args: [1], manager });
      isWritten.open();
      await mayCommit.opened;
    });
    await isWritten.opened;
    // Another one overtakes it, which shows that requests are polled for meanwhile.
    await database.query('INSERT INTO message VALUES (2)');
    await service.request('send', { args: [2] });
    await until(() => sent.length === 1);
    expect(sent).toEqual([{ id: 2, found: true }]);
    mayCommit.open();
    await transaction;
    await until(async () => (await waiting()) === 0);
    expect(sent.slice(1)).toEqual([{ id: 1, found: true }]);
  });

  test('runs after the commit of the outermost, where it is published in a nested one', async () => {
    const { service } = await start();
    await dataSource.transaction(async (outer) => {
      await outer.transaction(async (manager) => {
        await insert(manager, 1);
        await service.request<Mailer['send']>('send', { args: [1], manager });
      });
      await outer.query('SELECT pg_sleep(0.2)');
    });
    await until(async () => (await waiting()) === 0);
    expect(sent).toEqual([{ id: 1, found: true }]);
  });

  test('is gone with its rollback', async () => {
    const { service } = await start();
    const rolledBack = dataSource.transaction(async (manager) => {
      await service.request('send', { args: [1], manager });
      throw new Error('no');
    });
    await expect(rolledBack).rejects.toThrow('no');
    await database.query('INSERT INTO message VALUES (2)');
    await service.request('send', { args: [2] });
    await until(async () => (await waiting()) === 0);
    expect(sent).toEqual([{ id: 2, found: true }]);
  });

  test('waits for no other one: two that ask for A, B and B, A both commit, and so do 200 at once', async () => {
    const { service } = await start();
    const ask = (manager: EntityManager, id: number) =>
      service.request<Mailer['sendEach']>('send-each', { args: [id], manager });
    const [first, second] = [new Gate(), new Gate()];
    await Promise.all([
      dataSource.transaction(async (manager) => {
        await ask(manager, 1);
        first.open();
        await second.opened;
        await ask(manager, 2);
      }),
      dataSource.transaction(async (manager) => {
        await ask(manager, 2);
        second.open();
        await first.opened;
        await ask(manager, 1);
      }),
    ]);
    await Promise.all(
      Array.from({ length: 200 }, () => dataSource.transaction((manager) => ask(manager, 3))),
    );
    await until(async () => (await waiting()) === 0);
    expect(new Set(sent.map(({ id }) => id))).toEqual(new Set([1, 2, 3]));
  });

  test('counts its delay from when it is asked, and not from the start of the transaction', async () => {
    const { service } = await start();
    await dataSource.transaction(async (manager) => {
      await manager.query('SELECT pg_sleep(0.5)');
      await service.request('send', { delay: '1h', manager });
      const [row] = await manager.query<[{ since_start: number; delay: number }]>(
        `SELECT extract(epoch FROM requested_at - now())::float8 AS since_start,
                extract(epoch FROM due_at - requested_at)::float8 AS delay FROM task_lock_request`,
      );
      expect(row.since_start).toBeGreaterThanOrEqual(0.5);
      expect(row.delay).toBe(3_600);
    });
  });

  test('that is open does not hold up the schedule of its task', async () => {
    const { application, service } = await start();
    await dataSource.transaction(async (manager) => {
      await service.request('send', { args: [1], manager });
      await fireTick(application, 'send');
      const [row] = await database.query<{ last_tick: Date }>(
        `SELECT last_tick FROM task_lock WHERE name = 'send'`,
      );
      expect(row?.last_tick).toBeInstanceOf(Date);
    });
  });

  test('leaves the transaction as it was where it is refused', async () => {
    const { service } = await start();
    await dataSource.transaction(async (manager) => {
      await insert(manager, 1);
      await expect(service.request('send', { args: [new Date()], manager })).rejects.toThrow('not JSON');
    });
    expect(await database.query('SELECT id FROM message')).toEqual([{ id: 1 }]);
    expect(await waiting()).toBe(0);
  });
});

test('a request that somebody has locked by hand waits for a later run, and keeps no other one waiting', async () => {
  const { service } = await start();
  await service.request('send', { args: [1], delay: '1h' });
  // Nobody polls for it: the replica that published it expects it in an hour.
  await database.query('UPDATE task_lock_request SET due_at = now(), latest_at = now()');
  await dataSource.transaction(async (manager) => {
    await manager.query('SELECT FROM task_lock_request FOR UPDATE');
    await service.request('send', { args: [2] });
    await until(async () => sent.length === 1 && (await waiting()) === 1);
    expect(await database.query('SELECT args, attempts FROM task_lock_request')).toEqual([
      { args: [1], attempts: 0 },
    ]);
  });
  await service.request('send', { args: [3] });
  await until(async () => (await waiting()) === 0);
  expect(sent[0]).toMatchObject({ id: 2 });
  expect(sent.at(-1)).toMatchObject({ id: 3 });
});

test('requests that nobody awaits in between keep their order: the last one is the newest', async () => {
  const { service } = await start();
  const asked = Array.from({ length: 20 }, (_, nth) => service.request('send', { args: [nth], delay: 200 }));
  await Promise.all(asked);
  await until(async () => (await waiting()) === 0);
  expect(sent.at(-1)?.id).toBe(19);
});

test('without a connection left, a request gives up in time and is not sent later', async () => {
  dataSource = await database.connect({ extra: { max: 2 } });
  const application = await startApplication({
    providers: [Mailer],
    options: { store: undefined, dataSource, claimTimeout: 300, pollingInterval: '1h' },
  });
  const service = application.get(TaskLockService);
  const connected = [new Gate(), new Gate()];
  const refused = [new Gate(), new Gate()];
  const all = (gates: Gate[]) => Promise.all(gates.map(({ opened }) => opened));
  const inside = (nth: 0 | 1) =>
    dataSource.transaction(async (manager) => {
      await manager.query('SELECT 1');
      connected[nth]!.open();
      await all(connected);
      const request = service.request<Mailer['sendEach']>('send-each', { args: [nth] });
      await expect(request).rejects.toThrow('the database did not answer');
      refused[nth]!.open();
      // The end of one would give its connection to the other.
      await all(refused);
    });
  await Promise.all([inside(0), inside(1)]);
  // Behind whatever else still waits for a connection.
  await Promise.all([dataSource.query('SELECT 1'), dataSource.query('SELECT 1')]);
  expect(await waiting()).toBe(0);
});

test('20,000 requests in one turn take few inserts, and the newest is the last', async () => {
  const { service } = await start();
  const asked = Array.from({ length: 20_000 }, (_, nth) =>
    service.request('send', { args: [nth], delay: '1h' }),
  );
  await Promise.all(asked);
  const [row] = await database.query<{ inserts: string; newest: unknown }>(
    `SELECT count(DISTINCT requested_at) AS inserts, (array_agg(args::text ORDER BY id DESC))[1] AS newest
     FROM task_lock_request`,
  );
  expect(Number(row?.inserts)).toBeLessThanOrEqual(21);
  expect(row?.newest).toBe('[19999]');
});

test('10,000 requests are one run', async () => {
  const { service } = await start();
  await database.query(
    `INSERT INTO task_lock_request (name, task, args, due_at, latest_at)
     SELECT 'send', 'send', json_build_array(nth), clock_timestamp(), clock_timestamp() FROM generate_series(1, 10000) AS nth`,
  );
  await service.request('send', { args: [10_001] });
  await until(async () => (await waiting()) === 0);
  expect(sent).toHaveLength(1);
});

test('what is sent for each request is planned once a connection, and keeps the order of one insert', async () => {
  const store = new PostgresLockStore(() => dataSource);
  const asked = (nth: number) => ({ name: 'send', task: 'send', args: `[${nth}]`, delay: 0 });
  const token = randomUUID();
  const sentNames = async (): Promise<string[]> => {
    const queries = await queriesDuring(async () => {
      await store.requests.add([asked(1)]);
      await store.requests.add([asked(2), asked(3)]);
      await store.requests.pickUp({ name: 'send', token, attempts: 1 });
      await store.requests.settle({ name: 'send', token, attempts: 1, outcome: 'succeeded' });
    });
    return queries.map(({ name = 'none' }) => name.replace(/-[0-9a-f]{16}$/, ''));
  };
  expect(await sentNames()).toEqual([
    'task-lock-request-add-durably-one',
    'task-lock-request-add-durably-many',
    'task-lock-request-pick-up',
    'task-lock-request-remove',
  ]);
  const rows = await database.query('SELECT args::text FROM task_lock_request ORDER BY id');
  expect(rows).toEqual([{ args: '[1]' }, { args: '[2]' }, { args: '[3]' }]);
});

test('a request of its own outlives a crash also where a role commits asynchronously; one in a transaction leaves that as it is', async () => {
  const { add, addDurably } = requestStatementsFor('task_lock_request', 'task_lock', 'task_lock_control');
  const commits = ({ one }: { one: { text: string } }) =>
    dataSource.transaction(async (manager) => {
      await manager.query('SET LOCAL synchronous_commit = off');
      await manager.query(one.text, ['a', 'a', null, '[]', 0, 0, 0]);
      return (await manager.query<unknown[]>('SHOW synchronous_commit'))[0];
    });
  expect(await commits(addDurably)).toEqual({ synchronous_commit: 'on' });
  expect(await commits(add)).toEqual({ synchronous_commit: 'off' });
});
