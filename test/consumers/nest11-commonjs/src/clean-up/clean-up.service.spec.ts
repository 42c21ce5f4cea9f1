import { Test } from '@nestjs/testing';
import { currentTaskRun, TaskLockModule, TaskLockService } from 'nestjs-task-lock';
import { attachTaskLock, InMemoryLockStore, TaskLockTestingModule } from 'nestjs-task-lock/testing';
import { CleanUpService } from './clean-up.service';
import { Mailer } from './mailer';

const mailer = { send: jest.fn(async () => expect(currentTaskRun()?.name).toBe('clean-up')) };
const providers = [CleanUpService, { provide: Mailer, useValue: mailer }];

beforeEach(() => mailer.send.mockClear());

describe('an existing spec with TaskLockTestingModule among its imports', () => {
  it('runs the method under a lock in memory and returns its value, again and again', async () => {
    const testing = await Test.createTestingModule({ imports: [TaskLockTestingModule], providers }).compile();
    const service = testing.get(CleanUpService);
    await expect(service.cleanUp()).resolves.toBe(3);
    await expect(service.cleanUp()).resolves.toBe(3);
    await expect(service.export()).resolves.toBe('exported');
    await expect(service.export()).resolves.toBe('exported');
    expect(mailer.send).toHaveBeenCalledTimes(2);
    await testing.close();
  });

  it('works after init() as well, and knows the tasks by their names', async () => {
    const testing = await Test.createTestingModule({ imports: [TaskLockTestingModule], providers }).compile();
    await testing.init();
    await expect(testing.get(CleanUpService).cleanUp()).resolves.toBe(3);
    await expect(testing.get(TaskLockService).run('export', () => 'by name')).resolves.toEqual({
      status: 'executed',
      value: 'by name',
    });
    await testing.close();
  });

  it('skips a call during a run', async () => {
    const testing = await Test.createTestingModule({ imports: [TaskLockTestingModule], providers }).compile();
    const service = testing.get(CleanUpService);
    let finish = () => {};
    mailer.send.mockImplementationOnce(() => new Promise((resolve) => (finish = resolve)));
    const first = service.cleanUp();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await expect(service.cleanUp()).resolves.toBeUndefined();
    finish();
    await expect(first).resolves.toBe(3);
    await testing.close();
  });

  it('shares its locks with another application through a store', async () => {
    const imports = [TaskLockTestingModule.forRoot({ store: new InMemoryLockStore(), minHoldFactor: 0.9 })];
    const testings = await Promise.all(
      [1, 2].map(() => Test.createTestingModule({ imports, providers }).compile()),
    );
    const values = [];
    for (const testing of testings) values.push(await testing.get(CleanUpService).export());
    expect(values).toEqual(['exported', undefined]);
    await Promise.all(testings.map((testing) => testing.close()));
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

  it("an auto-mocker's runtime is refused, where the method would never run, in silence", async () => {
    const testing = await Test.createTestingModule({ providers: [CleanUpService] })
      .useMocker(() => ({ send: jest.fn(), call: jest.fn() }))
      .compile();
    await expect(testing.get(CleanUpService).cleanUp()).rejects.toThrow('TaskLockTestingModule');
  });

  it('a class made with new refuses the call, and names the lines that help', async () => {
    const service = new CleanUpService(mailer);
    await expect(service.cleanUp()).rejects.toThrow('attachTaskLock(instance)');
    await expect(service.cleanUp()).rejects.toThrow('TaskLockTestingModule');
    await expect(service.cleanUp()).rejects.toThrow('TaskLockModule.forRoot()');
    expect(mailer.send).not.toHaveBeenCalled();
  });
});

it('TaskLockModule without a database starts where it is not enabled', async () => {
  const imports = [TaskLockModule.forRoot({ enabled: false })];
  const testing = await Test.createTestingModule({ imports, providers }).compile();
  await testing.init();
  await expect(testing.get(CleanUpService).cleanUp()).resolves.toBe(3);
  await testing.close();
});
