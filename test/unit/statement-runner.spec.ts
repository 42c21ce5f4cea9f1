import { describe, expect, jest, test } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { LockStoreUnavailableError } from '../../src/common/store-unavailable.error.js';
import { StatementRunner } from '../../src/store/postgres/statement-runner.js';
import { FakeClock } from '../support/fake-clock.js';

interface Sent {
  name?: string;
  text: string;
}

const withCode = (code: string, message = 'no'): Error => Object.assign(new Error(message), { code });

/** A data source whose connection answers as told, or that cannot be connected to. */
function sourceOf(
  answer: (sent: Sent) => unknown,
  connect: () => Promise<void> = async () => {},
): DataSource {
  const connection = {
    query: async (sent: Sent) => ({ rows: [await answer(sent)] }),
  };
  const runner = {
    connect: async () => {
      await connect();
      return connection;
    },
    query: async (text: string) => [await answer({ text })],
    release: async () => {},
  };
  return { createQueryRunner: () => runner } as unknown as DataSource;
}

function runnerOn(source: () => DataSource, prepares = true) {
  return { runner: new StatementRunner(source, new FakeClock(), 10_000, prepares) };
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

test('a data source that was replaced is the one that is asked', async () => {
  let current = sourceOf(() => 'old');
  const { runner } = runnerOn(() => current);
  await runner.query(statement);
  current = sourceOf(() => 'new');
  expect(await runner.query(statement)).toEqual(['new']);
});
