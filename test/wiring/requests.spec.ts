import { describe, expect, jest, test } from '@jest/globals';
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, Scope } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import type { TestingModule } from '@nestjs/testing';
import { currentTaskRun } from '../../src/calls/call-context.js';
import { TaskLock, TaskLockService } from '../../src/index.js';
import type { TaskLockModuleOptions, TaskRequestOptions } from '../../src/index.js';
import { attachTaskLock, InMemoryLockStore } from '../../src/testing/index.js';
import { closeApplicationsAfterEach, fireTick, startApplication, YEARLY } from '../support/application.js';
import { aClaim } from '../support/claims.js';
import { CapturedLog } from '../support/captured-log.js';
import { Gate } from '../support/gate.js';
import { until } from '../support/until.js';

jest.setTimeout(30_000);
closeApplicationsAfterEach();

/** What a method was called with, and by which run. */
const calls: {
  task: string;
  args: unknown[];
  fence?: bigint;
  tick?: Date;
  context?: string;
  lost?: boolean;
}[] = [];
const context = new AsyncLocalStorage<string>();
let gate: Gate | undefined;
let failures = 0;

async function note(...args: unknown[]): Promise<void> {
  const run = currentTaskRun();
  const { name = '(no lock)', fence, scheduledTime } = run ?? {};
  const lost = run?.signal.aborted;
  calls.push({ task: name, args, fence, tick: scheduledTime, context: context.getStore(), lost });
  await gate?.opened;
  if (failures-- > 0) throw new Error('no disk');
}

@Injectable()
class Exports {
  @TaskLock('plain', undefined, { attempts: 3 })
  plain(...args: unknown[]): Promise<void> {
    return note(...args);
  }

  @TaskLock('export', undefined, { key: (courseId: number) => courseId, attempts: 3 })
  export(courseId: number, title?: string): Promise<void> {
    return note(courseId, title);
  }

  @Cron(YEARLY, { name: 'nightly' })
  @TaskLock('nightly', undefined, { attempts: 3, recover: true })
  nightly(...args: unknown[]): Promise<void> {
    return note(...args);
  }

  @TaskLock('buffered', undefined, { overlap: 'bufferOne' })
  async buffered(arg: unknown): Promise<string> {
    await note(arg);
    return 'done';
  }

  @TaskLock('debounced', undefined, { debounce: { delay: 300 } })
  debounced(arg: unknown): Promise<void> {
    return note(arg);
  }

  @TaskLock('leading', undefined, { debounce: { delay: 600, mode: 'leading' } })
  leading(arg: unknown): Promise<void> {
    return note(arg);
  }

  @TaskLock('spaced', undefined, { attempts: 3, minHold: '1h' })
  spaced(arg: unknown): Promise<void> {
    return note(arg);
  }

  @TaskLock('once', undefined, { attempts: 1 })
  once(arg: unknown): Promise<void> {
    return note(arg);
  }

  @TaskLock('short', undefined, { overlap: 'bufferOne', attempts: 2, maxHold: '200ms' })
  short(arg: unknown): Promise<void> {
    return note(arg);
  }

  @TaskLock('undeclared')
  undeclared(arg: unknown): Promise<void> {
    return note(arg);
  }
}

interface Started {
  application: TestingModule;
  exports: Exports;
  service: TaskLockService;
  store: InMemoryLockStore;
  log: CapturedLog;
}

async function start(
  options: TaskLockModuleOptions = {},
  scheduler?: { cronJobs: boolean },
): Promise<Started> {
  calls.length = 0;
  gate = undefined;
  failures = 0;
  const log = new CapturedLog();
  const store = (options.store as InMemoryLockStore | undefined) ?? new InMemoryLockStore();
  const application = await startApplication({
    providers: [Exports],
    // Nothing may depend on regular polls but what they are for.
    options: { pollingInterval: '1h', ...options, store },
    scheduler,
    logger: log,
  });
  const service = application.get(TaskLockService);
  return { application, exports: application.get(Exports), service, store, log };
}

const ran = (task: string): unknown[][] => calls.filter((call) => call.task === task).map(({ args }) => args);

describe('a request', () => {
  test('runs its task once, with its arguments, under its lock', async () => {
    const { service, store } = await start();
    await service.request('plain', { args: [{ id: 5 }, 'text'] });
    await until(() => store.requests.all().length === 0);
    expect(ran('plain')).toEqual([[{ id: 5 }, 'text']]);
    expect(calls[0]?.fence).toBe(store.row('plain')?.fence);
  });

  test('that comes while its task runs is one more run, however often it comes', async () => {
    const { service, store } = await start();
    gate = new Gate();
    await service.request('plain', { args: [1] });
    await until(() => calls.length === 1);
    for (let nth = 2; nth <= 11; nth++) await service.request('plain', { args: [nth] });
    gate.open();
    await until(() => store.requests.all().length === 0);
    expect(ran('plain')).toEqual([[1], [11]]);
  });

  test('has arguments that the compiler checks against the method', async () => {
    const { service, store } = await start();
    await service.request<Exports['export']>('export', { args: [5] });
    // @ts-expect-error: the method takes a number
    await service.request<Exports['export']>('export', { args: ['5'] });
    await until(() => store.requests.all().length === 0);
  });

  test('of another key runs beside it', async () => {
    const { service } = await start();
    gate = new Gate();
    await service.request<Exports['export']>('export', { args: [5, 'five'] });
    await service.request<Exports['export']>('export', { args: [6], key: 6 });
    await until(() => calls.length === 2);
    gate.open();
    expect(calls.map(({ args }) => args[0])).toEqual([5, 6]);
  });

  test('runs outside of the contexts of who publishes it', async () => {
    const { service, store } = await start();
    await context.run('a transaction of the caller', () => service.request('plain', { args: [1] }));
    await until(() => store.requests.all().length === 0);
    expect(calls.map((call) => call.context)).toEqual([undefined]);
  });

  test('of a class that is made anew for each request is refused', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Scoped {
      @TaskLock('scoped')
      async scoped(): Promise<void> {}
    }
    const application = await startApplication({ providers: [Scoped] });
    const request = application.get(TaskLockService).request('scoped');
    await expect(request).rejects.toThrow(
      `TaskLockService.request('scoped'): there is no object to call it on later. Its class is made anew for each request`,
    );
  });

  test('with a delay is due then', async () => {
    const { service, store } = await start();
    await service.request('plain', { delay: 400 });
    const { requestedAt, dueAt } = store.requests.all()[0]!;
    expect(dueAt - requestedAt).toBe(400);
    await until(() => calls.length === 1);
    expect(Date.now()).toBeGreaterThanOrEqual(dueAt);
  });

  test('of a scheduled task takes no tick, and is not held up by its minimum hold', async () => {
    const { application, service, store } = await start();
    await fireTick(application, 'nightly');
    await service.request('nightly', { args: ['now'] });
    await until(() => store.requests.all().length === 0);
    expect(ran('nightly')).toEqual([[], ['now']]);
    expect(calls[1]?.tick).toBeUndefined();
  });

  test('does not delay the schedule', async () => {
    const { application, service, store } = await start();
    await service.request('nightly');
    await until(() => store.requests.all().length === 0);
    await fireTick(application, 'nightly');
    expect(calls.map(({ tick }) => tick !== undefined)).toEqual([false, true]);
  });

  test('of a replica that died is found by one that declares the task', async () => {
    const store = new InMemoryLockStore();
    await store.requests.add([{ name: 'plain', task: 'plain', args: '[7]', delay: 0 }]);
    await start({ store, pollingInterval: 100 });
    await until(() => calls.length === 1);
    expect(ran('plain')).toEqual([[7]]);
  });

  test('of a task that declares nothing runs where it was published', async () => {
    const { service } = await start();
    await service.request('undeclared', { args: [1] });
    await until(() => calls.length === 1);
    expect(ran('undeclared')).toEqual([[1]]);
  });

  test('whose run fails is tried again, told, and parked in the end', async () => {
    const { service, store, log } = await start();
    failures = 1;
    await service.request('plain', { args: [1] });
    await until(() => calls.length === 2);
    expect(store.requests.all()).toEqual([]);
    failures = 9;
    await service.request('plain', { args: [2] });
    await until(() => store.requests.all()[0]?.parkedAt !== undefined);
    expect(ran('plain').filter(([arg]) => arg === 2)).toHaveLength(3);
    expect(store.requests.all()[0]).toMatchObject({ attempts: 3, error: 'no disk' });
    expect(log.errors.at(-2)).toBe('1 requests of "plain" are parked after 3 attempts: no disk');
  });
});

describe('a call of a task that buffers one', () => {
  test('runs at once where the lock is free, and has its value', async () => {
    const { exports } = await start();
    expect(await exports.buffered(1)).toBe('done');
  });

  test('that overlaps resolves to nothing, and is one more run with the last arguments', async () => {
    const { exports, store } = await start();
    gate = new Gate();
    const first = exports.buffered(1);
    await until(() => calls.length === 1);
    for (let nth = 2; nth <= 9; nth++) expect(await exports.buffered(nth)).toBeUndefined();
    gate.open();
    expect(await first).toBe('done');
    await until(() => store.requests.all().length === 0);
    expect(ran('buffered')).toEqual([[1], [9]]);
  });

  test('serves what waits along with its own: it would run later with older arguments', async () => {
    const { exports, store } = await start();
    await store.requests.add([{ name: 'buffered', task: 'buffered', args: '["old"]', delay: 0 }]);
    await until(() => Date.now() > store.requests.all()[0]!.requestedAt + 100);
    await exports.buffered('new');
    expect(ran('buffered')).toEqual([['new']]);
    expect(store.requests.all()).toEqual([]);
  });
});

describe('what one replica publishes keeps its order', () => {
  test('a call serves what was published before it, however long its claim takes', async () => {
    let now = Date.now();
    const store = new InMemoryLockStore(() => now);
    const { exports, service } = await start({ store });
    await service.request('buffered', { args: ['old'], delay: 1 });
    const claim = store.claim.bind(store);
    jest.spyOn(store, 'claim').mockImplementationOnce(async (requests) => {
      const answers = await claim(requests);
      // The request is due by then, and not before: nothing but the call can run it.
      now += 20;
      return answers;
    });
    await exports.buffered('new');
    await until(() => store.requests.all().length === 0);
    expect(ran('buffered')).toEqual([['new']]);
  });

  test('a call that overlaps comes before a request that is made after it', async () => {
    const { exports, service, store } = await start();
    gate = new Gate();
    const first = exports.buffered('first');
    await until(() => calls.length === 1);
    await Promise.all([exports.buffered('older'), service.request('buffered', { args: ['newer'] })]);
    gate.open();
    await first;
    await until(() => store.requests.all().length === 0);
    expect(ran('buffered')).toEqual([['first'], ['newer']]);
  });

  test('of calls in one turn the first runs, and the last comes last', async () => {
    const { exports, store } = await start();
    const claims = jest.spyOn(store, 'claim');
    await Promise.all(Array.from({ length: 30 }, (_, nth) => exports.buffered(nth)));
    await until(() => store.requests.all().length === 0);
    expect(ran('buffered')).toEqual([[0], [29]]);
    // Those that come after an undecided one claim no lock.
    expect(claims.mock.calls.length).toBeLessThan(5);
  });
});

test('a pick-up that is answered too late was no attempt, and is not sent where it still waits', async () => {
  const { service, store, log } = await start({ claimTimeout: 50 });
  const late = new Gate();
  const pickUp = store.requests.pickUp.bind(store.requests);
  const pickUps = jest.spyOn(store.requests, 'pickUp').mockImplementationOnce(async (...args) => {
    const picked = await pickUp(...args);
    await late.opened;
    return picked;
  });
  await service.request('once', { args: [1] });
  await until(() => store.requests.all().length === 0);
  expect(ran('once')).toEqual([[1]]);
  expect(pickUps.mock.calls[0]).toHaveProperty('2.aborted', true);
  expect(log.lines.filter(({ message }) => message.includes('could not begin'))).toHaveLength(1);
  late.open();
});

test('a pick-up that is carried out too late is given back', async () => {
  const { service, store } = await start({ claimTimeout: 50 });
  const late = new Gate();
  const pickUps = jest.spyOn(store.requests, 'pickUp').mockImplementationOnce(async () => {
    await late.opened;
    return { count: 1, args: '[1]', parked: 0 };
  });
  const settle = jest.spyOn(store.requests, 'settle');
  await service.request('once', { args: [1] });
  await until(() => store.requests.all().length === 0);
  const { token } = pickUps.mock.calls[0]![0];
  const givenBack = () =>
    settle.mock.calls.filter(([run]) => run.token === token && run.outcome === 'aborted').length;
  expect(givenBack()).toBe(1);
  late.open();
  await until(() => givenBack() === 2);
});

/** The next pick-up takes longer than the lock of `short` lasts. */
function outlastTheLock({ requests }: InMemoryLockStore): void {
  const pickUp = requests.pickUp.bind(requests);
  jest.spyOn(requests, 'pickUp').mockImplementationOnce(async (...args) => {
    const picked = await pickUp(...args);
    await pause(300);
    return picked;
  });
}

describe('a claim for requests under which nothing runs', () => {
  test('starts no minimum hold', async () => {
    const { service, store } = await start();
    const pickUp = jest.spyOn(store.requests, 'pickUp').mockResolvedValueOnce({ count: 0, parked: 0 });
    await service.request('spaced', { args: [1] });
    await until(() => calls.length === 1);
    expect(pickUp).toHaveBeenCalledTimes(2);
    expect(store.row('spaced')?.outcome).toBe('succeeded');
  });

  test('whose lock is lost meanwhile does not begin, and its request was not tried', async () => {
    const { service, store } = await start();
    outlastTheLock(store);
    await service.request('short', { args: [1] });
    await until(() => calls.length === 1);
    expect(calls[0]?.lost).toBe(false);
    await until(() => store.requests.all().length === 0);
  });

  test('of a call that buffers one becomes a request', async () => {
    const { exports, store } = await start();
    outlastTheLock(store);
    expect(await exports.short(1)).toBeUndefined();
    await until(() => store.requests.all().length === 0);
    expect(calls).toMatchObject([{ args: [1], lost: false }]);
  });
});

test('a run that never settles is tried again after its maximum hold, and keeps no newer request waiting', async () => {
  const { service, store } = await start();
  gate = new Gate();
  await service.request('short', { args: ['hangs'] });
  await until(() => calls.length === 1);
  const hanging = gate;
  gate = undefined;
  await service.request('short', { args: ['newer'] });
  await until(() => store.requests.all().length === 0);
  expect(ran('short')).toEqual([['hangs'], ['newer']]);
  hanging.open();
});

test.each([
  ['a replica that schedules', undefined],
  ['one that is told not to', { cronJobs: false }],
])('a run of requests leaves the tick that a dead run owes to its recovery, on %s', async (_, scheduler) => {
  const store = new InMemoryLockStore();
  const { service } = await start({ store }, scheduler);
  await service.request('nightly', { args: ['first'] });
  await until(() => calls.length === 1 && store.requests.all().length === 0);
  const tick = { kind: 'scheduled', scheduledTime: new Date() } as const;
  const lease = { name: 'nightly', tick, lease: 0, minHold: 0, recover: true, replica: 'dead' };
  await store.claim([aClaim(lease)]);
  await service.request('nightly', { args: ['asked'] });
  await until(() => store.requests.all().length === 0);
  expect(calls.slice(1).map(({ args, tick: at }) => [args, at])).toEqual([
    [[], tick.scheduledTime],
    [['asked'], undefined],
  ]);
});

describe('two replicas', () => {
  test('one that loses to a run polls again when that is over, and not at the end of its lease', async () => {
    const store = new InMemoryLockStore();
    const one = await start({ store, pollingInterval: 100, replicaId: 'one' });
    const other = await start({ store, pollingInterval: 100, replicaId: 'other' });
    const claims = jest.spyOn(store, 'claim');
    gate = new Gate();
    await one.exports.leading(1);
    await until(() => calls.length === 1);
    const winner = store.row('leading')?.lockedBy;
    const found = { name: 'leading', task: 'leading', count: 1, dueIn: 0 };
    const polls = jest.spyOn(store.requests, 'waiting').mockImplementation(async () => [found]);
    await until(() => claims.mock.calls.some(([[claim]]) => claim?.replica !== winner));
    polls.mockRestore();
    gate.open();
    await until(() => store.requests.all().length === 0);
    await (winner === 'one' ? one : other).application.close();
    await (winner === 'one' ? other : one).exports.leading(2);
    await until(() => calls.length === 2);
  });

  test('what overlaps on one runs when the run of the other ends, at once', async () => {
    const store = new InMemoryLockStore();
    const one = await start({ store });
    const other = await start({ store });
    gate = new Gate();
    const running = one.exports.buffered('first');
    await until(() => calls.length === 1);
    const polls = jest.spyOn(store.requests, 'waiting');
    await other.exports.buffered('second');
    // Its poll has met the run; nothing but the release of that can tell that the lock is free.
    await until(() => polls.mock.calls.length > 0);
    gate.open();
    await running;
    await until(() => store.requests.all().length === 0);
    expect(ran('buffered')).toEqual([['first'], ['second']]);
  });

  test('a run that a shutdown cuts off leaves its requests to the other, and was no attempt', async () => {
    const { application, service, store, log } = await start({ shutdownTimeout: 0 });
    gate = new Gate();
    await service.request('plain', { args: [1] });
    await until(() => calls.length === 1);
    const closing = application.close();
    await until(() => log.errors.some((line) => line.includes('is shutting down')));
    failures = 1;
    gate.open();
    await closing;
    await until(() => store.requests.all()[0]?.token === undefined);
    expect(store.requests.all()).toMatchObject([{ attempts: 0 }]);
  });
});

test('a request runs under the lock that it was written for, and under no other', async () => {
  const store = new InMemoryLockStore();
  // As of a version whose key was another one.
  await store.requests.add([
    { name: 'export:old', task: 'export', key: 'old', args: '[5,"five"]', delay: 0 },
  ]);
  await start({ store, pollingInterval: 100 });
  await until(() => store.requests.all().length === 0);
  expect(ran('export')).toEqual([[5, 'five']]);
  expect(store.row('export:old')?.outcome).toBe('succeeded');
  expect(store.row('export:5')).toBeUndefined();
});

test('a call whose claim waited leaves what was published meanwhile, with newer arguments', async () => {
  const { exports, store } = await start();
  const claim = store.claim.bind(store);
  const mayClaim = new Gate();
  const claims = jest.spyOn(store, 'claim').mockImplementationOnce(async (requests) => {
    await mayClaim.opened;
    return claim(requests);
  });
  const older = exports.buffered('older');
  await until(() => claims.mock.calls.length > 0);
  const calledAt = Date.now();
  await until(() => Date.now() > calledAt + 50);
  await store.requests.add([{ name: 'buffered', task: 'buffered', args: '["newer"]', delay: 0 }]);
  const publishedAt = Date.now();
  await until(() => Date.now() > publishedAt + 50);
  mayClaim.open();
  await older;
  await until(() => store.requests.all().length === 0);
  expect(ran('buffered')).toEqual([['older'], ['newer']]);
});

describe('calls of a debounced task', () => {
  test('are one run with the last arguments when its delay is over', async () => {
    const { exports, store } = await start();
    for (let nth = 1; nth <= 10; nth++) expect(await exports.debounced(nth)).toBeUndefined();
    expect(calls).toEqual([]);
    const last = Math.max(...store.requests.all().map(({ dueAt }) => dueAt));
    await until(() => store.requests.all().length === 0);
    expect(ran('debounced')).toEqual([[10]]);
    expect(Date.now()).toBeGreaterThanOrEqual(last);
  });

  test('with leading lose none where they come one by one', async () => {
    const { exports, store } = await start();
    await exports.leading(1);
    await until(() => calls.length === 1);
    for (const arg of [2, 3, 4]) {
      await pause(80);
      await exports.leading(arg);
    }
    await until(() => store.requests.all().length === 0);
    expect(ran('leading').at(0)).toEqual([1]);
    expect(ran('leading').at(-1)).toEqual([4]);
  });

  test('with leading run the first at once, and the last when the window is over', async () => {
    let now = Date.now();
    const store = new InMemoryLockStore(() => now);
    const { exports } = await start({ store });
    await exports.leading(1);
    await until(() => calls.length === 1);
    const claims = jest.spyOn(store, 'claim');
    for (let nth = 2; nth <= 10; nth++) await exports.leading(nth);
    await until(() => claims.mock.calls.length > 0);
    now += 600;
    await until(() => store.requests.all().length === 0);
    expect(ran('leading')).toEqual([[1], [10]]);
    expect(store.row('leading')!.startedAt).toBe(now);
  });

  test('can be published by the service too', async () => {
    const { service, store } = await start();
    await service.request('debounced', { args: [1] });
    await service.request('debounced', { args: [2] });
    await until(() => store.requests.all().length === 0);
    expect(ran('debounced')).toEqual([[2]]);
  });
});

describe('a request that is refused leaves nothing behind:', () => {
  test.each([
    [
      'an unknown task',
      'nope',
      {},
      "TaskLockService.request('nope'): no method is decorated with @TaskLock('nope')",
    ],
    [
      'arguments that are not JSON',
      'plain',
      { args: [1, new Date(0)] },
      "request('plain'), option args: args[1] is not JSON",
    ],
    ['a bigint', 'plain', { args: [5n] }, "request('plain'), option args: args[0] cannot be written as JSON"],
    ['a missing argument', 'plain', { args: [undefined, 2] }, 'args[0] is not JSON'],
    ['arguments that are no array', 'plain', { args: 'text' as never }, 'option args: must be an array'],
    [
      'a delay beyond the maximum',
      'plain',
      { delay: '31d' },
      "request('plain'), option delay: 31d is more than the maximum of 30d",
    ],
    ['a delay without a unit', 'plain', { delay: '31' }, 'option delay: '],
    [
      'a delay of a debounced task',
      'debounced',
      { delay: '1s' },
      "option delay: the task's debounce says when it runs",
    ],
    ['a key of a task without', 'plain', { key: 5 }, "request('plain'), option key: "],
    [
      'a key that is not that of its arguments',
      'export',
      { args: [5], key: 6 },
      "option key: '6' is not the key of these args",
    ],
    [
      'arguments without a key',
      'export',
      {},
      "request('export'), option args: the task's key is computed from them",
    ],
    ['an option that does not exist', 'plain', { arguments: [] }, 'option arguments: is not an option'],
    [
      'a manager that is none',
      'plain',
      { manager: {} as never },
      'option manager: must be the EntityManager',
    ],
  ])('%s', async (_, name, options, message) => {
    const { service, store } = await start();
    await expect(service.request(name, options as TaskRequestOptions)).rejects.toThrow(message);
    expect(store.requests.all()).toEqual([]);
  });

  test('a call that overlaps with arguments that are not JSON, also where the lock is free', async () => {
    const { exports } = await start();
    await expect(exports.buffered(new Map())).rejects.toThrow('Exports.buffered: args[0] is not JSON');
    expect(calls).toEqual([]);
  });
});

test('requests of a task that no replica knows are reported, and kept', async () => {
  let now = Date.now() - 120_000;
  const store = new InMemoryLockStore(() => now);
  await store.requests.add([{ name: 'renamed', task: 'renamed', args: '[]', delay: 0 }]);
  now += 120_000;
  const { log } = await start({ store, pollingInterval: 100 });
  await until(() => log.warnings.length > 0);
  expect(log.warnings[0]).toMatch(
    /^1 requests for the task "renamed" wait since .* no task of that name: they are kept/,
  );
  expect(store.requests.all()).toHaveLength(1);
});

test('work that is given to the service runs at once, also under the lock of a debounced task', async () => {
  const { service } = await start();
  const waiting = { name: 'debounced', overlap: 'wait', waitTimeout: '1s' } as const;
  expect(await service.run(waiting, () => 'ran')).toEqual({ status: 'executed', value: 'ran' });
  await expect(service.run({ name: 'debounced', overlap: 'bufferOne' }, () => {})).rejects.toThrow(
    "TaskLockService.run('debounced'), option overlap: bufferOne is for decorated methods",
  );
});

test('a store that takes no requests is told at start-up with a task that needs them', async () => {
  const store = Object.assign(new InMemoryLockStore(), { requests: undefined });
  await expect(startApplication({ providers: [Exports], options: { store } })).rejects.toThrow(
    /TaskLockModule, option store: InMemoryLockStore has no `requests`, which the task '\w+' needs/,
  );
});

class ShardedStore extends InMemoryLockStore {
  constructor() {
    super();
    Object.assign(this, { requests: undefined });
  }
}

describe('a store that takes no requests is named, with the call that needs them,', () => {
  @Injectable()
  class Plain {
    @TaskLock('plain')
    async plain(): Promise<void> {}
  }

  test('by a request of a task that declares nothing of them', async () => {
    const application = await startApplication({
      providers: [Plain],
      options: { store: new ShardedStore() },
    });
    await expect(application.get(TaskLockService).request('plain')).rejects.toThrow(
      "TaskLockService.request('plain') needs a store with `requests`, and ShardedStore has none: a request has no place " +
        'to wait in.',
    );
  });

  test('by a call that would become one, of an object that no start-up has checked', async () => {
    const exports = attachTaskLock(new Exports(), { store: new ShardedStore() });
    for (const call of [exports.buffered(1), exports.debounced(1)]) {
      await expect(call).rejects.toThrow(
        /^Exports\.(buffered|debounced) needs a store with `requests`, and ShardedStore has none/,
      );
    }
    expect(await exports.plain(1)).toBeUndefined();
  });
});
