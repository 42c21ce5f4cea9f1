import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { SystemLockClock } from '../../src/common/clock.js';
import { takeConnection } from '../../src/store/postgres/pool-connection.js';
import { PreparedQueries } from '../../src/store/postgres/prepared-query.js';
import { StatementRunner } from '../../src/store/postgres/statement-runner.js';
import { blockedStatement } from '../support/blocked-statement.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import { until } from '../support/until.js';

let database: TestDatabase;
let client: pg.Client;
let prepared: PreparedQueries;

beforeAll(async () => {
  database = await createDatabase({ migrated: false });
});
afterAll(() => database.drop());
beforeEach(async () => {
  client = await connected();
  prepared = new PreparedQueries();
});
afterEach(() => client.end());

async function connected(config: pg.ClientConfig & { pipeline?: boolean } = {}): Promise<pg.Client> {
  const made = new pg.Client({ connectionString: database.url, ...config });
  await made.connect();
  return made;
}

function send(text: string, values: unknown[] = [], name = 'a-name', by = client) {
  if (!prepared.takes(by)) throw new Error('it does not take prepared queries');
  return prepared.send(by, name, text, values);
}

/** How often the client's connection sent each message during `work`. */
async function messagesDuring(work: () => Promise<unknown>, by: unknown = client) {
  const { connection } = by as { connection: { parse(): void; describe(): void } };
  const parse = jest.spyOn(connection, 'parse');
  const describing = jest.spyOn(connection, 'describe');
  await work();
  const messages = { parse: parse.mock.calls.length, describe: describing.mock.calls.length };
  parse.mockRestore();
  describing.mockRestore();
  return messages;
}

describe('a prepared query', () => {
  test('is parsed and described once a connection', async () => {
    const twice = async () => {
      for (let times = 0; times < 2; times++)
        expect(await send('SELECT $1::int + 1 AS next, NULL AS nothing', [1])).toEqual([
          { next: '2', nothing: null },
        ]);
    };
    expect(await messagesDuring(twice)).toEqual({ parse: 1, describe: 1 });
    expect(await messagesDuring(twice)).toEqual({ parse: 0, describe: 0 });
  });

  test('is described anew on another connection, where its columns may be others', async () => {
    const other = await connected();
    await client.query('CREATE TEMP TABLE kept (a int); INSERT INTO kept VALUES (1)');
    await other.query('CREATE TEMP TABLE kept (b int); INSERT INTO kept VALUES (2)');
    expect(await send('TABLE kept')).toEqual([{ a: '1' }]);
    expect(await send('TABLE kept', [], 'a-name', other)).toEqual([{ b: '2' }]);
    await other.end();
  });

  test('that another copy of this package has prepared is not parsed again', async () => {
    await client.query({ name: 'a-name', text: 'SELECT 1 AS one' });
    expect(await messagesDuring(() => send('SELECT 1 AS one'))).toEqual({ parse: 0, describe: 1 });
  });

  test('that answers no columns is described once, too', async () => {
    await client.query('CREATE TEMP TABLE written (id int)');
    const write = () => send('INSERT INTO written VALUES ($1)', [1]);
    expect(await write()).toEqual([]);
    expect(await messagesDuring(write)).toEqual({ parse: 0, describe: 0 });
  });

  test('has its values read by Postgres as those of pg', async () => {
    const element = fc.option(fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\0', '')));
    const value = fc.tuple(
      element,
      fc.array(element),
      fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
      fc.array(fc.option(fc.integer())),
      fc.option(fc.boolean()),
    );
    const text =
      'SELECT $1::text AS a, $2::text[] AS b, $3::float8 AS c, $4::bigint[] AS d, $5::boolean AS e';
    await fc.assert(
      fc.asyncProperty(value, async (values) => {
        const types = { getTypeParser: () => String };
        const { rows } = await client.query<object>({ text, values, types });
        expect(await send(text, values)).toEqual(rows);
      }),
      // What an array quotes, which fifty texts by chance need not hold.
      { numRuns: 50, examples: [[['"', ['a"b', 'a\\\\b', '{,}', null], 0.1, [null], true]]] },
    );
  });

  test('rejects with what the server says, and leaves the connection to the next one', async () => {
    const divide = (by: number) => send('SELECT 1 / $1::int AS quotient', [by]);
    await expect(divide(0)).rejects.toMatchObject({ code: '22012' });
    expect(await divide(1)).toEqual([{ quotient: '1' }]);
    await expect(divide(0)).rejects.toMatchObject({ code: '22012' });
    await expect(send('SELECT nonsense', [], 'other')).rejects.toMatchObject({ code: '42703' });
    expect(await divide(1)).toEqual([{ quotient: '1' }]);
  });

  test('rejects where its connection is closed', async () => {
    const blocked = send('SELECT pg_sleep(60)');
    const closed = client.end();
    await expect(blocked).rejects.toThrow('Connection terminated');
    await closed;
    await expect(send('SELECT 1 AS one')).rejects.toThrow(/not queryable/);
  });

  test("is given up by the application's query_timeout, and its late answer is nobody else's", async () => {
    const impatient = await connected({ query_timeout: 50 });
    const holder = await connected();
    await holder.query('SELECT pg_advisory_lock(1)');
    await expect(
      send(`SELECT 'late' AS answer FROM pg_advisory_xact_lock(1)`, [], 'slow', impatient),
    ).rejects.toThrow('Query read timeout');
    await holder.end();
    expect(await send(`SELECT 'mine' AS answer`, [], 'quick', impatient)).toEqual([{ answer: 'mine' }]);
    await impatient.end();
  });
});

describe('who instruments pg', () => {
  interface Seen {
    text: string;
    name: string;
    values: unknown[];
  }
  type Callback = (error?: Error, result?: { rows: unknown[]; rowCount: number }) => void;

  test('sees text, name and values, and the end with its rows or its error', async () => {
    const seen: unknown[] = [];
    const original = client.query.bind(client) as (query: Seen, callback: Callback) => unknown;
    const wrapped = (query: Seen, callback: Callback): unknown => {
      const { text, name, values } = query;
      return original(query, (error, result) => {
        seen.push({
          text,
          name,
          values,
          rows: result?.rows,
          rowCount: result?.rowCount,
          error: error?.message,
        });
        callback(error, result);
      });
    };
    Object.assign(client, { query: wrapped });
    const text = 'SELECT 1 / $1::int AS quotient';
    await send(text, [1]);
    await send(text, [0]).catch(() => undefined);
    expect(seen).toEqual([
      { text, name: 'a-name', values: [1], rows: [{ quotient: '1' }], rowCount: 1 },
      { text, name: 'a-name', values: [0], error: 'division by zero' },
    ]);
  });
});

describe('a client takes no prepared queries', () => {
  test('while it pipelines', async () => {
    const pipelining = await connected({ pipeline: true });
    expect(prepared.takes(pipelining)).toBe(false);
    await pipelining.end();
  });

  test.each<[string, object]>([
    ['of the native driver', { native: {} }],
    ['of a mock', { connection: {} }],
    ['whose connection knows another protocol', { connection: { parsedStatements: {}, stream: {} } }],
  ])('%s', (_, unknown) => {
    expect(prepared.takes({ query: async () => ({ rows: [] }), ...unknown })).toBe(false);
  });
});

describe('the connections of a data source', () => {
  const runnerOn = (source: DataSource) =>
    new StatementRunner(() => source, new SystemLockClock(), 10_000, true);
  const where = { name: 'where', text: 'SELECT current_database() AS name' };

  test('send what is prepared without asking for its columns again', async () => {
    const source = await database.connect({ extra: { max: 1 } });
    const connection = await takeConnection(source);
    await connection.release();
    const runner = runnerOn(source);
    const twice = async () => {
      for (let times = 0; times < 2; times++) await runner.query(where);
    };
    expect(await messagesDuring(twice, connection.client)).toEqual({ parse: 1, describe: 1 });
  });

  test('are those of the primary where it replicates', async () => {
    const replica = await createDatabase({ migrated: false });
    const source = new DataSource({
      type: 'postgres',
      replication: { master: { url: database.url }, slaves: [{ url: replica.url }] },
    });
    await source.initialize();
    try {
      expect(await runnerOn(source).query(where)).toEqual([
        { name: new URL(database.url).pathname.slice(1) },
      ]);
    } finally {
      await source.destroy();
      await replica.drop();
    }
  });

  test('are those of the new pool after it was destroyed and initialised again', async () => {
    const source = await database.connect();
    const runner = runnerOn(source);
    await runner.query(where);
    await source.destroy();
    await expect(runner.query(where)).rejects.toMatchObject({ sent: false, message: 'Driver not Connected' });
    await source.initialize();
    expect(await runner.query(where)).toHaveLength(1);
  });

  test('are given back before it is destroyed: an answer under way still comes', async () => {
    const source = await database.connect();
    const holder = await connected();
    await holder.query('SELECT pg_advisory_lock(2)');
    const text = `SELECT 'answered' AS answer FROM pg_advisory_xact_lock(2)`;
    const answer = runnerOn(source).query({ name: 'blocked', text });
    await blockedStatement(database);
    const destroyed = source.destroy();
    await holder.end();
    expect(await answer).toEqual([{ answer: 'answered' }]);
    await destroyed;
  });

  test('that the server has ended leave the pool, and the next statement has another one', async () => {
    const source = await database.connect({ extra: { max: 1 } });
    const runner = runnerOn(source);
    const end = { name: 'end', text: 'SELECT pg_terminate_backend(pg_backend_pid())' };
    await expect(runner.query(end)).rejects.toMatchObject({ sent: true });
    await until(() =>
      runner.query(where).then(
        () => true,
        () => false,
      ),
    );
  });

  test('are taken one at a time from a pool of one', async () => {
    const source = await database.connect({ extra: { max: 1 } });
    const first = await takeConnection(source);
    const waiting = runnerOn(source).query(where);
    await first.release();
    expect(await waiting).toHaveLength(1);
  });
});
