import { hostname } from 'node:os';
import { describe, expect, test } from '@jest/globals';
import { moduleSettings } from '../../src/tasks/settings/module-settings.js';
import { UnlockedStore } from '../../src/store/memory/unlocked-store.js';
import type { TaskLockModuleOptions } from '../../src/tasks/options.js';
import { FakeClock } from '../support/fake-clock.js';

/** Options as an application may give them that does not check types. */
const problemsOf = (options: Record<string, unknown>) => moduleSettings(options).problems;

describe('the options of the module', () => {
  test('all have defaults', () => {
    expect(moduleSettings({})).toMatchObject({
      dataSource: undefined,
      schema: undefined,
      store: undefined,
      table: undefined,
      minHoldFactor: 0.9,
      maxHoldFactor: 5,
      claimTimeout: 5_000,
      shutdownTimeout: 25_000,
      preparedStatements: true,
      history: true,
      redactError: undefined,
      operatorPolling: 15_000,
      overdueAfter: 60_000,
      enabled: true,
      problems: [],
    });
  });

  test('are taken where they are given', () => {
    const store = new UnlockedStore(new FakeClock());
    const options = {
      dataSource: 'locks',
      schema: 'jobs',
      table: 'locks',
      minHoldFactor: 0,
      maxHoldFactor: 1,
      replicaId: 'pod-1',
      preparedStatements: false,
      history: false,
      redactError: (error: string) => error.slice(0, 10),
      enabled: false,
      store,
    };
    const durations = { lease: '30s', claimTimeout: '2s', shutdownTimeout: 0, pollingInterval: '1s' };
    const operating = { operatorPolling: '1m', overdueAfter: '1h' };
    const settings = moduleSettings({ ...options, ...durations, ...operating });
    expect(settings).toEqual({
      ...options,
      lease: 30_000,
      claimTimeout: 2_000,
      shutdownTimeout: 0,
      pollingInterval: 1_000,
      operatorPolling: 60_000,
      overdueAfter: 3_600_000,
      problems: [],
    });
  });

  test('operatorPolling: false looks for no triggers', () => {
    expect(moduleSettings({ operatorPolling: false })).toMatchObject({
      operatorPolling: Infinity,
      problems: [],
    });
  });

  test('a replica is known by its host, its process and something random', () => {
    const [first, second] = [moduleSettings({}), moduleSettings({})].map(({ replicaId }) => replicaId);
    expect(first).toMatch(/:[0-9a-f]{8}$/);
    expect(first!.startsWith(`${hostname()}:${process.pid}:`)).toBe(true);
    expect(first).not.toBe(second);
  });
});

test('a replica of a named application has the name in its id', () => {
  expect(moduleSettings({ application: 'shop' }).replicaId.startsWith(`shop@${hostname()}:`)).toBe(true);
  expect(moduleSettings({ application: 'shop', replicaId: 'mine' }).replicaId).toBe('mine');
});

describe('what is wrong with an option of the module is told with how to write it right', () => {
  test.each<[application: unknown, message: RegExp]>([
    ['', /^must be a non-empty string; leave it out/],
    [7, /^must be a non-empty string/],
    ['a/b', /^'a\/b' must not contain \/ or @/],
    ['a@b', /must not contain/],
    ['x'.repeat(101), /^must be at most 100 bytes/],
    ['nul\0', /NUL/],
  ])('an application %j', (application, message) => {
    expect(problemsOf({ application })).toEqual([
      { where: 'TaskLockModule', option: 'application', message: expect.stringMatching(message) },
    ]);
  });

  test.each([1, 1.5, -0.1, NaN, '0.9', null])('a minimum hold factor of %j', (minHoldFactor) => {
    expect(problemsOf({ minHoldFactor })).toEqual([
      {
        where: 'TaskLockModule',
        option: 'minHoldFactor',
        message: `${minHoldFactor} must be a number from 0 to below 1: a part of the interval`,
      },
    ]);
  });

  test.each([0, -1, Infinity, NaN, 0.5, '5'])('a maximum hold factor of %j', (maxHoldFactor) => {
    expect(problemsOf({ maxHoldFactor })).toEqual([
      {
        where: 'TaskLockModule',
        option: 'maxHoldFactor',
        message: `${maxHoldFactor} must be a number, more than 0 and at least minHoldFactor`,
      },
    ]);
  });

  test('a factor that is wrong is not used, so that no task is blamed for it', () => {
    const settings = moduleSettings({ minHoldFactor: 9, maxHoldFactor: 0.5 });
    expect(settings).toMatchObject({ minHoldFactor: 0.9, maxHoldFactor: 0.5 });
    expect(settings.problems).toHaveLength(1);
  });

  test.each(['claimTimeout', 'shutdownTimeout', 'operatorPolling', 'overdueAfter'])(
    'a %s without a unit',
    (option) => {
      expect(problemsOf({ [option]: '30' })).toEqual([
        {
          where: 'TaskLockModule',
          option,
          message:
            "'30' carries no unit: write '30s' for seconds or '30ms' (or the number 30) for milliseconds",
        },
      ]);
    },
  );

  test('a claim timeout of nothing: no claim would ever have its answer in time', () => {
    expect(problemsOf({ claimTimeout: 0 })).toEqual([
      { where: 'TaskLockModule', option: 'claimTimeout', message: "must be more than 0: write it like '5s'" },
    ]);
  });

  test.each(['schema', 'table', 'replicaId'])('a %s that is empty or no text', (option) => {
    const problem = {
      where: 'TaskLockModule',
      option,
      message: 'must be a non-empty string; leave it out for the default',
    };
    for (const given of ['', '  ', 5]) expect(problemsOf({ [option]: given })).toEqual([problem]);
  });

  test.each<[operatorPolling: unknown, message: RegExp]>([
    [0, /^must be at least '1s', or false for never$/],
    ['999ms', /^must be at least '1s'/],
    [true, /^true is not a length of time/],
  ])('operatorPolling: %j', (operatorPolling, message) => {
    const problem = { where: 'TaskLockModule', option: 'operatorPolling' };
    expect(problemsOf({ operatorPolling })).toEqual([
      { ...problem, message: expect.stringMatching(message) },
    ]);
  });

  test('a redactError that is no function', () => {
    const message = 'must be a function, like (error) => error.slice(0, 100); it is boolean';
    expect(problemsOf({ redactError: true })).toEqual([
      { where: 'TaskLockModule', option: 'redactError', message },
    ]);
  });

  test('history: "false", as an environment variable has it', () => {
    expect(problemsOf({ history: 'false' })).toEqual([
      { where: 'TaskLockModule', option: 'history', message: "'false' must be true or false" },
    ]);
  });

  test.each(['false', '', 0])('enabled: %j, as an environment variable has it', (enabled) => {
    const { problems, ...settings } = moduleSettings({ enabled } as unknown as TaskLockModuleOptions);
    expect(problems).toEqual([
      { where: 'TaskLockModule', option: 'enabled', message: `'${enabled}' must be true or false` },
    ]);
    expect(settings.enabled).toBe(true);
  });

  test('an option that does not exist', () => {
    const [problem] = problemsOf({ maxHolds: '1h' });
    expect(problem).toMatchObject({ where: 'TaskLockModule', option: 'maxHolds' });
    expect(problem!.message).toMatch(/^is not an option; there are dataSource, schema, table, .*, store$/);
  });

  test('everything at once', () => {
    const wrong = { minHoldFactor: 2, maxHoldFactor: 0, claimTimeout: '5', table: '', lock: true };
    expect(
      problemsOf(wrong)
        .map(({ option }) => option)
        .sort(),
    ).toEqual(Object.keys(wrong).sort());
  });
});
