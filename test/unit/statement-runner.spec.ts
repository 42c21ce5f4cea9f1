import { describe, expect, jest, test } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { LockStoreUnavailableError } from '../../src/common/store-unavailable.error.js';
import { PostgresLockStore } from '../../src/store/postgres/postgres-lock-store.js';
import { StatementRunner } from '../../src/store/postgres/statement-runner.js';
import { aClaim } from '../support/claims.js';
import { FakeClock, settled } from '../support/fake-clock.js';
import { Later } from '../support/scripted-store.js';
import { recordingLog } from '../support/locks.js';

interface Sent {
  name?: string;
  text: string;
}

const withCode = (code: string, message = 'no'): Error => Object.assign(new Error(message), { code });

/** A data source whose connection answers one row as told, or none, or that cannot be connected to. */
function sourceOf(
  answer: (sent: Sent) => unknown,
  connect: () => Promise<void> = async () => {},
): DataSource {
  const connection = {
    query: async (sent: Sent) => {
      const row = await answer(sent);
      return { rows: row === undefined ? [] : [row] };
    },
  };
  const runner = {
    connect: async () => {
      await connect();
      return connection;
    },
    release: async () => {},
  };
  return { createQueryRunner: () => runner } as unknown as DataSource;
}

function runnerOn(source: () => DataSource, prepares = true) {
  const log = recordingLog();
  return { log, runner: new StatementRunner(source, new FakeClock(), 10_000, prepares, log) };
}

const statement = { name: 'task-lock-claim', text: 'SELECT 1' };

async function errorOf(query: Promise<unknown>): Promise<unknown> {
  return query.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('what failed before the statement was sent', () => {
  test.each([
    ['a password that was rotated', withCode('28P01')],
    ['a refusal of pg_hba.conf', withCode('28000')],
    ['too many connections', withCode('53300')],
    ['a server that starts up', withCode('57P03')],
    ['a database that is gone', withCode('3D000')],
    ['a code that means a refusal after the sending', withCode('23514')],
    ['a server without TLS', new Error('The server does not support SSL connections')],
    ['a certificate that has expired', withCode('CERT_HAS_EXPIRED')],
    ['a pool that has ended', new Error('Cannot use a pool after calling end on the pool')],
    ['a data source that is not initialised', new Error('Driver not Connected')],
    ['an error that nobody knows yet', new Error('whatever')],
    ['something that is no error', 'whatever'],
  ])('can be repeated, and was not sent: %s', async (_, thrown) => {
    const connect = jest.fn<() => Promise<void>>().mockRejectedValue(thrown);
    const source = sourceOf(() => 'unused', connect);
    const error = await errorOf(runnerOn(() => source).runner.query(statement));
    expect(error).toBeInstanceOf(LockStoreUnavailableError);
    expect(error).toMatchObject({ sent: false, cause: thrown });
  });

  test.each<[string, () => DataSource]>([
    [
      'that is not there yet',
      () => {
        throw new Error('no data source yet');
      },
    ],
    ['that is undefined yet', () => undefined as unknown as DataSource],
  ])('can be repeated, and was not sent: a data source %s', async (_, source) => {
    const error = await errorOf(runnerOn(source).runner.query(statement));
    expect(error).toBeInstanceOf(LockStoreUnavailableError);
    expect(error).toMatchObject({ sent: false });
  });
});

test('a store whose data source is not there yet can be asked again: the schema of its table is that of the data source', async () => {
  const application: { dataSource?: DataSource } = {};
  const store = new PostgresLockStore(() => {
    if (!application.dataSource) throw new Error('no data source yet');
    return application.dataSource;
  });
  const error = await errorOf(store.claim([aClaim()]));
  expect(error).toBeInstanceOf(LockStoreUnavailableError);
  expect(error).toMatchObject({ message: 'no data source yet', sent: false });
  const texts: string[] = [];
  const source = sourceOf(({ text }) => void texts.push(text));
  application.dataSource = Object.assign(source, { options: { type: 'postgres', schema: 'jobs' } });
  await errorOf(store.claim([aClaim()]));
  expect(texts[0]).toContain('"jobs"."task_lock"');
});

describe('the row of a name that has none', () => {
  const WON = {
    name: 'task',
    won: 't',
    now: '1',
    fence: '1',
    started: '1',
    tick: '-Infinity',
    until: '61',
    previous_tick: null,
    resumed: null,
  };

  /** A database in which other replicas make rows at the same moment: so many inserts in a row are a conflict. */
  function claimAfter(conflicts: number): Promise<unknown> {
    let inserts = 0;
    const source = sourceOf(({ text }) => {
      if (!text.includes('INSERT INTO')) return inserts > 0 ? WON : undefined;
      if (++inserts <= conflicts) throw withCode('40001');
      return undefined;
    });
    Object.assign(source, { options: { type: 'postgres' } });
    const claim = new PostgresLockStore(() => source, {}, new FakeClock()).claim([aClaim()]);
    return claim.catch((error: unknown) => error);
  }

  test('is made in spite of nineteen conflicts, and the claim wins', async () =>
    expect(await claimAfter(19)).toMatchObject([{ status: 'won' }]));

  test('is given up after twenty, and nothing has happened', async () => {
    const error = await claimAfter(20);
    expect(error).toBeInstanceOf(LockStoreUnavailableError);
    expect(error).toMatchObject({ sent: false });
  });
});

describe('what failed after the statement was sent', () => {
  const failingWith = (thrown: unknown) =>
    errorOf(
      runnerOn(() =>
        sourceOf(() => {
          throw thrown;
        }),
      ).runner.query(statement),
    );

  test.each(['57P01', '40003', '08006', 'ECONNRESET', 'Q1234'])(
    'can be repeated, and may have had its effect: %s',
    async (code) => {
      const error = await failingWith(withCode(code));
      expect(error).toBeInstanceOf(LockStoreUnavailableError);
      expect(error).toMatchObject({ sent: true });
    },
  );

  test.each(['42P01', '42501', '25006', '40001'])(
    'can be repeated, and has had no effect: %s',
    async (code) => {
      const error = await failingWith(withCode(code));
      expect(error).toBeInstanceOf(LockStoreUnavailableError);
      expect(error).toMatchObject({ sent: false });
    },
  );

  test.each(['22021', '23514', 'P0001'])(
    'is thrown as it is where it is refused for good: %s',
    async (code) => expect(await failingWith(withCode(code))).not.toBeInstanceOf(LockStoreUnavailableError),
  );
});

test('what waits for a connection for too long gives up without having sent anything, and a connection that comes later goes back', async () => {
  const clock = new FakeClock();
  const connection = new Later<unknown>();
  const release = jest.fn(async () => {});
  const source = { createQueryRunner: () => ({ connect: () => connection.promise, release }) };
  const runner = new StatementRunner(() => source as unknown as DataSource, clock, 10_000, true);
  const error = errorOf(runner.query(statement));
  await clock.advance(10_000);
  expect(await error).toMatchObject({ message: 'no connection became free in time', sent: false });
  expect(release).not.toHaveBeenCalled();
  connection.resolve({});
  await settled();
  expect(release).toHaveBeenCalledTimes(1);
});

test('a data source that was replaced is the one that is asked', async () => {
  let current = sourceOf(() => 'old');
  const { runner } = runnerOn(() => current);
  await runner.query(statement);
  current = sourceOf(() => 'new');
  expect(await runner.query(statement)).toEqual(['new']);
});

describe('a prepared statement', () => {
  /** A pooler or a server at which some sends fail, by their names. */
  function preparing(fails: (sent: Sent, nth: number) => Error | undefined) {
    const sent: (string | undefined)[] = [];
    const source = sourceOf((each) => {
      sent.push(each.name);
      const error = fails(each, sent.length);
      if (error) throw error;
      return 'answer';
    });
    return { sent, ...runnerOn(() => source) };
  }

  test('whose plan is outdated is planned anew, and goes on with another name', async () => {
    const { runner, sent, log } = preparing(({ name }) =>
      name === 'task-lock-claim' ? withCode('0A000') : undefined,
    );
    for (let times = 0; times < 3; times++) expect(await runner.query(statement)).toEqual(['answer']);
    expect(sent).toEqual(['task-lock-claim', undefined, 'task-lock-claim-1', 'task-lock-claim-1']);
    expect(log.lines.warn).toEqual([]);
  });

  test('that the server cannot run under any name keeps its name', async () => {
    const { runner, sent } = preparing(() => withCode('0A000'));
    for (let times = 0; times < 2; times++)
      expect(await errorOf(runner.query(statement))).toBeInstanceOf(LockStoreUnavailableError);
    expect(sent).toEqual(['task-lock-claim', undefined, 'task-lock-claim', undefined]);
  });

  test('that is outdated on several connections at once is renamed once', async () => {
    const { runner, sent } = preparing(({ name }) =>
      name === 'task-lock-claim' ? withCode('0A000') : undefined,
    );
    await Promise.all([runner.query(statement), runner.query(statement)]);
    await runner.query(statement);
    expect(sent.at(-1)).toBe('task-lock-claim-1');
  });

  test.each(['26000', '42P05'])(
    'whose name a pooler has lost once goes on with another name: %s',
    async (code) => {
      const { runner, sent, log } = preparing(({ name }) =>
        name === 'task-lock-claim' ? withCode(code) : undefined,
      );
      for (let times = 0; times < 2; times++) expect(await runner.query(statement)).toEqual(['answer']);
      expect(sent).toEqual(['task-lock-claim', undefined, 'task-lock-claim-1']);
      expect(log.lines.warn).toEqual([]);
    },
  );

  test('whose name is lost again and again is sent without one, and one line says so', async () => {
    const { runner, sent, log } = preparing(({ name }) => (name ? withCode('26000') : undefined));
    for (let times = 0; times < 20; times++) expect(await runner.query(statement)).toEqual(['answer']);
    const named = sent.filter((name) => name !== undefined);
    expect(named).toHaveLength(5);
    expect(log.lines.warn).toEqual([expect.stringContaining('`preparedStatements: false`')]);
  });

  test('whose name is lost now and then keeps having one', async () => {
    const { runner, sent, log } = preparing((_, nth) => (nth % 30 === 0 ? withCode('26000') : undefined));
    for (let times = 0; times < 600; times++) await runner.query(statement);
    expect(sent.at(-1)).toBeDefined();
    expect(log.lines.warn).toEqual([]);
  });

  test('whose table changes often keeps having a name', async () => {
    const { runner, sent } = preparing(({ name }, nth) =>
      name !== undefined && nth % 3 === 0 ? withCode('0A000') : undefined,
    );
    for (let times = 0; times < 60; times++) await runner.query(statement);
    expect(sent.at(-1)).toMatch(/^task-lock-claim-\d+$/);
  });
});
