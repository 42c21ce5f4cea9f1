import { describe, expect, test } from '@jest/globals';
import { connectionOf } from '../../src/cli/connection.js';
import { UsageError } from '../../src/cli/exit-codes.js';

const URL = 'postgres://app:hunter2@db:5432/app';

describe('the database', () => {
  test('is --database-url, else TASK_LOCK_DATABASE_URL, else DATABASE_URL', () => {
    const env = { DATABASE_URL: `${URL}1`, TASK_LOCK_DATABASE_URL: `${URL}2` };
    expect(connectionOf(`${URL}3`, env).url).toBe(`${URL}3`);
    expect(connectionOf(undefined, env).url).toBe(`${URL}2`);
    expect(connectionOf(undefined, { DATABASE_URL: `${URL}1` }).url).toBe(`${URL}1`);
  });

  test('is asked for where none is given', () => {
    expect(() => connectionOf(undefined, {})).toThrow(UsageError);
    expect(() => connectionOf(undefined, {})).toThrow(
      'set TASK_LOCK_DATABASE_URL or DATABASE_URL, or give --database-url',
    );
  });

  test.each([
    'app:hunter2@db/app',
    'mysql://app:hunter2@db/app',
    'postgres://app:hunter2@db:port/app',
    'postgres:hunter2@db',
    'postgres:app:hunter2@db/app',
    'postgres:/app:hunter2@db/app',
    'postgres://app:1/hunter2@db/app',
    'postgres://app:1#hunter2@db/app',
    'postgres://app:1?hunter2@db/app',
    '',
  ])('%j is refused without showing it', (url) => {
    expect(() => connectionOf(url, {})).toThrow(UsageError);
    expect(() => connectionOf(url, {})).toThrow(
      '--database-url is not the URL of a Postgres database: write it like',
    );
    expect(() => connectionOf(url, {})).not.toThrow(/hunter2/);
  });

  test.each(['postgres://app:hun%ter2@db/app', 'postgres://app:hunter2%@db/app'])(
    '%j is refused with how to write a percent sign',
    (url) => {
      expect(() => connectionOf(url, {})).toThrow(UsageError);
      expect(() => connectionOf(url, {})).toThrow('write one in the user or password as %25');
      expect(() => connectionOf(url, {})).not.toThrow(/hun/);
    },
  );

  test('is named by host, port and database', () => {
    expect(connectionOf(URL, {}).place).toBe('db:5432/app');
    expect(connectionOf('postgresql:///app?host=/run/postgresql', {}).place).toBe('/run/postgresql/app');
    expect(connectionOf('postgres://app:hunter2@/app?host=/run/postgresql', {}).place).toBe(
      '/run/postgresql/app',
    );
    expect(connectionOf('postgres://%2Frun%2Fpostgresql/app', {}).place).toBe('/run/postgresql/app');
  });
});

test.each([
  [URL, {}, 'hunter2'],
  ['postgres://app:p%40ss@db/app', {}, 'p@ss'],
  ['postgres://app:p%40ss@db/app', {}, 'p%40ss'],
  ['postgres://app@db/app?password=inquery', {}, 'inquery'],
  ['postgres://app@db/app', { PGPASSWORD: 'fromenv' }, 'fromenv'],
])('hides the password of %s with %j', (url, env, password) => {
  expect(connectionOf(url, env).secrets.hide(`it is ${password}.`)).toBe('it is ***.');
});
