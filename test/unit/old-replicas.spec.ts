import { describe, expect, test } from '@jest/globals';
import { oldReplicaWarnings } from '../../src/operate/old-replicas.js';
import type { LockRecord } from '../../src/store/operator-store.js';
import type { RecordedRun } from '../../src/store/recorded-run.js';
import { definition, lockRecord, runningLock, runOf, taskRecord } from '../support/operated.js';

const WARNING =
  "'clean-up': old-1 may run an older version of nestjs-task-lock. One from before pauses were known goes on claiming; " +
  'stop it, or wait until it is replaced.';

const warningsOf = (lock: LockRecord, lastRun?: RecordedRun): string[] =>
  oldReplicaWarnings([taskRecord({ locks: [lock], lastRun })]);

const recorded = runOf('2026-03-10T00:00:00Z', { fence: 7n });

describe('a pause warns of a replica of a version that knows no pauses', () => {
  test('whose run is in progress: its row says nothing of how it began', () => {
    expect(warningsOf(runningLock({ heldBy: 'old-1', outcome: undefined }))).toEqual([WARNING]);
  });

  test('whose run has ended: the history lacks it', () => {
    expect(warningsOf(lockRecord({ heldBy: 'old-1', fence: 8n }), recorded)).toEqual([WARNING]);
  });
});

describe('a pause warns of no replica', () => {
  test('whose run is in progress, or has died, and says how it began', () => {
    expect(warningsOf(runningLock(), recorded)).toEqual([]);
  });

  test('whose run the history has', () => {
    expect(warningsOf(lockRecord({ fence: 7n }), recorded)).toEqual([]);
  });

  test('whose application keeps no history', () => {
    expect(warningsOf(lockRecord({ fence: 8n }))).toEqual([]);
  });

  test('for a claim that was returned, which is no run', () => {
    expect(warningsOf(lockRecord({ fence: 8n, outcome: 'returned' }), recorded)).toEqual([]);
  });

  test('for the lock of a task that had keys, whose runs are those of other locks', () => {
    const ofKey = { ...recorded, name: 'clean-up:a', key: 'a' };
    expect(warningsOf(lockRecord({ fence: 8n }), ofKey)).toEqual([]);
  });

  test('for a task that an upgrade left as it was: its row names the version before for up to a day', () => {
    expect(
      oldReplicaWarnings([
        taskRecord(),
        taskRecord({ name: 'new', definition: definition({ version: '1.1.0' }) }),
      ]),
    ).toEqual([]);
  });
});
