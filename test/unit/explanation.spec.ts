import { describe, expect, test } from '@jest/globals';
import { explanationOf } from '../../src/operate/explanation.js';
import type { Explained } from '../../src/operate/explanation.js';
import { taskState } from '../../src/operate/task-states.js';
import type { TaskRecord } from '../../src/store/operator-store.js';
import { definition, lockRecord, runningLock, runOf, taskRecord } from '../support/operated.js';

const at = (time: string): Date => new Date(`2026-03-10T${time}:00Z`);
const NOW = at('06:30');

/** What is said of the hourly task at 06:30. */
function explained(given: Partial<TaskRecord>, rest: Partial<Explained> = {}) {
  const record = taskRecord(given);
  const task = taskState(record, NOW);
  return explanationOf({ record, task, now: NOW, actions: [], lock: record.locks[0], ...rest });
}

/** A run of the tick of six, after which the task is due at seven. */
const lastRun = runOf('2026-03-10T06:00:00Z', { nextDue: at('07:00') });
const alive = runningLock({ startedAt: at('06:29'), lockedUntil: at('06:31'), lastTick: at('06:00') });

describe('a run in progress', () => {
  test('renews its lease, until an operator takes the lock away', () => {
    expect(explained({ lastRun, locks: [alive] }).sentences[0]).toContain(
      `its lease lasts until ${at('06:31').toISOString()}, which it renews.`,
    );
    const taken = explained({ lastRun, locks: [{ ...alive, isTakenAway: true }] });
    expect(taken.sentences[0]).toContain(`until ${at('06:31').toISOString()}, and is renewed no more.`);
  });
});

describe('a run that has ended without a record', () => {
  const ended = { startedAt: at('06:10'), finishedAt: at('06:11'), heldBy: 'old-1' };
  const sentence = `A later run, on old-1 at ${ended.startedAt.toISOString()}, ended at ${ended.finishedAt.toISOString()} and is not recorded.`;

  test('is told, also of a key', () => {
    expect(explained({ lastRun, locks: [lockRecord(ended)] }).sentences).toContain(sentence);
    const name = 'clean-up:a';
    const ofKey = { lastRun: { ...lastRun, name }, locks: [lockRecord({ ...ended, name })] };
    expect(explained(ofKey, { key: 'a' }).sentences).toContain(sentence);
  });

  test('is none where a claim was returned', () => {
    const { sentences } = explained({ lastRun, locks: [lockRecord({ ...ended, outcome: 'returned' })] });
    expect(sentences.join()).not.toContain('A later run');
  });
});

describe('a task that fails', () => {
  const failed = runOf('2026-03-10T06:00:00Z', {
    outcome: 'failed',
    error: 'Error: 503\n    at Jobs.cleanUp (jobs.ts:1:1)',
    finishedAt: new Date('2026-03-10T06:00:00.116Z'),
    nextDue: at('07:00'),
  });
  const held = lockRecord({ finishedAt: at('06:01'), lockedUntil: at('06:54') });

  test('says first how often, and then what holds it', () => {
    const [first, second] = explained({ lastRun: failed, failuresInARow: 4, locks: [held] }).sentences;
    expect(first).toBe(`'clean-up' has failed 4 times in a row: no recorded run of it has succeeded.`);
    expect(second).toContain('by the minimum hold');
    const once = explained({ lastRun: failed, failuresInARow: 4, lastSuccessAt: at('02:00') });
    expect(once.sentences[0]).toContain(`it last succeeded at ${at('02:00').toISOString()}, 4h 30m ago.`);
    expect(explained({ lastRun: failed, failuresInARow: 1 }).sentences.join()).not.toContain('in a row');
  });

  test('says how its last run ended, and after how many milliseconds', () => {
    expect(explained({ lastRun: failed }).sentences.join('\n')).toContain(
      `ran on app-1 at ${at('06:00').toISOString()}, 30m ago: it failed, after 116ms: Error: 503.`,
    );
  });
});

describe('a task that the newest code lacks', () => {
  const undeclared = (lastDeclared: string) =>
    explained({ definition: definition({ isDeclared: false, lastDeclared }) }).sentences[0];

  test('may be run by a replica with older code, until that is known to be gone', () => {
    expect(undeclared('2026-03-10T06:11:00Z')).toBe(
      `'clean-up' is not declared since 2026-03-10T06:11:00.000Z, when app-1 declared it last: the newest code of its ` +
        'application has no such task, and only replicas with older code may still run it. If you have just gone back ' +
        'to that code, this is right again within 20 minutes.',
    );
    expect(undeclared('2026-03-10T06:09:00Z')).toBe(
      `'clean-up' is not declared since 2026-03-10T06:09:00.000Z, when app-1 declared it last: the newest code of its ` +
        'application has no such task, and nothing runs it.',
    );
  });
});

describe('what the database cannot tell', () => {
  const late = { lastRun: runOf('2026-03-10T03:00:00Z', { nextDue: at('04:00') }) };
  const pastDue = { lastRun: runOf('2026-03-10T05:00:00Z', { nextDue: at('06:00') }) };

  test('is said where the task does not run as it should', () => {
    for (const given of [late, pastDue]) {
      expect(explained(given).unknown).toEqual([
        expect.stringContaining('Whether its timer was stopped'),
        expect.stringContaining('enabled: false'),
      ]);
    }
    const disabled = explained({ lastRun, definition: definition({ isDisabled: true }) });
    expect(disabled.unknown[0]).toContain('started its disabled cron job');
  });

  test('is not said of a task that runs, is paused, or is not due yet', () => {
    const pause = { name: 'clean-up', by: 'ana', since: at('05:00') };
    for (const given of [{ lastRun }, { ...late, locks: [alive] }, { ...late, pause }])
      expect(explained(given).unknown).toEqual([]);
  });
});

describe('an overdue task', () => {
  const lock = lockRecord({ lastTick: at('03:00'), startedAt: at('06:20') });

  test('says how many ticks nobody has claimed, and when the next one is due after a call', () => {
    const call = runOf(undefined, { startedAt: at('06:20'), trigger: 'operator', nextDue: at('07:00') });
    const { sentences, unknown } = explained({ lastRun: call, locks: [lock] });
    expect(sentences[0]).toContain(
      `'clean-up' is overdue: it was due at ${at('04:00').toISOString()}, 2h 30m ago, and no replica has claimed a tick ` +
        `since: 3 were missed. Is a replica`,
    );
    expect(sentences).toContain(`It is due at ${at('07:00').toISOString()}, in 30m.`);
    expect(unknown[0]).toContain('Whether its timer was stopped');
  });

  test('does not count the ticks of a long outage', () => {
    const lastRun = runOf('2026-03-08T03:00:00Z', { nextDue: new Date('2026-03-08T04:00:00Z') });
    expect(explained({ lastRun }).sentences[0]).toContain('since: more than 20 were missed.');
  });
});

describe('a run that died', () => {
  test('is told once, with the last run that is recorded', () => {
    const dead = runningLock({ startedAt: at('06:00'), lockedUntil: at('06:01'), lastTick: at('06:00') });
    const before = runOf('2026-03-10T05:00:00Z', { nextDue: at('06:00') });
    const { sentences } = explained({ lastRun: before, locks: [dead] });
    expect(sentences[0]).toContain(
      `died on app-1: its run of ${at('06:00').toISOString()} was never released`,
    );
    expect(sentences.join('\n')).toContain(`Its last recorded tick, of ${at('05:00').toISOString()}`);
  });
});
