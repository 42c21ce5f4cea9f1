import { describe, expect, test } from '@jest/globals';
import { Controller, Get, Injectable, UseInterceptors } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { lastValueFrom, of } from 'rxjs';
import type { Observable as ObservableType } from 'rxjs';
import { Observable } from 'rxjs';
import { TaskLock, TaskLockInterceptor, TaskLockUsageError } from '../../src/index.js';
import { attachTaskLock } from '../../src/testing/index.js';
import { buildApplication, closeApplicationsAfterEach, startApplication } from '../support/application.js';
import { CapturedLog } from '../support/captured-log.js';
import { Journal } from '../support/journal.js';

closeApplicationsAfterEach();

describe('@TaskLock is refused', () => {
  function refusal(declareClass: () => unknown): string {
    try {
      declareClass();
    } catch (error) {
      expect(error).toBeInstanceOf(TaskLockUsageError);
      return (error as Error).message;
    }
    return 'not refused';
  }

  test('on a static method', () => {
    const message = refusal(() => {
      class Jobs {
        @TaskLock('clean-up')
        static async cleanUp(): Promise<void> {}
      }
      return Jobs;
    });
    expect(message).toContain('@TaskLock cannot stand on Jobs.cleanUp: it is static.');
    expect(message).toContain('Make it a method of an injectable instance');
  });

  test('on a getter', () => {
    const message = refusal(() => {
      class Jobs {
        @TaskLock('clean-up')
        get cleanUp(): () => Promise<void> {
          return async () => {};
        }
      }
      return Jobs;
    });
    expect(message).toContain('@TaskLock cannot stand on Jobs.cleanUp: it is an accessor. Make it a method.');
  });

  test('on an arrow property', () => {
    const message = refusal(() => {
      class Jobs {
        @(TaskLock('clean-up') as PropertyDecorator)
        cleanUp = async (): Promise<void> => {};
      }
      return Jobs;
    });
    expect(message).toContain('@TaskLock cannot stand on Jobs.cleanUp: it is a property.');
    expect(message).toContain('`async cleanUp() {}`');
  });

  test('on a generator', () => {
    const message = refusal(() => {
      class Jobs {
        @TaskLock('clean-up')
        async *cleanUp(): AsyncGenerator<number> {
          yield 1;
        }
      }
      return Jobs;
    });
    expect(message).toContain('@TaskLock cannot stand on Jobs.cleanUp: it is a generator.');
    expect(message).toContain('return a promise');
  });

  test('on a method that is declared to return an Observable', () => {
    const message = refusal(() => {
      class Jobs {
        @TaskLock('clean-up')
        cleanUp(): Observable<string> {
          return of('done');
        }
      }
      return Jobs;
    });
    expect(message).toContain(
      '@TaskLock cannot stand on Jobs.cleanUp: it is a method that returns an Observable.',
    );
    expect(message).toContain('return a promise');
  });

  test('on one that is declared to return an Observable of another copy of rxjs, as in a bundle', () => {
    class q {}
    Object.defineProperties(q.prototype, Object.getOwnPropertyDescriptors(Observable.prototype));
    const message = refusal(() => {
      class Jobs {
        cleanUp(): void {}
      }
      Reflect.defineMetadata('design:returntype', q, Jobs.prototype, 'cleanUp');
      const descriptor = Object.getOwnPropertyDescriptor(Jobs.prototype, 'cleanUp')!;
      TaskLock('clean-up')(Jobs.prototype, 'cleanUp', descriptor);
      return Jobs;
    });
    expect(message).toContain('Jobs.cleanUp: it is a method that returns an Observable.');
  });
});

describe('an Observable that is returned at run time rejects, and says what to return', () => {
  class Jobs {
    subscribed = false;

    @TaskLock('at once')
    atOnce() {
      return new Observable(() => void (this.subscribed = true));
    }

    @TaskLock('in a promise')
    async inAPromise(): Promise<ObservableType<string>> {
      return new Observable(() => void (this.subscribed = true));
    }

    @TaskLock('as its value')
    async asItsValue(): Promise<string> {
      return lastValueFrom(of('done'));
    }
  }

  test.each(['atOnce', 'inAPromise'] as const)('%s', async (method) => {
    const jobs = attachTaskLock(new Jobs());
    const call = (async () => jobs[method]())();
    await expect(call).rejects.toThrow(TaskLockUsageError);
    await expect(call).rejects.toThrow(`Jobs.${method} returned an Observable`);
    await expect(call).rejects.toThrow('Return a promise, like lastValueFrom(observable)');
    expect(jobs.subscribed).toBe(false);
  });

  test('but not the promise of its last value', async () => {
    expect(await attachTaskLock(new Jobs()).asItsValue()).toBe('done');
  });
});

describe('without the module', () => {
  @Injectable()
  class Jobs {
    ran = false;

    @TaskLock('clean-up')
    async cleanUp(): Promise<void> {
      this.ran = true;
    }
  }

  test("an application does not start, and Nest's error says which line is missing", async () => {
    const application = Test.createTestingModule({ providers: [Jobs] }).compile();
    await expect(application).rejects.toThrow(/Nest can't resolve dependencies of the Jobs/);
    await expect(application).rejects.toThrow('import TaskLockModule.forRoot() into the application');
    await expect(application).rejects.toThrow(
      "TaskLockTestingModule from 'nestjs-task-lock/testing' into a test",
    );
  });

  test('an instance that was made with new rejects, and never runs unlocked', async () => {
    const jobs = new Jobs();
    const call = jobs.cleanUp();
    await expect(call).rejects.toThrow(TaskLockUsageError);
    await expect(call).rejects.toThrow(
      'Jobs.cleanUp is decorated with @TaskLock and has no lock to run under',
    );
    await expect(call).rejects.toThrow('import TaskLockModule.forRoot()');
    await expect(call).rejects.toThrow('attachTaskLock(instance)');
    expect(jobs.ran).toBe(false);
  });

  test('a method that was taken off its instance rejects', async () => {
    const cleanUp = Reflect.get(Jobs.prototype, 'cleanUp');
    await expect(cleanUp()).rejects.toThrow(
      'cleanUp (called without its instance) is decorated with @TaskLock',
    );
  });

  test('an auto-mocker rejects in place of never running the method', async () => {
    const application = await Test.createTestingModule({ providers: [Jobs] })
      .useMocker(() => ({ call: async () => undefined }))
      .compile();
    await expect(application.get(Jobs).cleanUp()).rejects.toThrow('has no lock to run under');
  });
});

describe('TaskLockInterceptor that is bound by hand', () => {
  @Controller()
  class Requests {
    @Get()
    @UseInterceptors(TaskLockInterceptor)
    request(): string {
      return 'unlocked';
    }
  }

  async function answer(url: string): Promise<unknown> {
    return (await fetch(url)).json();
  }

  test('to a method refuses its requests, and the log says what to write', async () => {
    const logger = new CapturedLog();
    const module = await buildApplication({ controllers: [Requests], logger }).compile();
    const application = module.createNestApplication();
    await application.listen(0, '127.0.0.1');
    expect(await answer(await application.getUrl())).toMatchObject({ statusCode: 500 });
    expect(logger.errors.join()).toContain('TaskLockInterceptor cannot be bound to Requests.request');
    expect(logger.errors.join()).toContain("decorate the method with @TaskLock('a-name')");
    await application.close();
  });

  test('to the application refuses its requests too', async () => {
    @Controller()
    class Plain {
      @Get()
      request(): string {
        return 'unlocked';
      }
    }
    const logger = new CapturedLog();
    const module = await buildApplication({ controllers: [Plain], logger }).compile();
    const application = module.createNestApplication();
    application.useGlobalInterceptors(application.get(TaskLockInterceptor));
    await application.listen(0, '127.0.0.1');
    expect(await answer(await application.getUrl())).toMatchObject({ statusCode: 500 });
    expect(logger.errors.join()).toContain('TaskLockInterceptor cannot be bound to Plain.request');
    await application.close();
  });
});

test('two locks on one method are two tasks, and both are held', async () => {
  @Injectable()
  class Jobs {
    constructor(private readonly journal: Journal) {}

    @TaskLock('outer')
    @TaskLock('inner')
    async job(): Promise<string> {
      this.journal.write();
      return 'done';
    }
  }
  const application = await startApplication({ providers: [Jobs, Journal] });
  expect(await application.get(Jobs).job()).toBe('done');
  expect(application.get(Journal).of('inner')).toHaveLength(1);
});
