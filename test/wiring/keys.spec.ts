import { describe, expect, test } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { keyText } from '../../src/tasks/settings/lock-key.js';
import { currentTaskRun } from '../../src/calls/call-context.js';
import { TaskLock } from '../../src/index.js';
import { InMemoryLockStore } from '../../src/testing/index.js';
import { closeApplicationsAfterEach, startApplication, YEARLY } from '../support/application.js';
import { Gate } from '../support/gate.js';
import { startJobs } from '../support/jobs.js';
import { until } from '../support/until.js';

closeApplicationsAfterEach();

@Injectable()
class Exports {
  readonly gate = new Gate();
  readonly started: unknown[] = [];

  @TaskLock('export', undefined, { key: (course: number | string) => course })
  async export(course: number | string): Promise<string> {
    this.started.push(course);
    await this.gate.opened;
    const { name, key } = currentTaskRun()!;
    return `${name} ${key}`;
  }

  @TaskLock('nested', undefined, { key: (course: number) => course })
  async nested(course: number): Promise<unknown> {
    return course === 1 ? [await this.nested(1.5), await this.nested(1.5)] : currentTaskRun()!.key;
  }

  @TaskLock('picky', undefined, {
    key: (course?: { id: number }) => {
      if (course?.id === 13) throw new RangeError('unlucky');
      return course?.id as number;
    },
  })
  async picky(course?: { id: number }): Promise<void> {
    this.started.push(course);
  }

  @TaskLock('report:daily')
  async daily(): Promise<void> {}

  @TaskLock('limited', '1h', { key: (user: string) => user })
  async limited(user: string): Promise<string> {
    return user;
  }
}

async function start(store = new InMemoryLockStore()) {
  const { jobs: exports, service } = await startJobs(Exports, { store });
  return { exports, service, store };
}

describe('a task with a key', () => {
  test('runs different keys side by side, and one key once at a time', async () => {
    const { exports } = await start();
    const calls = [3, 5, 5, 5].map((course) => exports.export(course));
    const skipped = await Promise.all(calls.slice(2));
    expect(skipped).toEqual([undefined, undefined]);
    exports.gate.open();
    expect(await Promise.all(calls)).toEqual(['export 3', 'export 5', undefined, undefined]);
    expect(exports.started).toEqual([3, 5]);
  });

  test('excludes the same key on another replica', async () => {
    const store = new InMemoryLockStore();
    const [one, other] = [await start(store), await start(store)];
    const running = one.exports.export(5);
    expect(await other.exports.export(5)).toBeUndefined();
    const besides = other.exports.export(6);
    await until(() => other.exports.started.length === 1);
    one.exports.gate.open();
    other.exports.gate.open();
    expect(await Promise.all([running, besides])).toEqual(['export 5', 'export 6']);
  });

  test('takes a number and its text for one key', async () => {
    const { exports } = await start();
    const running = exports.export(5);
    expect(await exports.export('5')).toBeUndefined();
    exports.gate.open();
    await running;
  });

  test('has the minimum hold of its interval for each key', async () => {
    const { exports } = await start();
    expect(await exports.limited('ann')).toBe('ann');
    expect(await exports.limited('ann')).toBeUndefined();
    expect(await exports.limited('bob')).toBe('bob');
  });

  test('claims anew for another key from inside its own run, and goes on for the same', async () => {
    const { exports } = await start();
    expect(await exports.nested(1)).toEqual(['1.5', '1.5']);
  });

  test('fails before it runs where the key function throws, with class, method and option', async () => {
    const { exports } = await start();
    await expect(exports.picky({ id: 13 })).rejects.toMatchObject({
      name: 'TaskLockUsageError',
      message: 'Exports.picky, option key: the key threw an error: unlucky. The method did not run.',
      cause: { cause: expect.any(RangeError) },
    });
    expect(exports.started).toEqual([]);
  });

  test.each([undefined, null, '', NaN, Infinity, {}, true, 5n])(
    'fails where the key function gives %p',
    async (id) => {
      const { exports } = await start();
      await expect(exports.picky({ id: id as number })).rejects.toThrow(
        /^Exports\.picky, option key: the key must be a non-empty string or a finite number; it is /,
      );
      expect(exports.started).toEqual([]);
    },
  );
});

test('a key function that is asynchronous fails the call, and leaves no rejection that would end the process', async () => {
  expect(() => keyText(Promise.reject(new Error('no such course')))).toThrow(
    'compute the key without waiting',
  );
  // Jest fails a test that has left a rejection unhandled by then.
  await new Promise((resolve) => setImmediate(resolve));
});

describe('the service and the lock of a key', () => {
  test('takes it by task and key', async () => {
    const { exports, service } = await start();
    const running = exports.export(5);
    const held = await service.run({ name: 'export', key: 5 }, () => 'ran');
    expect(held).toMatchObject({ status: 'skipped', reason: 'held' });
    const other = await service.run({ name: 'export', key: 6 }, (run) => [run.name, run.key]);
    expect(other).toEqual({ status: 'executed', value: ['export', '6'] });
    exports.gate.open();
    await running;
  });

  test('takes one of a task that is declared nowhere', async () => {
    const { service, store } = await start();
    await service.run({ name: 'a:b', key: 'c' }, () => {});
    expect(store.row('a\\:b:c')).toBeDefined();
  });

  test('refuses a key whose lock is that of a declared task', async () => {
    const { service } = await start();
    await expect(service.run({ name: 'report', key: 'daily' }, () => {})).rejects.toThrow(
      /option key: 'report:daily' is the lock of a task of that name already/,
    );
  });

  test.each([
    [
      'run without a key',
      'export',
      /option key: this task has a lock for each key: run\(\{ name: 'export', key: 5 \}/,
    ],
    ['name the row of a key', { name: 'export:5' }, /is the lock of one key of the task 'export'/],
    ['give a key that is none', { name: 'export', key: '' }, /option key: must be a non-empty string/],
  ])('refuses to %s', async (_, task, message) => {
    const { service } = await start();
    await expect(service.run(task, () => {})).rejects.toThrow(message);
  });
});

describe('at start-up', () => {
  const startWith = (decorate: MethodDecorator, more?: MethodDecorator) => {
    class Wrong {
      async job(): Promise<void> {}
      async other(): Promise<void> {}
    }
    const apply = (key: 'job' | 'other', decorator: MethodDecorator) => {
      const descriptor = Object.getOwnPropertyDescriptor(Wrong.prototype, key)!;
      decorator(Wrong.prototype, key, descriptor);
      Object.defineProperty(Wrong.prototype, key, descriptor);
    };
    apply('job', decorate);
    if (more) apply('other', more);
    Injectable()(Wrong);
    return startApplication({ providers: [Wrong] });
  };

  test('a key on a schedule is refused: a tick has no arguments', async () => {
    const cron = Cron(YEARLY);
    const lock = TaskLock('job', undefined, { key: () => 'x' });
    const both: MethodDecorator = (target, key, descriptor) => {
      cron(target, key, descriptor as TypedPropertyDescriptor<unknown>);
      lock(target, key, descriptor);
    };
    await expect(startWith(both)).rejects.toThrow(
      /Wrong\.job, option key: @Cron\('0 0 0 1 1 \*'\) calls without arg/,
    );
  });

  test('a task with the name of a key of another one is refused', async () => {
    await expect(
      startWith(TaskLock('export', undefined, { key: () => 5 }), TaskLock('export:5')),
    ).rejects.toThrow(/Wrong\.other, option name: 'export:5' is the lock of one key of the task 'export'/);
  });

  test('a key that is no function is refused', async () => {
    const options = { key: 'courseId' as unknown as () => string };
    await expect(startWith(TaskLock('job', undefined, options))).rejects.toThrow(
      /Wrong\.job, option key: must be a function of the method's arguments, like \(id: number\) => id; it is string/,
    );
  });

  test('a name that leaves no room for keys is refused', async () => {
    await expect(startWith(TaskLock('n'.repeat(1_900), undefined, { key: () => 5 }))).rejects.toThrow(
      /option name: is too long for a lock name of its own for each key/,
    );
  });
});

describe('to the compiler', () => {
  test('the parameters of the key function are those of the method', () => {
    class Typed {
      @TaskLock('fits', undefined, { key: (course: number) => course })
      async fits(course: number, format: string): Promise<string> {
        return `${course} ${format}`;
      }

      @TaskLock({ name: 'fits, too', key: (course: number | string) => course })
      async fitsToo(course: number): Promise<number> {
        return course;
      }

      // @ts-expect-error: the method takes a number
      @TaskLock('does not fit', undefined, { key: (course: string) => course })
      async doesNotFit(course: number): Promise<number> {
        return course;
      }

      // @ts-expect-error: the method takes nothing
      @TaskLock({ name: 'takes nothing', key: (course: string) => course })
      async takesNothing(): Promise<void> {}
    }
    expect(Typed).toBeDefined();
  });
});
