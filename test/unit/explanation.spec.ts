import { describe, expect, test } from '@jest/globals';
import { explanationOf } from '../../src/operate/explanation.js';
import type { Explained } from '../../src/operate/explanation.js';
import { taskState } from '../../src/operate/task-states.js';
import type { TaskRecord } from '../../src/store/operator-store.js';
import { runningLock, runOf, taskRecord } from '../support/operated.js';

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
