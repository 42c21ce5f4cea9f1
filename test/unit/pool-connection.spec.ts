import { EventEmitter } from 'node:events';
import { describe, expect, jest, test } from '@jest/globals';
import { DataSource } from 'typeorm';
import { takeConnection } from '../../src/store/postgres/pool-connection.js';

class Client extends EventEmitter {
  query = jest.fn(async () => ({ rows: ['of the client'] }));
}

/** A data source whose driver hands out a client, as TypeORM's for Postgres does. */
function postgres(client: unknown, release: (broken?: Error) => void = () => {}) {
  const source = new DataSource({ type: 'postgres' });
  jest
    .spyOn(source.driver as unknown as Driver, 'obtainMasterConnection')
    .mockResolvedValue([client, release]);
  return source;
}

interface Driver {
  obtainMasterConnection(): Promise<[unknown, unknown]>;
}

describe('a connection of the Postgres driver', () => {
  test('is taken from the pool of its primary, without a query runner', async () => {
    const client = new Client();
    const source = postgres(client);
    const runners = jest.spyOn(DataSource.prototype, 'createQueryRunner');
    try {
      expect((await takeConnection(source)).client).toBe(client);
      expect(runners).not.toHaveBeenCalled();
    } finally {
      runners.mockRestore();
    }
  });

  test('goes back to the pool, with nobody left who listens to its errors', async () => {
    const client = new Client();
    const release = jest.fn();
    const connection = await takeConnection(postgres(client, release));
    await connection.release();
    expect(release.mock.calls).toEqual([[undefined]]);
    expect(client.listenerCount('error')).toBe(0);
  });

  test('that breaks while it is taken ends no process, and leaves the pool', async () => {
    const client = new Client();
    const release = jest.fn();
    const connection = await takeConnection(postgres(client, release));
    const broken = new Error('ECONNRESET');
    client.emit('error', broken);
    await connection.release();
    expect(release.mock.calls).toEqual([[broken]]);
  });
});

describe('a query runner hands out the connection', () => {
  const runnerOf = (connected: unknown) => ({
    connect: jest.fn(async () => connected),
    query: jest.fn(async () => ['of the runner']),
    release: jest.fn(async () => {}),
  });

  test('where somebody has replaced createQueryRunner, to see each statement', async () => {
    const client = new Client();
    const source = postgres(new Client());
    const runner = runnerOf(client);
    const createQueryRunner = jest.fn(() => runner);
    Object.assign(source, { createQueryRunner });
    const connection = await takeConnection(source);
    expect(connection.client).toBe(client);
    expect(createQueryRunner.mock.calls).toEqual([['master']]);
    await connection.release();
    expect(runner.release).toHaveBeenCalledTimes(1);
  });

  test.each([
    ['of another driver', { type: 'aurora-postgres' }, { obtainMasterConnection: () => undefined }],
    ['of a driver that offers none', { type: 'postgres' }, {}],
    ['of a mock without a driver', undefined, undefined],
  ])('%s', async (_, options, driver) => {
    const client = new Client();
    const source = { options, driver, __proto__: { createQueryRunner: () => runnerOf(client) } };
    const connection = await takeConnection(source as unknown as DataSource);
    expect(connection.client).toBe(client);
  });

  test('and sends statements itself where its connection cannot', async () => {
    const runner = runnerOf(undefined);
    const source = { createQueryRunner: () => runner } as unknown as DataSource;
    const { client } = await takeConnection(source);
    expect(await client.query({ text: 'SELECT $1', values: [1] })).toEqual({ rows: ['of the runner'] });
    expect(runner.query.mock.calls).toEqual([['SELECT $1', [1]]]);
  });

  test('and one that has been released already hides no error of the statement', async () => {
    const runner = { ...runnerOf(new Client()), release: () => Promise.reject(new Error('released')) };
    const source = { createQueryRunner: () => runner } as unknown as DataSource;
    const connection = await takeConnection(source);
    await expect(connection.release()).resolves.toBeUndefined();
  });
});
