import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { currentTaskRun } from 'nestjs-task-lock';
import { attachTaskLock, TaskLockTestingModule } from 'nestjs-task-lock/testing';
import { CleanUpService } from './clean-up.service.js';
import { Mailer } from './mailer.js';

const mailer = { send: jest.fn(async () => expect(currentTaskRun()?.name).toBe('clean-up')) };
const providers = [CleanUpService, { provide: Mailer, useValue: mailer }];

beforeEach(() => {
  mailer.send.mockClear();
});

describe('an existing spec with TaskLockTestingModule among its imports', () => {
  it('runs the method under a lock in memory and returns its value, again and again', async () => {
    const testing = await Test.createTestingModule({ imports: [TaskLockTestingModule], providers }).compile();
    const service = testing.get(CleanUpService);
    await expect(service.cleanUp()).resolves.toBe(3);
    await expect(service.cleanUp()).resolves.toBe(3);
    await expect(service.export()).resolves.toBe('exported');
    expect(mailer.send).toHaveBeenCalledTimes(2);
    await testing.close();
  });

  it('works after init() as well', async () => {
    const testing = await Test.createTestingModule({ imports: [TaskLockTestingModule], providers }).compile();
    await testing.init();
    await expect(testing.get(CleanUpService).cleanUp()).resolves.toBe(3);
    await testing.close();
  });

  it('skips a call during a run', async () => {
    const testing = await Test.createTestingModule({ imports: [TaskLockTestingModule], providers }).compile();
    const service = testing.get(CleanUpService);
    const values = await Promise.all([service.cleanUp(), service.cleanUp()]);
    expect(values).toContain(3);
    expect(values).toContain(undefined);
    await testing.close();
  });
});

describe('a class that is made with new', () => {
  it('runs after attachTaskLock', async () => {
    const service = attachTaskLock(new CleanUpService(mailer));
    await expect(service.cleanUp()).resolves.toBe(3);
    expect(mailer.send).toHaveBeenCalledTimes(1);
  });
});

describe('without either', () => {
  it('the testing module does not compile, and names the line that helps', async () => {
    await expect(Test.createTestingModule({ providers }).compile()).rejects.toThrow(
      "TaskLockTestingModule from 'nestjs-task-lock/testing'",
    );
  });

  it('a class made with new refuses the call, and names the lines that help', async () => {
    await expect(new CleanUpService(mailer).cleanUp()).rejects.toThrow('attachTaskLock(instance)');
    expect(mailer.send).not.toHaveBeenCalled();
  });
});
