import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { nearestNames } from '../../src/operate/nearest-names.js';
import { TaskLockOperatorError } from '../../src/operate/operator-errors.js';
import type { PauseOptions } from '../../src/operate/operator-options.js';
import { TaskLockOperator } from '../../src/operate/task-lock-operator.js';
import { InMemoryLockStore } from '../../src/store/memory/memory-lock-store.js';
import type { OperatorStore } from '../../src/store/operator-store.js';
import { aClaim } from '../support/claims.js';
import { FakeClock } from '../support/fake-clock.js';
import { DAY, declaredTask, definition, HOUR, MINUTE, runningLock, taskRecord } from '../support/operated.js';

const NOW = new Date('2026-03-10T06:30:00Z');
const BY = { by: 'ana', reason: 'the disk is full' };

/** An operator of the hourly task `clean-up` in memory, at 06:30. */
async function operated(overrides: Partial<OperatorStore> = {}) {
  const clock = new FakeClock(NOW.getTime());
  const locks = new InMemoryLockStore(() => clock.now());
  const store = locks.operator;
  await store.declare({ tasks: [declaredTask()], replica: 'app-1', version: '1.0.0' });
  return { clock, locks, store, operator: new TaskLockOperator(Object.assign(store, overrides), {}, clock) };
}

async function errorOf(answer: Promise<unknown>): Promise<TaskLockOperatorError> {
  const error: unknown = await answer.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TaskLockOperatorError);
  return error as TaskLockOperatorError;
}

async function refusal(answer: Promise<unknown>): Promise<string> {
  return (await errorOf(answer)).message;
}

describe('bad input', () => {
  test('of an unknown task lists the nearest names', async () => {
    const { operator } = await operated();
    expect(await refusal(operator.task('cleanup'))).toBe(
      `TaskLockOperator.task(): no task is called 'cleanup': did you mean 'clean-up'?`,
    );
    expect(await refusal(operator.task('x'))).toBe(
      "TaskLockOperator.task(): no task is called 'x'; tasks() lists all of them",
    );
    expect(nearestNames('clean', ['shop/clean-up', 'report', 'CLEAN'])).toEqual(['CLEAN', 'shop/clean-up']);
  });

  test('is told as data, from which each surface words its own message', async () => {
    const { operator } = await operated();
    expect(await errorOf(operator.task('cleanup'))).toMatchObject({
      kind: 'unknown-task',
      method: 'task',
      option: undefined,
      problem: "no task is called 'cleanup': did you mean 'clean-up'?",
      nearest: ['clean-up'],
    });
    expect(await errorOf(operator.task('x'))).toMatchObject({
      problem: "no task is called 'x'",
      nearest: [],
    });
    expect(await errorOf(operator.pause('clean-up', { ...BY, by: '' }))).toMatchObject({
      kind: 'input',
      method: 'pause',
      option: 'by',
      problem: 'is missing: it says who acts',
      message: "TaskLockOperator.pause(): option by is missing: it says who acts; write { by: 'ana' }",
    });
  });

  test('names all tasks where only one can be meant', async () => {
    const { operator } = await operated();
    for (const answer of [
      operator.task('*'),
      operator.explain('*'),
      operator.trigger('*', BY),
      operator.forget('*', BY),
      operator.cancel('*', { fence: '1', ...BY }),
      operator.release('*', { fence: '1', ...BY }),
    ]) {
      expect(await refusal(answer)).toContain(`'*' names all tasks, which only a pause or a resume can mean`);
    }
  });

  test('of options says which, what is wrong, and how to write it', async () => {
    const { operator } = await operated();
    const cases: [Promise<unknown>, string][] = [
      [
        operator.pause('clean-up', { ...BY, until: new Date(NOW.getTime()) }),
        'option until must lie in the future',
      ],
      [operator.pause('clean-up', { ...BY, until: 'tomorrow' }), `like '2026-03-01T12:00:00Z'`],
      [operator.pause('clean-up', { ...BY, until: '2026-03-11T12:00:00' }), 'with its offset'],
      [operator.pause('clean-up', { ...BY, by: '' }), `write { by: 'ana' }`],
      [operator.pause('clean-up', { by: 'ana', reason: ' ' }), 'option reason is missing'],
      [
        operator.pause('clean-up', { by: 'ana', reason: 'x'.repeat(501) }),
        'at most 500 characters long; it has 501',
      ],
      [operator.pause('clean-up', { by: 'ana', reason: '\0' }), 'the database cannot store'],
      [operator.cancel('clean-up', { ...BY, fence: 'abc' }), 'option fence must be the number of the run'],
      [operator.release('clean-up', { ...BY, fence: '1', now: true }), 'option now needs a forced release'],
      [operator.trigger('clean-up', { by: 'ana', args: '{' }), 'option args is no JSON'],
      [operator.trigger('clean-up', { by: 'ana', args: '{}' }), 'must be a JSON array'],
      [operator.trigger('clean-up', { by: 'ana', args: [new Date()] }), 'args[0] is not JSON'],
      [operator.runs('clean-up', { limit: 0 }), 'option limit must be a whole number from 1 to 500'],
      [operator.tasks({ page: 1.5 }), 'option page must be'],
      [operator.ticks('clean-up', { from: '2027-01-01T00:00:00Z' }), 'lies in the future'],
      [operator.ticks('clean-up', { from: new Date(-1e14) }), 'option from must be an instant'],
      [operator.runs('clean-up', { before: '0000-01-01T00:00:00Z' }), 'option before must be an instant'],
      [operator.pause('clean-up', { ...BY, until: '+275760-01-01T00:00:00Z' }), 'option until must be'],
      [operator.triggered('99'), 'names no trigger'],
      [
        operator.explain('clean-up', { key: '5' }),
        "option key is not for 'clean-up', which has no keys: one lock is for all its calls; leave it out",
      ],
    ];
    for (const [answer, text] of cases) {
      const { message, problem } = await errorOf(answer);
      expect(message).toContain(text);
      // A page or a command line has neither methods nor options of objects.
      expect(problem).not.toMatch(/\b[a-z]+\(\)|\{ \w+:/);
    }
  });
});

describe('steering', () => {
  test('a pause names the run that goes on, and a resume says what still holds', async () => {
    const locks = [runningLock({ startedAt: NOW, lockedUntil: new Date(NOW.getTime() + HOUR), fence: 7n })];
    const { clock, operator, store } = await operated();
    const answer = operator.pause('clean-up', BY);
    store.tasks = async () => [taskRecord({ definition: definition(), locks })];
    await clock.advance(1_000);
    expect(await answer).toMatchObject({ status: 'paused', running: [{ fence: '7' }], warnings: [] });
  });

  test('a pause says whose pause it takes the place of, and of the same one nothing', async () => {
    const { clock, operator } = await operated();
    const warningsOf = async (options: PauseOptions) => {
      const paused = operator.pause('clean-up', options);
      await clock.advance(1_000);
      return (await paused).warnings;
    };
    const until = new Date(NOW.getTime() + HOUR);
    expect(await warningsOf({ ...BY, until })).toEqual([]);
    expect(await warningsOf({ ...BY, until })).toEqual([]);
    expect(await warningsOf({ by: 'root', reason: 'I said so' })).toEqual([
      `This pause takes the place of the one by ${BY.by} until ${until.toISOString()}, "${BY.reason}".`,
    ]);
    expect(await warningsOf({ by: 'root', reason: 'another' })).toEqual([
      'This pause takes the place of the one by root until a resume, "I said so".',
    ]);
  });

  test('a resume of a task says that all are paused still', async () => {
    const { clock, operator } = await operated();
    for (const name of ['clean-up', '*']) {
      const paused = operator.pause(name, BY);
      await clock.advance(1_000);
      await paused;
    }
    expect(await operator.resume('clean-up', BY)).toMatchObject({
      status: 'resumed',
      stillPaused: { name: '*' },
    });
    expect(await operator.resume('*', BY)).toEqual({ status: 'resumed', stillPaused: null });
    expect(await operator.resume('*', BY)).toEqual({ status: 'not paused', stillPaused: null });
  });

  test('a release of a living run says who holds it until when, and what a forced one would do', async () => {
    const lock = runningLock({ lockedUntil: new Date(NOW.getTime() + HOUR) });
    const { operator } = await operated({ release: async () => ({ status: 'alive', lock }) });
    const answer = await operator.release('clean-up', { fence: '999999', by: 'ana' });
    expect(answer).toMatchObject({ status: 'refused', running: { replica: 'app-1' } });
    const { message } = answer as { message: string };
    expect(message).toContain('app-1 holds the lock until 2026-03-10T07:30:00.000Z');
    expect(message).toContain('A forced release takes the lock away from it');
    expect(message).toContain(
      'A method that ignores its signal goes on in its process, beside the next run, until app-1 is restarted',
    );
  });

  test('a release of a lease without an end says that two may run', async () => {
    const lock = runningLock({ lockedUntil: undefined });
    const { operator } = await operated({ release: async () => ({ status: 'alive', lock }) });
    const answer = await operator.release('clean-up', { fence: '999999', by: 'ana' });
    const { message } = answer as { message: string };
    expect(message).toContain('app-1 holds the lock without an end');
    expect(message).toContain('only where its lease ends at once, and two may run then');
  });

  test('a busy row is asked for again', async () => {
    let asked = 0;
    const release: OperatorStore['release'] = async () =>
      ++asked < 3 ? { status: 'busy' } : { status: 'released', freeAt: NOW };
    const { clock, operator } = await operated({ release });
    const answer = operator.release('clean-up', { fence: '1', by: 'ana' });
    await clock.advance(1_000);
    expect(await answer).toEqual({ status: 'released', freeAt: NOW.toISOString() });
  });

  test('a trigger waits for five minutes, and then has expired', async () => {
    const { clock, operator } = await operated();
    const waiting = await operator.trigger('clean-up', { by: 'ana' });
    expect(waiting).toMatchObject({ status: 'waiting', expiresAt: '2026-03-10T06:35:00.000Z' });
    await clock.advance(5 * 60_000 + 1);
    expect(await operator.triggered(waiting.id)).toEqual({
      status: 'expired',
      id: waiting.id,
      replica: null,
    });
  });

  test('a declared task is not forgotten, unless its application is gone', async () => {
    const { clock, operator } = await operated();
    expect(await refusal(operator.forget('clean-up', { by: 'ana' }))).toContain(
      `'clean-up' is declared: app-1 declared it last, at 2026-03-10T06:30:00.000Z. Remove it from the code first. ` +
        'If its application is gone, try again after 2026-03-12T06:30:00.000Z',
    );
    await clock.advance(2 * DAY + 1);
    expect(await operator.forget('clean-up', BY)).toEqual({ removed: 1 });
  });

  test('nor is one that a replica with older code may still run', async () => {
    const { clock, operator, store } = await operated();
    const declare = (replica: string, ...names: string[]) =>
      store.declare({
        application: 'shop',
        tasks: names.map((name) => declaredTask({ name })),
        replica,
        version: '1.0.0',
      });
    await declare('app-1', 'kept', 'removed');
    await clock.advance(1);
    await declare('app-2', 'kept');
    expect(await refusal(operator.forget('removed', BY))).toContain(
      `a replica with older code may still run 'removed': app-1 declared it last, at 2026-03-10T06:30:00.000Z. ` +
        'If none does, try again after 2026-03-10T07:30:00.000Z',
    );
    await clock.advance(60 * MINUTE);
    await declare('app-2', 'kept');
    expect(await operator.forget('removed', BY)).toEqual({ removed: 1 });
  });
});

test('a list says that all tasks are paused, also where none of them is shown', async () => {
  const { operator, store } = await operated();
  expect(await operator.tasks()).toMatchObject({ paused: null });
  await store.pause('*', undefined, BY);
  expect(await operator.tasks({ state: 'overdue' })).toMatchObject({
    items: [],
    paused: { name: '*', by: 'ana', reason: 'the disk is full', until: null },
  });
});

describe('a task that is not declared', () => {
  /** A run of a lock by its name, of which the history has nothing. */
  async function ran(locks: InMemoryLockStore, name: string): Promise<void> {
    const token = randomUUID();
    const tick = { kind: 'call' } as const;
    const claim = { name, task: name, token, replica: 'app-1', tick, trigger: 'call' } as const;
    await locks.claim([{ ...claim, recover: false, minHold: 0, lease: HOUR, tolerance: 0 }]);
    await locks.release([
      {
        name,
        token,
        tick: 'call',
        minHold: 0,
        stepBack: 0,
        outcome: 'succeeded',
        durable: true,
      },
    ]);
  }

  test('is known by its lock, and is explained so', async () => {
    const { clock, operator, locks } = await operated();
    await ran(locks, 'script');
    const paused = operator.pause('script', BY);
    await clock.advance(1_000);
    expect(await paused).toMatchObject({ status: 'paused' });
    expect((await operator.explain('script')).sentences).toContain(
      'It is not declared: only TaskLockService names it, or its application has history: false.',
    );
    expect(await operator.explain('script', { key: '5' })).toMatchObject({ name: 'script' });
    expect(await refusal(operator.trigger('script', BY))).toContain('it is not declared');
  });

  test('is unknown once it is forgotten, though its lock stays for an hour, until it runs again', async () => {
    const { clock, operator, locks } = await operated();
    await ran(locks, 'clean-upp');
    await clock.advance(1);
    await operator.forget('clean-upp', BY);
    expect(await locks.operator.lock('clean-upp')).toBeDefined();
    for (const answer of [
      operator.explain('clean-upp'),
      operator.task('clean-upp'),
      operator.pause('clean-upp', BY),
      operator.forget('clean-upp', BY),
    ]) {
      expect(await refusal(answer)).toContain(`no task is called 'clean-upp': did you mean 'clean-up'?`);
    }
    await clock.advance(1);
    await ran(locks, 'clean-upp');
    expect(await operator.task('clean-upp')).toMatchObject({ state: 'idle' });
  });
});

describe('the runs', () => {
  test('have one whose replica died before anybody has claimed its lock', async () => {
    const { clock, locks, operator } = await operated();
    await locks.claim([
      aClaim({ name: 'clean-up', task: 'clean-up', tick: { kind: 'call' }, lease: MINUTE }),
    ]);
    expect(await operator.runs('clean-up')).toEqual([]);
    await clock.advance(MINUTE + 1);
    expect(await operator.runs('clean-up')).toMatchObject([{ outcome: 'died', replica: 'replica-a' }]);
  });
});

describe('the recent runs', () => {
  test('of several tasks come in one read; a name without runs has none', async () => {
    const { operator, store } = await operated();
    const facts = { name: 'clean-up', task: 'clean-up', trigger: 'tick', replica: 'app-1' } as const;
    const startedAt = new Date('2026-03-10T06:00:00Z');
    await store.recordDied([{ ...facts, fence: 7n, startedAt }]);
    expect(await operator.recent(['clean-up', 'unknown'])).toEqual(
      new Map([
        ['clean-up', [{ fence: '7', startedAt: startedAt.toISOString(), durationMs: null, outcome: 'died' }]],
      ]),
    );
    expect(await refusal(operator.recent(['clean-up'], 0))).toBe(
      'TaskLockOperator.recent(): option limit must be a whole number from 1 to 500; it is 0',
    );
  });
});

describe('the next ticks', () => {
  test('show a change to daylight saving by their offset', async () => {
    const { operator, store } = await operated();
    const tasks = [declaredTask({ name: 'nightly', schedule: '30 2 * * *', timeZone: 'Europe/Berlin' })];
    await store.declare({ application: 'shop', tasks, replica: 'app-1', version: '1.0.0' });
    store.now = async () => new Date('2026-03-28T00:00:00Z');
    expect((await operator.nextTicks('nightly', 3)).map(({ localTime }) => localTime)).toEqual([
      '2026-03-28T02:30:00.000+01:00',
      '2026-03-29T03:00:00.000+02:00',
      '2026-03-30T02:30:00.000+02:00',
    ]);
  });
});
