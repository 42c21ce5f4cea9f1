import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type pg from 'pg';
import type { DataSource } from 'typeorm';
import { TaskLockService } from '../../src/index.js';
import type { TaskLockModuleOptions } from '../../src/index.js';
import { PostgresLockStore } from '../../src/store/postgres/postgres-lock-store.js';
import { closeApplicationsAfterEach, startApplication } from '../support/application.js';
import { aClaim, aRelease } from '../support/claims.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import { recordingLog } from '../support/locks.js';
import { queriesDuring } from '../support/observe-queries.js';

let database: TestDatabase;
let dataSource: DataSource;

beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.query('TRUNCATE task_lock');
  dataSource = await database.connect({ extra: { max: 1 } });
});
closeApplicationsAfterEach();

async function serviceWith(options: TaskLockModuleOptions = {}): Promise<TaskLockService> {
  const application = await startApplication({ options: { store: undefined, dataSource, ...options } });
  return application.get(TaskLockService);
}

/** In a pool: each has plans of its own. */
const CONNECTIONS = 4;

const names = Array.from({ length: 300 }, (_, index) => `task ${index}`);

/** All of them in one turn of the event loop, as the tasks of one second. */
const runAll = (service: TaskLockService) =>
  Promise.all(names.map((name) => service.run({ name, minHold: 0 }, () => name)));

describe('the tasks of one turn of the event loop', () => {
  test('cost one claim and one release, and each runs', async () => {
    // On a slow machine nothing may be sent a second time.
    const service = await serviceWith({ claimTimeout: '20s' });
    await runAll(service);
    const sent = await queriesDuring(async () =>
      expect(await runAll(service)).toEqual(names.map((value) => ({ status: 'executed', value }))),
    );
    // What is declared in the background has no name.
    const named = sent.filter(({ name }) => name !== undefined);
    expect(named.map(({ name }) => name?.replace(/-[0-9a-f]+$/, ''))).toEqual([
      'task-lock-claim-call-many',
      'task-lock-release-many',
    ]);
  });

  test('run once each where four replicas ask for them at once, in orders of their own', async () => {
    const scheduledTime = new Date(Math.floor(Date.now() / 1_000) * 1_000);
    const replicas = await Promise.all(
      Array.from({ length: 4 }, async () => serviceWith({ dataSource: await database.connect() })),
    );
    const runs: string[] = [];
    const results = await Promise.all(
      replicas.flatMap((service, replica) =>
        rotated(names, replica * 70).map((name) =>
          service.run({ name, interval: '1m', scheduledTime }, () => void runs.push(name)),
        ),
      ),
    );
    expect([...runs].sort()).toEqual([...names].sort());
    const skips = results.map((result) => (result.status === 'skipped' ? result.reason : 'executed'));
    expect(skips.filter((skip) => !['executed', 'held', 'done'].includes(skip))).toEqual([]);
  });
});

test('a release that need not be durable is durable in a batch with one that must be', async () => {
  const store = new PostgresLockStore(() => dataSource, { table: 'task_lock' });
  const [durable, cheap] = [aClaim({ name: 'durable' }), aClaim({ name: 'cheap' })];
  await store.claim([durable, cheap]);
  const sent = await queriesDuring(() =>
    store.release([aRelease(durable, { durable: true }), aRelease(cheap)]),
  );
  expect(sent.map(({ values }) => values?.at(-1))).toEqual([[true, true]]);
});

describe('in one turn with a task that has no row yet', () => {
  test('a run still knows the one before it that died', async () => {
    const service = await serviceWith();
    await database.query(
      `INSERT INTO task_lock (name, locked_until, finished_at, fence, token, locked_by)
       VALUES ('followed', now() - interval '1 minute', NULL, 7, gen_random_uuid(), 'the dead one')`,
    );
    const previous: unknown[] = [];
    await Promise.all([
      service.run({ name: 'followed' }, (run) => void previous.push(run.previous?.replica)),
      service.run({ name: 'new' }, () => {}),
    ]);
    expect(previous).toEqual(['the dead one']);
  });

  test('a win is told where no connection is left to make the row of the other', async () => {
    const store = new PostgresLockStore(() => dataSource, { table: 'task_lock' });
    await store.prepare(['known']);
    const first = dataSource.createQueryRunner('master');
    const runners = jest.spyOn(dataSource, 'createQueryRunner').mockImplementation(() => {
      throw new Error('no connection');
    });
    runners.mockImplementationOnce(() => first);
    const answers = await store.claim([aClaim({ name: 'known' }), aClaim({ name: 'new' })]);
    runners.mockRestore();
    expect(answers).toMatchObject([{ status: 'won' }, { status: 'busy' }]);
  });

  test('a conflict of the whole batch is asked again at once', async () => {
    const store = new PostgresLockStore(() => dataSource, { table: 'task_lock', preparedStatements: false });
    await store.prepare(['one', 'other']);
    const first = dataSource.createQueryRunner('master');
    const client = (await first.connect()) as pg.Client;
    const sending = jest.spyOn(client, 'query') as jest.SpiedFunction<() => Promise<unknown>>;
    sending.mockRejectedValueOnce(Object.assign(new Error('conflict'), { code: '40001' }));
    const runners = jest.spyOn(dataSource, 'createQueryRunner').mockImplementationOnce(() => first);
    const answers = await store.claim([aClaim({ name: 'one' }), aClaim({ name: 'other' })]);
    runners.mockRestore();
    expect(sending).toHaveBeenCalledTimes(2);
    sending.mockRestore();
    expect(answers).toMatchObject([{ status: 'won' }, { status: 'won' }]);
  });

  test('a run begins where the row of the other cannot be made', async () => {
    const service = await serviceWith();
    await service.run({ name: 'known', minHold: 0 }, () => {});
    await database.query('ALTER TABLE task_lock ADD CONSTRAINT closed CHECK (fence > 0)');
    try {
      const [known, other] = await Promise.all([
        service.run({ name: 'known', minHold: 0 }, () => 'ran'),
        service.run({ name: 'new' }, () => 'ran'),
      ]);
      expect(known).toEqual({ status: 'executed', value: 'ran' });
      expect(other).toEqual({ status: 'skipped', reason: 'unavailable' });
    } finally {
      await database.query('ALTER TABLE task_lock DROP CONSTRAINT closed');
    }
  });
});

describe('statements', () => {
  const prepared = async (): Promise<string[]> => {
    const rows = await dataSource.query<{ name: string }[]>('SELECT name FROM pg_prepared_statements');
    return rows.map(({ name }) => name.replace(/-[0-9a-f]+$/, '')).sort();
  };
  const run = (service: TaskLockService) => service.run({ name: 'task', minHold: 0 }, () => 'done');

  test('are planned once a connection', async () => {
    const service = await serviceWith();
    for (let runs = 0; runs < 3; runs++) await run(service);
    expect(await prepared()).toEqual(['task-lock-claim-call-one', 'task-lock-release-one']);
  });

  test('are not prepared where the options forbid it', async () => {
    const service = await serviceWith({ preparedStatements: false });
    expect(await run(service)).toEqual({ status: 'executed', value: 'done' });
    expect(await prepared()).toEqual([]);
  });

  test('are prepared anew when a pooler has lost one, and no run is lost to it', async () => {
    const service = await serviceWith();
    await run(service);
    await dataSource.query('DEALLOCATE ALL');
    for (let runs = 0; runs < 2; runs++)
      expect(await run(service)).toEqual({ status: 'executed', value: 'done' });
    expect((await prepared()).length).toBeGreaterThan(0);
  });

  test('are planned anew when the type of a column changes, on every connection, and no claim is skipped', async () => {
    const wide = await database.connect({ extra: { max: CONNECTIONS } });
    const log = recordingLog();
    const store = new PostgresLockStore(() => wide, { table: 'task_lock' }, undefined, log);
    await store.prepare(names);
    const altered = async (statement: string): Promise<void> => {
      await database.query(`ALTER TABLE task_lock ${statement}`);
      await onEveryConnection(store);
    };
    await onEveryConnection(store);
    try {
      await altered('ADD COLUMN note text');
      await altered('ALTER COLUMN locked_by TYPE varchar(200)');
      await altered('ALTER COLUMN fence TYPE numeric');
      const sent = await queriesDuring(() => onEveryConnection(store));
      expect(sent.filter(({ name }) => name === undefined)).toEqual([]);
      expect(log.lines.warn).toEqual([]);
    } finally {
      await database.query(
        'ALTER TABLE task_lock DROP COLUMN note, ALTER COLUMN locked_by TYPE text, ALTER COLUMN fence TYPE bigint',
      );
    }
  });

  /** Sends each kind of statement, for one name and for several, on all connections of the pool at once. */
  async function onEveryConnection(store: PostgresLockStore): Promise<void> {
    const share = (nth: number) =>
      names.slice(2 * nth, 2 * nth + 2).map((name) => aClaim({ name, tick: { kind: 'call' }, minHold: 0 }));
    for (const size of [1, 2]) {
      const claims = Array.from({ length: CONNECTIONS }, (_, nth) => share(nth).slice(0, size));
      const answers = await Promise.all(claims.map((each) => store.claim(each)));
      expect(answers.flat().map(({ status }) => status)).toEqual(answers.flat().map(() => 'won'));
      const renewed = await Promise.all(
        claims.map((each) =>
          store.renew(each.map(({ name, token }) => ({ name, token, lease: 60_000, maxHold: 300_000 }))),
        ),
      );
      expect(new Set(renewed.flat().map(({ status }) => status))).toEqual(new Set(['renewed']));
      const released = await Promise.all(
        claims.map((each) => store.release(each.map((claim) => aRelease(claim)))),
      );
      expect(new Set(released.flat().map(({ status }) => status))).toEqual(new Set(['released']));
    }
  }

  test('carry a digest of their text in their names: another version cannot be run by mistake', async () => {
    const service = await serviceWith();
    await run(service);
    const sent = await queriesDuring(() => run(service));
    expect(sent.map(({ name }) => name)).toEqual(
      sent.map(() => expect.stringMatching(/^task-lock-(claim-call|release)-one-[0-9a-f]{16}$/)),
    );
  });
});

function rotated<T>(items: readonly T[], by: number): T[] {
  return [...items.slice(by), ...items.slice(0, by)];
}
