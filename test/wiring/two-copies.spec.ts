import { describe, expect, test } from '@jest/globals';
import { Catch, Injectable } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import * as first from '../../src/index.js';
import * as firstTesting from '../../src/testing/index.js';
import { closeApplicationsAfterEach, startApplication } from '../support/application.js';
import { secondCopy } from '../support/second-copy.js';

closeApplicationsAfterEach();

const second = await secondCopy();

const wanted = { task: 'report', key: 'a' };
const held = { status: 'skipped', reason: 'held', heldBy: 'replica-7' } as const;

/** One of each class of errors that a copy of the package exports. */
const errorsOf = (copy: Omit<typeof first, 'TaskLockModule'>) => ({
  TaskLockHeldError: new copy.TaskLockHeldError(wanted, held),
  TaskLockTimeoutError: new copy.TaskLockTimeoutError(wanted, held, 5),
  TaskLockUnavailableError: new copy.TaskLockUnavailableError(wanted, 'stopping'),
  TaskLockLostError: new copy.TaskLockLostError('report', 'lease', 'over'),
  TaskLockConfigurationError: new copy.TaskLockConfigurationError([]),
  TaskLockUsageError: new copy.TaskLockUsageError('wrong'),
  TaskLockOperatorError: new copy.TaskLockOperatorError({ kind: 'input', problem: 'wrong' }),
  LockStoreUnavailableError: new copy.LockStoreUnavailableError('gone', false),
});

type ErrorName = keyof ReturnType<typeof errorsOf>;
const NAMES = Object.keys(errorsOf(first)) as ErrorName[];

/** Which classes of `copy` the error is an instance of. */
const classesOf = (error: Error, copy: Pick<typeof first, ErrorName>) =>
  NAMES.filter((name) => error instanceof copy[name]);

describe('an error of one copy of the package', () => {
  test('is tested with classes that are really different', () => {
    expect(second.TaskLockHeldError).not.toBe(first.TaskLockHeldError);
    expect(NAMES).toEqual(expect.arrayContaining(Object.keys(first).filter((name) => /Error$/.test(name))));
  });

  test.each(NAMES)('is an instance of %s of the other, and of no class that it is not in its own', (name) => {
    const expected = name === 'TaskLockTimeoutError' ? ['TaskLockHeldError', name] : [name];
    expect(classesOf(errorsOf(second)[name], first)).toEqual(expected);
    expect(classesOf(errorsOf(first)[name], second)).toEqual(expected);
    expect(classesOf(errorsOf(first)[name], first)).toEqual(expected);
    expect(errorsOf(second)[name]).toBeInstanceOf(Error);
  });

  test.each(NAMES)("%s: an application's own subclass stays one of its own", (name) => {
    const Base = first[name] as new (...args: unknown[]) => Error;
    class Own extends Base {}
    const own: unknown = Object.create(Own.prototype);
    expect(own).toBeInstanceOf(Own);
    expect(own).toBeInstanceOf(second[name]);
    expect(errorsOf(first)[name]).not.toBeInstanceOf(Own);
    expect(errorsOf(second)[name]).not.toBeInstanceOf(Own);
  });

  test.each([undefined, null, 'held', new Error('held'), { name: 'TaskLockHeldError' }])(
    'is not %p',
    (thrown) => {
      for (const name of NAMES) expect(thrown).not.toBeInstanceOf(first[name]);
    },
  );

  test('prints without its mark', () => {
    const { TaskLockHeldError: error } = errorsOf(first);
    expect(Object.getOwnPropertySymbols(error)).toEqual([]);
    expect(Object.keys(error).sort()).toEqual(['heldBy', 'heldUntil', 'key', 'name', 'task']);
  });
});

for (const [ofTheModule, ofTheLibrary, pair] of [
  [{ ...first, ...firstTesting }, second, 'the first has the module'],
  [second, { ...first, ...firstTesting }, 'the second has the module'],
] as const) {
  describe(`a library with another copy, where ${pair}`, () => {
    const { currentTaskRun, TaskLock, TaskLockEvents, TaskLockHealthIndicator } = ofTheLibrary;
    const { TaskLockHeldError, TaskLockService } = ofTheLibrary;

    @Injectable()
    class Library {
      constructor(readonly service: first.TaskLockService) {}

      @Cron('0 0 0 1 1 *')
      @TaskLock('tick')
      async tick(): Promise<string | undefined> {
        return currentTaskRun()?.name;
      }
    }
    // What TypeScript would have written for the library's own class.
    Reflect.defineMetadata('design:paramtypes', [TaskLockService], Library);

    const start = (store = new ofTheModule.InMemoryLockStore()) =>
      Test.createTestingModule({
        imports: [ofTheModule.TaskLockModule.forRoot({ store })],
        providers: [Library],
      }).compile();

    test('injects TaskLockService', async () => {
      const application = await start();
      try {
        await application.init();
        const { service } = application.get(Library);
        expect(service).toBe(application.get(ofTheModule.TaskLockService));
        expect(service).toBeInstanceOf(TaskLockService);
        expect(await service.run('tick', (run) => run.name)).toEqual({ status: 'executed', value: 'tick' });
        expect(await application.get(Library).tick()).toBe('tick');
      } finally {
        await application.close();
      }
    });

    test('injects TaskLockEvents', async () => {
      const application = await start();
      try {
        const events = application.get(TaskLockEvents);
        expect(events).toBe(application.get(ofTheModule.TaskLockEvents));
        expect(events).toBeInstanceOf(TaskLockEvents);
      } finally {
        await application.close();
      }
    });

    test('injects TaskLockHealthIndicator', async () => {
      const application = await start();
      try {
        const indicator = application.get(TaskLockHealthIndicator);
        expect(indicator).toBe(application.get(ofTheModule.TaskLockHealthIndicator));
        expect(indicator).toBeInstanceOf(TaskLockHealthIndicator);
      } finally {
        await application.close();
      }
    });

    test('catches its errors', () => {
      @Catch(TaskLockHeldError)
      class Filter implements ExceptionFilter {
        catch(_: unknown, host: ArgumentsHost): void {
          void host;
        }
      }
      const caught = Reflect.getMetadata('__filterCatchExceptions__', Filter) as (typeof TaskLockHeldError)[];
      const error = new ofTheModule.TaskLockTimeoutError(wanted, held, 5);
      expect(caught.some((type) => error instanceof type)).toBe(true);
    });

    test('overrides its store in a test', async () => {
      const store = new ofTheLibrary.InMemoryLockStore();
      const application = await Test.createTestingModule({
        imports: [ofTheModule.TaskLockModule.forRoot()],
        providers: [Library],
      })
        .overrideProvider(ofTheLibrary.LOCK_STORE)
        .useValue(store)
        .compile();
      try {
        await application.init();
        await application.get(Library).tick();
        expect(store.row('tick')?.outcome).toBe('succeeded');
      } finally {
        await application.close();
      }
    });
  });
}

test('TaskLockModule of both copies is an error that says so', async () => {
  await expect(startApplication({ imports: [second.TaskLockModule.forRoot()] })).rejects.toThrow(
    /TaskLockModule: it is imported 2 times, from 2 copies of nestjs-task-lock .*: import it once/,
  );
});
