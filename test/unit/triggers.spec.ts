import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, test } from '@jest/globals';
import { LockStoreUnavailableError } from '../../src/common/store-unavailable.error.js';
import { Triggers } from '../../src/operate/triggers.js';
import type { TriggerRuns } from '../../src/operate/triggers.js';
import type { NewTrigger, TakenTask, TakenTrigger, TriggerAnswer } from '../../src/store/operator-store.js';
import { FakeClock } from '../support/fake-clock.js';
import { Gate } from '../support/gate.js';
import { recordingLog, watch } from '../support/locks.js';

const POLLING = 15_000;
const MINUTE = 60_000;
const FENCE = 7n;
const STARTS_WITHIN = 10_000;

const aTrigger: NewTrigger = {
  task: 'report',
  args: '["2026-03"]',
  by: 'ana',
  evenIfPaused: false,
  expiresIn: 5 * MINUTE,
};

const outage = () => new LockStoreUnavailableError('connection refused', false);

interface Setting {
  operatorPolling?: number;
  /** What waits for a replica. */
  open?: TakenTrigger[];
  run?: (begin: Parameters<TriggerRuns['run']>[1]) => Promise<TriggerAnswer>;
  /** Whether the history has the runs as they are answered. */
  isSure?: boolean;
  keyOf?: TriggerRuns['keyOf'];
}

function triggering({ operatorPolling = POLLING, open = [], run, isSure = true, keyOf }: Setting = {}) {
  const clock = new FakeClock();
  const log = recordingLog();
  const written: unknown[][] = [];
  const looks: (readonly TakenTask[])[] = [];
  let stalled: Promise<void> | undefined;
  const stall = (until: Promise<void>): void => void (stalled = until);
  const failures = new Map<string, Error[]>();
  const failing = (method: string): void => {
    const failure = failures.get(method)?.shift();
    if (failure) throw failure;
  };
  const store = {
    addTrigger: async (trigger: NewTrigger, takenBy?: string) => {
      failing('addTrigger');
      written.push(['add', trigger.by, trigger.key, takenBy]);
      expect(trigger.expiresIn).toBe(STARTS_WITHIN);
      await stalled;
      return { id: '1', expiresAt: new Date(0) };
    },
    takeTriggers: async (tasks: readonly TakenTask[]) => {
      looks.push(tasks);
      failing('takeTriggers');
      await stalled;
      return open.splice(0);
    },
    startTrigger: async (id: string, fence: bigint) => {
      failing('startTrigger');
      written.push(['start', id, fence]);
    },
    answerTrigger: async (id: string, { answer }: TriggerAnswer) => {
      failing('answerTrigger');
      written.push(['answer', id, answer]);
    },
  };
  const runs: Omit<TakenTrigger, 'id'>[] = [];
  const runner: TriggerRuns = {
    has: (task) => task === 'report',
    keyOf: keyOf ?? (({ key }) => key),
    runnable: async () => ['report'],
    startsWithin: () => STARTS_WITHIN,
    run: async (trigger, begin) => {
      runs.push(trigger);
      if (run) return { answer: await run(begin), isSure };
      if (!begin(FENCE, trigger.key)) return { answer: { answer: 'expired' }, isSure: true };
      return { answer: { answer: 'succeeded', fence: FENCE }, isSure };
    },
  };
  const settings = { replicaId: 'pod-1', operatorPolling, timeout: 1_000 };
  const triggers = new Triggers(store, runner, clock, log, settings);
  const fail = (method: keyof typeof store, ...errors: Error[]) => void failures.set(method, errors);
  return { clock, log, written, looks, runs, triggers, fail, stall };
}

const taken = (id = '5'): TakenTrigger => ({ id, task: 'report', by: 'ana', evenIfPaused: false });

describe('a trigger in the application that has the method', () => {
  test('runs here, and is written down: who wanted it, its fence, and what came of it', async () => {
    const { triggers, written, runs } = triggering();
    const answer = await triggers.runHere(aTrigger);
    expect(answer).toEqual({
      status: 'executed',
      id: '1',
      fence: '7',
      outcome: 'succeeded',
      error: null,
    });
    expect(runs).toMatchObject([{ task: 'report', args: '["2026-03"]', evenIfPaused: false }]);
    expect(written).toEqual([
      ['add', 'ana', undefined, 'pod-1'],
      ['start', '1', FENCE],
      ['answer', '1', 'succeeded'],
    ]);
  });

  test('is written down with the key of its arguments', async () => {
    const { triggers, written, runs } = triggering({ keyOf: () => 'derived' });
    await triggers.runHere(aTrigger);
    expect(written[0]).toEqual(['add', 'ana', 'derived', 'pod-1']);
    expect(runs[0]).toMatchObject({ key: 'derived' });
  });

  test('is refused where it has another key: nothing is written down', async () => {
    const keyOf = () => {
      throw new Error("'a' is not the key of these arguments, which is 'b'");
    };
    const { triggers, written } = triggering({ keyOf });
    await expect(triggers.runHere(aTrigger)).rejects.toThrow(
      "TaskLockOperator.trigger(): arguments and key do not fit 'report': 'a' is not the key of these arguments, which is 'b'",
    );
    expect(written).toEqual([]);
  });

  test('is answered where it is skipped', async () => {
    const { triggers, written } = triggering({ run: async () => ({ answer: 'skipped: held' }) });
    expect(await triggers.runHere(aTrigger)).toEqual({ status: 'skipped', id: '1', reason: 'held' });
    expect(written[1]).toEqual(['answer', '1', 'skipped: held']);
  });

  test('does not run where it cannot be written down', async () => {
    const { triggers, runs, fail } = triggering();
    fail('addTrigger', outage());
    await expect(triggers.runHere(aTrigger)).rejects.toThrow('connection refused');
    expect(runs).toEqual([]);
  });

  test('runs though its start cannot be written down, and its caller does not wait for the end of an outage', async () => {
    const { clock, triggers, written, fail } = triggering();
    const outages = Array.from({ length: 10 }, outage);
    fail('startTrigger', ...outages);
    fail('answerTrigger', ...outages);
    const answer = watch(triggers.runHere(aTrigger)!);
    await clock.advance(2_000);
    expect(answer.value).toMatchObject({ status: 'executed', outcome: 'succeeded' });
    expect(written).toHaveLength(1);
    await clock.advance(MINUTE);
    expect(written[1]).toEqual(['answer', '1', 'succeeded']);
  });

  test('whose release is not answered is answered as far as it is known here, and its end left to the history', async () => {
    const { triggers, written, fail } = triggering({ isSure: false });
    fail('startTrigger', outage());
    expect(await triggers.runHere(aTrigger)).toMatchObject({ status: 'executed', outcome: 'succeeded' });
    // Also where the start of the run could not be written down.
    expect(written).toEqual([
      ['add', 'ana', undefined, 'pod-1'],
      ['start', '1', FENCE],
    ]);
  });

  test('that is added late never begins: its time counts from when that was sent', async () => {
    const gate = new Gate();
    const { clock, triggers, written, stall } = triggering();
    stall(gate.opened);
    const answer = watch(triggers.runHere(aTrigger)!);
    await clock.advance(STARTS_WITHIN);
    gate.open();
    await clock.advance(0);
    expect(answer.value).toEqual({ status: 'expired', id: '1', replica: 'pod-1' });
    expect(written[1]).toEqual(['answer', '1', 'expired']);
  });

  test('is answered at once where nobody waits for its end, which is written down', async () => {
    const gate = new Gate();
    const run = async () => {
      await gate.opened;
      return { answer: 'succeeded', fence: FENCE };
    };
    const { clock, triggers, written } = triggering({ run });
    const answer = await triggers.runHere(aTrigger, false);
    expect(answer).toEqual({ status: 'running', id: '1', replica: 'pod-1', fence: null });
    gate.open();
    await clock.advance(0);
    expect(written.at(-1)).toEqual(['answer', '1', 'succeeded']);
  });

  test('is no part of the context of whoever does not wait for it', async () => {
    const context = new AsyncLocalStorage<string>();
    const contexts: (string | undefined)[] = [];
    const run = async () => {
      contexts.push(context.getStore());
      return { answer: 'succeeded', fence: FENCE };
    };
    const { triggers } = triggering({ run });
    await context.run('request', () => triggers.runHere(aTrigger));
    await context.run('request', () => triggers.runHere(aTrigger, false));
    expect(contexts).toEqual(['request', undefined]);
  });

  test('is not for an application without the method', () => {
    const { triggers } = triggering();
    expect(triggers.runHere({ ...aTrigger, task: 'unknown' })).toBeUndefined();
  });
});

describe('a trigger from outside', () => {
  test('is looked for each polling interval, spread by a quarter, among the tasks that may run here', async () => {
    const { clock, triggers, looks } = triggering();
    triggers.begin();
    await clock.advance(20 * MINUTE);
    expect(looks.length).toBeGreaterThanOrEqual((20 * MINUTE) / (1.25 * POLLING) - 1);
    expect(looks.length).toBeLessThanOrEqual((20 * MINUTE) / (0.75 * POLLING) + 1);
    expect(looks[0]).toEqual([{ task: 'report', startsWithin: STARTS_WITHIN }]);
  });

  test('is never looked for with operatorPolling: false', async () => {
    const { clock, triggers, looks } = triggering({ operatorPolling: Infinity });
    triggers.begin();
    await clock.advance(60 * MINUTE);
    expect(looks).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  test('runs once, and what came of it is written down', async () => {
    const { clock, triggers, written, runs } = triggering({ open: [taken('5')] });
    triggers.begin();
    await clock.advance(10 * MINUTE);
    expect(runs).toHaveLength(1);
    expect(written).toEqual([
      ['start', '5', FENCE],
      ['answer', '5', 'succeeded'],
    ]);
  });

  test('does not keep others from being looked for while it runs', async () => {
    const gate = new Gate();
    const open = [taken('5')];
    const run = async (): Promise<TriggerAnswer> => {
      await gate.opened;
      return { answer: 'succeeded', fence: FENCE };
    };
    const { clock, triggers, runs } = triggering({ open, run });
    triggers.begin();
    await clock.advance(MINUTE);
    open.push(taken('6'));
    await clock.advance(MINUTE);
    expect(runs).toHaveLength(2);
    gate.open();
  });

  test('is answered after an outage, and the answer given up after a minute, in one line', async () => {
    const open = [taken('5')];
    const { clock, log, triggers, written, fail } = triggering({ open });
    fail('answerTrigger', outage(), outage(), outage());
    triggers.begin();
    await clock.advance(MINUTE);
    expect(written.at(-1)).toEqual(['answer', '5', 'succeeded']);
    expect(log.lines.error).toEqual([]);
    fail('answerTrigger', ...Array.from({ length: 1_000 }, outage));
    open.push(taken('6'));
    await clock.advance(5 * MINUTE);
    expect(log.lines.error).toEqual([
      'What came of trigger 6 of "report" could not be written down: connection refused',
    ]);
  });

  test('is looked for after an outage, of which one line tells', async () => {
    const { clock, log, triggers, runs, fail } = triggering({ open: [taken()] });
    fail('takeTriggers', outage(), outage());
    triggers.begin();
    await clock.advance(3 * MINUTE);
    expect(runs).toHaveLength(1);
    expect(log.lines.warn).toEqual([
      'Triggered runs could not be looked for, which is retried: connection refused',
    ]);
  });

  test('is taken no more after a shutdown has begun, which waits for the answer of a run that it aborts', async () => {
    const gate = new Gate();
    const open = [taken('5')];
    const run = async (): Promise<TriggerAnswer> => {
      await gate.opened;
      return { answer: 'aborted', fence: FENCE };
    };
    const { clock, triggers, written, looks, fail } = triggering({ open, run });
    triggers.begin();
    await clock.advance(MINUTE);
    const before = looks.length;
    triggers.end();
    open.push(taken('6'));
    fail('answerTrigger', outage());
    gate.open();
    const closing = watch(triggers.close());
    await clock.advance(500);
    expect(closing.isSettled).toBe(false);
    await clock.advance(MINUTE);
    expect(closing.isSettled).toBe(true);
    expect(written).toEqual([['answer', '5', 'aborted']]);
    expect(looks).toHaveLength(before);
    expect(clock.pending).toBe(0);
  });

  test.each<[what: string, wait: number, written: unknown[]]>([
    ['begins where its claim is won in time', STARTS_WITHIN - 20, ['start', '5', FENCE]],
    ['never begins afterwards: it has been told as expired', STARTS_WITHIN, ['answer', '5', 'expired']],
  ])('%s', async (_, wait, first) => {
    const gate = new Gate();
    const run: Setting['run'] = async (begin) => {
      await gate.opened;
      return begin(FENCE) ? { answer: 'succeeded', fence: FENCE } : { answer: 'expired' };
    };
    const { clock, triggers, written, runs } = triggering({ open: [taken('5')], run });
    triggers.begin();
    while (runs.length === 0) await clock.advance(10);
    await clock.advance(wait);
    gate.open();
    await clock.advance(0);
    expect(written[0]).toEqual(first);
  });

  test('that is taken late never begins: its time counts from when the take was sent', async () => {
    const gate = new Gate();
    const { clock, triggers, written, stall } = triggering({ open: [taken('5')] });
    stall(gate.opened);
    triggers.begin();
    await clock.advance(POLLING + STARTS_WITHIN);
    gate.open();
    await clock.advance(0);
    expect(written).toEqual([['answer', '5', 'expired']]);
  });

  test('keeps no process alive while nothing runs', async () => {
    const { clock, triggers } = triggering();
    triggers.begin();
    await clock.advance(MINUTE);
    expect(clock.keepingAlive).toBe(0);
  });
});
