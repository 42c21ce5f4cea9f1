import { describe, expect, test } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { LockStoreUnavailableError } from '../../src/common/store-unavailable.error.js';
import { currentTaskRun, TaskLock, TaskLockOperator, TaskLockService } from '../../src/index.js';
import type { TaskLockModuleOptions } from '../../src/index.js';
import type { NewTrigger, TakenTask } from '../../src/store/operator-store.js';
import type { RunOutcome } from '../../src/store/recorded-run.js';
import { InMemoryLockStore } from '../../src/testing/index.js';
import { closeApplicationsAfterEach, startApplication, YEARLY } from '../support/application.js';
import { aClaim } from '../support/claims.js';
import { CapturedLog } from '../support/captured-log.js';
import { FakeClock } from '../support/fake-clock.js';
import { Gate } from '../support/gate.js';
import { Journal } from '../support/journal.js';

closeApplicationsAfterEach();

const MINUTE = 60_000;
const by = 'ana';

@Injectable()
class Jobs {
  readonly calls: unknown[][] = [];
  readonly gate = new Gate();

  constructor(private readonly journal: Journal) {}

  @TaskLock('report')
  async report(...args: unknown[]): Promise<string> {
    this.write(args);
    return 'a value';
  }

  @Cron(YEARLY)
  @TaskLock('scheduled')
  async scheduled(): Promise<void> {
    this.write([]);
  }

  @TaskLock('fails')
  async fails(): Promise<void> {
    this.write([]);
    throw new Error('no space left for ana@example.org');
  }

  @TaskLock('slow')
  async slow(): Promise<void> {
    this.write([]);
    await this.gate.opened;
  }

  @Cron(YEARLY)
  @TaskLock('recovers', undefined, { recover: true })
  async recovers(): Promise<void> {
    this.write([]);
  }

  @TaskLock('fails late')
  async failsLate(): Promise<void> {
    this.write([]);
    await this.gate.opened;
    throw new Error('too late');
  }

  @TaskLock('waits', undefined, { overlap: 'wait', waitTimeout: '20s' })
  async waits(hold = false): Promise<void> {
    this.write([]);
    if (hold) await this.gate.opened;
  }

  @TaskLock('throws', undefined, { overlap: 'throw' })
  async throws(): Promise<void> {
    this.write([]);
    await this.gate.opened;
  }

  @TaskLock('buffers', undefined, { overlap: 'bufferOne' })
  async buffers(): Promise<void> {
    this.write([]);
    await this.gate.opened;
  }

  @TaskLock('debounced', undefined, { debounce: { delay: '1h' } })
  async debounced(...args: unknown[]): Promise<void> {
    this.write(args);
  }

  @TaskLock('export', undefined, { key: (courseId: number) => courseId })
  async export(courseId: number): Promise<void> {
    this.write([courseId]);
  }

  @TaskLock('of the leader', undefined, {
    when(this: Jobs) {
      return this.isLeader;
    },
  })
  async ofTheLeader(): Promise<void> {
    this.write([]);
  }

  @TaskLock('until it is aborted')
  async untilAborted(): Promise<void> {
    this.write([]);
    const { signal } = currentTaskRun()!;
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
  }

  isLeader = false;

  private write(args: unknown[]): void {
    this.calls.push(args);
    this.journal.write();
  }
}

async function start(options: TaskLockModuleOptions = {}) {
  const clock = new FakeClock(Date.now());
  const store = new InMemoryLockStore(() => clock.now());
  const log = new CapturedLog();
  const application = await startApplication({
    providers: [Jobs, Journal],
    clock,
    logger: log,
    options: { store, replicaId: 'pod-1', ...options },
  });
  await clock.advance(2 * MINUTE);
  const [jobs, journal, operator] = [
    application.get(Jobs),
    application.get(Journal),
    application.get(TaskLockOperator),
  ];
  return { application, clock, store, log, jobs, journal, operator };
}

/** A trigger as the command line adds it, which has no method. */
const fromOutside = (task: string, given: Partial<NewTrigger> = {}): NewTrigger => ({
  task,
  by,
  evenIfPaused: false,
  expiresIn: 5 * MINUTE,
  ...given,
});

describe('a trigger in the application that has the method', () => {
  test('runs it with its arguments, and answers with the outcome', async () => {
    const { jobs, operator, log } = await start();
    const answer = await operator.trigger('report', { by, args: ['2026-03', { draft: true }] });
    expect(answer).toMatchObject({ status: 'executed', outcome: 'succeeded', error: null });
    expect(jobs.calls).toEqual([['2026-03', { draft: true }]]);
    expect(await operator.triggered(answer.id)).toEqual(answer);
    expect(await operator.actions('report')).toMatchObject([{ action: 'trigger', by, answer: 'succeeded' }]);
    expect(log.lines.map(({ message }) => message)).toContain('"report" runs now: it was triggered by ana.');
  });

  test('is a direct call of a scheduled method: it takes no tick', async () => {
    const { journal, operator, store } = await start();
    expect(await operator.trigger('scheduled', { by })).toMatchObject({ outcome: 'succeeded' });
    expect((await journal.first('scheduled')).scheduledTime).toBeUndefined();
    expect(store.row('scheduled')).toMatchObject({ lastTick: -Infinity });
  });

  test('answers with the error of the method, as redactError lets it be kept', async () => {
    const redactError = (error: string, task: string) => `${task}: ${error.replace(/\S+@\S+/, '(address)')}`;
    const { operator } = await start({ redactError });
    expect(await operator.trigger('fails', { by })).toMatchObject({
      status: 'executed',
      outcome: 'failed',
      error: 'fails: Error: no space left for (address)',
    });
  });

  test('keeps nothing of an error where redactError throws', async () => {
    const redactError = () => {
      throw new Error('a bug');
    };
    const { operator } = await start({ redactError });
    expect(await operator.trigger('fails', { by })).toMatchObject({ outcome: 'failed', error: null });
  });

  test.each(['slow', 'throws', 'buffers'])('of "%s" is skipped while it runs', async (task) => {
    const { clock, jobs, journal, operator, store } = await start();
    const running = operator.trigger(task, { by });
    await journal.first(task);
    expect(await operator.trigger(task, { by })).toMatchObject({ status: 'skipped', reason: 'held' });
    // Nothing is requested of what is not there yet.
    expect(await store.requests.waiting({ horizon: 0, tasks: [task], except: [] })).toEqual([]);
    jobs.gate.open();
    await clock.advance(0);
    expect(await running).toMatchObject({ outcome: 'succeeded' });
  });

  test('waits for the lock where the task waits', async () => {
    const { clock, jobs, journal, operator } = await start();
    const running = operator.trigger('waits', { by, args: [true] });
    await journal.first('waits');
    const waiting = operator.trigger('waits', { by });
    await clock.advance(1_000);
    jobs.gate.open();
    await clock.advance(5_000);
    expect(await running).toMatchObject({ outcome: 'succeeded' });
    expect(await waiting).toMatchObject({ outcome: 'succeeded' });
  });

  test('of a debounced task runs at once', async () => {
    const { jobs, operator } = await start();
    expect(await operator.trigger('debounced', { by, args: [1] })).toMatchObject({ outcome: 'succeeded' });
    expect(jobs.calls).toEqual([[1]]);
  });

  test('leaves what was requested to a run of its own, with its own arguments', async () => {
    const { application, clock, jobs, journal, operator } = await start();
    await application.get(TaskLockService).request('report', { args: ['requested'], delay: '1m' });
    await operator.trigger('report', { by, args: ['triggered'] });
    expect(jobs.calls).toEqual([['triggered']]);
    await clock.advance(2 * MINUTE);
    await journal.atLeast(2, 'report');
    expect(jobs.calls).toEqual([['triggered'], ['requested']]);
  });

  test('takes the lock of the key of its arguments', async () => {
    const { journal, operator } = await start();
    expect(await operator.trigger('export', { by, args: [5] })).toMatchObject({ outcome: 'succeeded' });
    expect(await operator.trigger('export', { by, args: [6], key: '6' })).toMatchObject({
      outcome: 'succeeded',
    });
    expect(journal.of('export').map(({ key }) => key)).toEqual(['5', '6']);
    expect((await operator.actions('export')).map(({ key }) => key)).toEqual(['6', '5']);
  });

  test.each<[what: string, task: string, options: { args?: unknown[]; key?: string }, message: RegExp]>([
    [
      'another key',
      'export',
      { args: [5], key: '6' },
      /'6' is not the key of these arguments, which is '5'$/,
    ],
    [
      'a key and no arguments',
      'export',
      { key: '5' },
      /the key of this task is computed from its arguments, and/,
    ],
    ['a key of a task without keys', 'report', { key: '5' }, /this task is declared without a key/],
  ])('with %s is refused', async (_, task, options, message) => {
    const { jobs, operator } = await start();
    await expect(operator.trigger(task, { by, ...options })).rejects.toThrow(message);
    expect(jobs.calls).toEqual([]);
    expect(await operator.actions()).toEqual([]);
  });

  test('is skipped where the condition of the task is false here', async () => {
    const { operator } = await start();
    expect(await operator.trigger('of the leader', { by })).toMatchObject({
      status: 'skipped',
      reason: 'condition',
    });
  });

  test('is skipped while the task is paused, unless it is wanted all the same', async () => {
    const { jobs, operator, store } = await start();
    await store.operator.pause('report', undefined, { by });
    expect(await operator.trigger('report', { by })).toMatchObject({ status: 'skipped', reason: 'paused' });
    expect(jobs.calls).toEqual([]);
    expect(await operator.trigger('report', { by, evenIfPaused: true })).toMatchObject({
      outcome: 'succeeded',
    });
  });

  test('works with history: false, and though nothing is declared', async () => {
    const { operator } = await start({ history: false });
    expect(await operator.trigger('report', { by })).toMatchObject({ outcome: 'succeeded' });
  });

  test('is skipped after a shutdown has begun', async () => {
    const { application, operator } = await start();
    await application.close();
    expect(await operator.trigger('report', { by })).toMatchObject({ status: 'skipped', reason: 'stopping' });
  });
});

describe('a trigger from outside', () => {
  test('runs in a replica that has the method, and what came of it is written down', async () => {
    const { clock, jobs, operator, store } = await start();
    const { id } = await store.operator.addTrigger(fromOutside('report', { args: '[1, "a"]' }));
    expect(await operator.triggered(id)).toMatchObject({ status: 'waiting' });
    await clock.advance(MINUTE);
    expect(jobs.calls).toEqual([[1, 'a']]);
    expect(await operator.triggered(id)).toMatchObject({ status: 'executed', outcome: 'succeeded' });
  });

  test('tells while it runs where, and by which fence', async () => {
    const { clock, jobs, journal, operator, store } = await start();
    const { id } = await store.operator.addTrigger(fromOutside('slow'));
    await clock.advance(MINUTE);
    const { fence } = await journal.first('slow');
    expect(await operator.triggered(id)).toEqual({
      status: 'running',
      id,
      replica: 'pod-1',
      fence: `${fence}`,
    });
    jobs.gate.open();
    await clock.advance(0);
    expect(await operator.triggered(id)).toMatchObject({ status: 'executed', fence: `${fence}` });
  });

  test('is left to a replica on which the condition of the task is true', async () => {
    const { clock, jobs, operator, store } = await start();
    const { id } = await store.operator.addTrigger(fromOutside('of the leader'));
    await clock.advance(MINUTE);
    expect(await operator.triggered(id)).toMatchObject({ status: 'waiting' });
    jobs.isLeader = true;
    await clock.advance(MINUTE);
    expect(await operator.triggered(id)).toMatchObject({ status: 'executed', outcome: 'succeeded' });
  });

  test('with the wrong key is skipped, and says why', async () => {
    const { clock, jobs, operator, store } = await start();
    const { id } = await store.operator.addTrigger(fromOutside('export', { args: '[5]', key: '6' }));
    await clock.advance(MINUTE);
    expect(jobs.calls).toEqual([]);
    expect(await operator.triggered(id)).toEqual({
      status: 'skipped',
      id,
      reason: "'6' is not the key of these arguments, which is '5'",
    });
  });

  test('waits and expires where no replica looks for it', async () => {
    const { clock, jobs, operator, store } = await start({ operatorPolling: false });
    const { id } = await store.operator.addTrigger(fromOutside('report'));
    await clock.advance(6 * MINUTE);
    expect(jobs.calls).toEqual([]);
    expect(await operator.triggered(id)).toEqual({ status: 'expired', id, replica: null });
  });

  test('whose replica never hears that it has it expires when the claim of its task would be over', async () => {
    const { clock, jobs, operator, store } = await start();
    const take = store.operator.takeTriggers.bind(store.operator);
    const taken: number[] = [];
    store.operator.takeTriggers = async (...asked) => {
      const all = await take(...asked);
      if (all.length === 0) return all;
      taken.push(clock.now());
      throw new LockStoreUnavailableError('connection terminated', true);
    };
    const { id } = await store.operator.addTrigger(fromOutside('report'));
    while (taken.length === 0) await clock.advance(100);
    expect(await operator.triggered(id)).toEqual({ status: 'running', id, replica: 'pod-1', fence: null });
    await clock.advance(taken[0]! + 10_000 - clock.now());
    expect(await operator.triggered(id)).toEqual({ status: 'expired', id, replica: 'pod-1' });
    await clock.advance(10 * MINUTE);
    expect(taken).toHaveLength(1);
    expect(jobs.calls).toEqual([]);
  });

  test.each([
    ['waits, as long as it waits', 'waits', 30_000],
    ['has a condition, as long as it may take', 'of the leader', 15_000],
    ['recovers, as long as the look for what it left behind', 'recovers', 15_000],
  ])('of a task that %s, may begin so much later', async (_, task, startsWithin) => {
    const { clock, jobs, store } = await start();
    jobs.isLeader = true;
    const asked: TakenTask[] = [];
    store.operator.takeTriggers = async (tasks) => {
      asked.push(...tasks);
      return [];
    };
    await clock.advance(MINUTE);
    expect(asked.find((each) => each.task === task)).toEqual({ task, startsWithin });
  });

  test('that has begun, and whose replica cannot say so, is told by its lock', async () => {
    const { clock, jobs, operator, store, journal } = await start();
    store.operator.startTrigger = async () => undefined;
    const never = (replica: string) =>
      store.operator.addTrigger(fromOutside('slow', { expiresIn: 0 }), replica);
    const elsewhere = await never('pod-2');
    const { id } = await store.operator.addTrigger(fromOutside('slow'));
    await clock.advance(MINUTE);
    const { fence } = await journal.first('slow');
    expect(await operator.triggered(id)).toEqual({
      status: 'running',
      id,
      replica: 'pod-1',
      fence: `${fence}`,
    });
    // Not that of another replica, nor one that was taken while that run was in progress already.
    const later = await never('pod-1');
    expect(await operator.triggered(elsewhere.id)).toMatchObject({ status: 'expired', replica: 'pod-2' });
    expect(await operator.triggered(later.id)).toMatchObject({ status: 'expired', replica: 'pod-1' });
    jobs.gate.open();
  });

  /** Calls of the task by the application, each a millisecond after the one before. */
  const runHundredMore = async (store: InMemoryLockStore, task: string, from: number) => {
    const later = Array.from({ length: 101 }, (_, nth) => new Date(from + 1 + nth));
    await store.operator.recordDied(
      later.map((startedAt) => ({
        name: task,
        task,
        fence: BigInt(startedAt.getTime()),
        trigger: 'call' as const,
        replica: 'pod-1',
        startedAt,
      })),
    );
  };

  test('whose answer was lost is told by the history, also after a hundred more runs', async () => {
    const { clock, operator, store } = await start();
    store.operator.answerTrigger = async () => undefined;
    const { id } = await store.operator.addTrigger(fromOutside('report'));
    await clock.advance(MINUTE);
    await runHundredMore(store, 'report', clock.now());
    expect(await operator.triggered(id)).toMatchObject({ status: 'executed', outcome: 'succeeded' });
  });

  test.each([
    ['a task', 'report', undefined],
    ['a key of its arguments', 'export', '5'],
  ])('of %s, of which nothing could be written, is told by the history', async (_, task, key) => {
    const { clock, operator, store } = await start();
    store.operator.startTrigger = async () => undefined;
    store.operator.answerTrigger = async () => undefined;
    const taken = (replica: string, expiresIn: number) =>
      store.operator.addTrigger(fromOutside(task, { expiresIn }), replica);
    const [before, elsewhere] = [await taken('pod-1', 0), await taken('pod-2', MINUTE)];
    const { id } = await store.operator.addTrigger(fromOutside(task, { args: '[5]' }));
    await clock.advance(2 * MINUTE);
    const [run] = (await operator.runs(task, { limit: 500 })).filter(({ trigger }) => trigger === 'operator');
    expect(run!.key ?? undefined).toBe(key);
    await runHundredMore(store, task, Date.parse(run!.startedAt));
    expect(await operator.triggered(id)).toMatchObject({
      status: 'executed',
      fence: run!.fence,
      outcome: 'succeeded',
    });
    // Not one of another replica, one that had expired when the run began, nor one that was taken after it.
    const after = await taken('pod-1', 0);
    for (const other of [before, elsewhere, after])
      expect(await operator.triggered(other.id)).toMatchObject({ status: 'expired' });
  });

  test('of a key that only its arguments tell is told by its lock while it runs', async () => {
    const { operator, store } = await start();
    const { id } = await store.operator.addTrigger(fromOutside('export', { expiresIn: 0 }), 'pod-1');
    const run = { name: 'export:7', task: 'export', trigger: 'operator', replica: 'pod-1' } as const;
    const [claimed] = await store.claim([aClaim({ ...run, tick: { kind: 'call' } })]);
    expect(claimed).toMatchObject({ status: 'won' });
    expect(await operator.triggered(id)).toMatchObject({ status: 'running', replica: 'pod-1' });
    const ofKey = await store.operator.addTrigger(fromOutside('export', { key: '6', expiresIn: 0 }), 'pod-1');
    expect(await operator.triggered(ofKey.id)).toMatchObject({ status: 'expired' });
  });

  test('that is woken too late never begins, and returns its claim', async () => {
    const { clock, jobs, operator, store } = await start();
    const take = store.operator.takeTriggers.bind(store.operator);
    store.operator.takeTriggers = async (...asked) => {
      const all = await take(...asked);
      if (all.length > 0) clock.stopProcess(MINUTE);
      return all;
    };
    const { id } = await store.operator.addTrigger(fromOutside('report'));
    await clock.advance(MINUTE);
    expect(jobs.calls).toEqual([]);
    expect(await operator.triggered(id)).toEqual({ status: 'expired', id, replica: 'pod-1' });
    expect(await operator.actions('report')).toMatchObject([{ answer: 'expired' }]);
    expect(store.row('report')).toMatchObject({ outcome: 'returned' });
    expect(await operator.runs('report')).toEqual([]);
  });

  test('that never began is not told by the run of another one', async () => {
    const { clock, jobs, operator, store, journal } = await start();
    const { id } = await store.operator.addTrigger(fromOutside('slow', { expiresIn: 0 }), 'pod-1');
    const triggered = operator.trigger('slow', { by });
    await journal.first('slow');
    expect(await operator.triggered(id)).toEqual({ status: 'expired', id, replica: 'pod-1' });
    jobs.gate.open();
    await clock.advance(0);
    expect(await triggered).toMatchObject({ outcome: 'succeeded' });
  });

  test('is aborted like any run by a shutdown, whose answer is written before the store is closed', async () => {
    const { application, clock, operator, store, journal } = await start({ shutdownTimeout: 0 });
    const { id } = await store.operator.addTrigger(fromOutside('until it is aborted'));
    await clock.advance(MINUTE);
    await journal.first('until it is aborted');
    const closing = application.close();
    await clock.advance(5_000);
    await closing;
    expect(await operator.triggered(id)).toMatchObject({ status: 'executed', outcome: 'aborted' });
  });
});

describe('the answer of a trigger, as the history has it, of a run that', () => {
  type Started = Awaited<ReturnType<typeof start>>;
  type Seen = { task: string; fence: bigint };
  type Meanwhile = (started: Started, seen: Seen) => Promise<unknown>;

  /** This process is stopped for longer than its lease. */
  const oversleeps: Meanwhile = async ({ clock }) => clock.stopProcess(2 * MINUTE);
  const outlastsItsHold: Meanwhile = ({ clock }) => clock.advance(61 * MINUTE);
  const isFollowed =
    (before: Meanwhile): Meanwhile =>
    async (started, seen) => {
      await before(started, seen);
      const other = { name: seen.task, task: seen.task, tick: { kind: 'call' }, minHold: 0 } as const;
      expect(await started.store.claim([aClaim(other)])).toMatchObject([{ status: 'won' }]);
    };

  const isReleased: Meanwhile = ({ operator }, { task, fence }) =>
    operator.release(task, { fence, by, force: true });
  const cancel: Meanwhile = ({ operator }, { task, fence }) =>
    operator.cancel(task, { fence, by, reason: 'no' });
  const shutDown: Meanwhile = async ({ application, clock }) => {
    const closing = application.close();
    await clock.advance(5_000);
    await closing;
  };

  const ABORTED = 'until it is aborted';
  test.each<[what: string, meanwhile: Meanwhile, task: string, outcome: RunOutcome]>([
    ['resolves', async () => {}, 'slow', 'succeeded'],
    ['rejects', async () => {}, 'fails', 'failed'],
    ['is cancelled, and rejects', cancel, ABORTED, 'cancelled'],
    ['is cancelled, and resolves all the same', cancel, 'slow', 'succeeded'],
    ['is aborted by a shutdown', shutDown, ABORTED, 'aborted'],
    ['has overslept its lease, and resolves with nobody in its place', oversleeps, 'slow', 'succeeded'],
    ['has overslept its lease, and rejects with nobody in its place', oversleeps, 'fails late', 'failed'],
    ['has overslept its lease, and resolves beside another one', isFollowed(oversleeps), 'slow', 'lost'],
    ['has overslept its lease, and rejects beside another one', isFollowed(oversleeps), 'fails late', 'lost'],
    [
      'outlasts its maximum hold, and resolves with nobody in its place',
      outlastsItsHold,
      'slow',
      'succeeded',
    ],
    ['outlasts its maximum hold, and rejects with nobody in its place', outlastsItsHold, ABORTED, 'failed'],
    [
      'outlasts its maximum hold, and resolves beside another one',
      isFollowed(outlastsItsHold),
      'slow',
      'lost',
    ],
    [
      'outlasts its maximum hold, and rejects beside another one',
      isFollowed(outlastsItsHold),
      'fails late',
      'lost',
    ],
    ['loses its lock to an operator, and resolves', isReleased, 'slow', 'lost'],
    ['loses its lock to an operator, and rejects', isReleased, ABORTED, 'lost'],
  ])('%s', async (_, meanwhile, task, outcome) => {
    const started = await start({ shutdownTimeout: 0 });
    const { clock, jobs, operator, journal } = started;
    const triggered = operator.trigger(task, { by });
    const { fence } = await journal.first(task);
    await meanwhile(started, { task, fence });
    await clock.advance(MINUTE);
    jobs.gate.open();
    await clock.advance(1);
    const answer = await triggered;
    expect(answer).toMatchObject({ status: 'executed', fence: String(fence), outcome });
    expect(await operator.triggered(answer.id)).toEqual(answer);
    expect(await operator.runs(task)).toMatchObject([
      { fence: String(fence), outcome, error: 'error' in answer ? answer.error : null },
    ]);
  });
});
