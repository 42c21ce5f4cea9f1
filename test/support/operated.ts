import type {
  DeclaredTask,
  Definition,
  LedgerFacts,
  LockRecord,
  TaskRecord,
} from '../../src/store/operator-store.js';
import type { RecordedRun } from '../../src/store/recorded-run.js';

/** Milliseconds. */
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** An hourly task in UTC, but for what is given. */
export function declaredTask(given: Partial<DeclaredTask> = {}): DeclaredTask {
  return {
    name: 'clean-up',
    member: 'Jobs.cleanUp',
    schedule: '0 * * * *',
    timeZone: 'UTC',
    interval: HOUR,
    minHold: 0.9 * HOUR,
    maxHold: 5 * HOUR,
    lease: MINUTE,
    isScheduled: true,
    isConditional: false,
    isDisabled: false,
    isKeyed: false,
    isPolled: true,
    ...given,
  };
}

export function definition({
  firstDeclared = '2026-01-01T00:00:00Z',
  lastDeclared = '2026-03-10T06:28:00Z',
  ...given
}: Partial<Omit<Definition, 'firstDeclared' | 'lastDeclared'>> & {
  firstDeclared?: string;
  lastDeclared?: string;
} = {}): Definition {
  return {
    ...declaredTask(),
    declaredBy: 'app-1',
    version: '1.0.0',
    isDeclared: true,
    ...given,
    firstDeclared: new Date(firstDeclared),
    lastDeclared: new Date(lastDeclared),
  };
}

let fences = 1_000n;

/** A run of a tick that took ten seconds, but for what is given; with `tick: undefined` one of a call. */
export function runOf(tick: string | undefined, given: Partial<RecordedRun> = {}): RecordedRun {
  const startedAt = given.startedAt ?? new Date(tick ?? NaN);
  return {
    name: 'clean-up',
    task: 'clean-up',
    fence: fences++,
    trigger: tick === undefined ? 'call' : 'tick',
    replica: 'app-1',
    startedAt,
    finishedAt: new Date(startedAt.getTime() + 10 * SECOND),
    tick: tick === undefined ? undefined : new Date(tick),
    outcome: 'succeeded',
    ...given,
  };
}

/** The row of a lock whose last run has finished, but for what is given. */
export function lockRecord(given: Partial<LockRecord> = {}): LockRecord {
  return {
    name: 'clean-up',
    startedAt: new Date('2026-03-10T00:00:00Z'),
    finishedAt: new Date('2026-03-10T00:00:10Z'),
    lockedUntil: new Date('2026-03-10T00:54:00Z'),
    lastTick: new Date('2026-03-10T00:00:00Z'),
    fence: 999_999n,
    heldBy: 'app-1',
    outcome: 'succeeded',
    isCancelled: false,
    isTakenAway: false,
    ...given,
  };
}

/** A run in progress. */
export function runningLock(given: Partial<LockRecord> = {}): LockRecord {
  return lockRecord({ outcome: 'tick', ...given, finishedAt: undefined });
}

export function ledgerFacts(given: Partial<LedgerFacts> = {}): LedgerFacts {
  return {
    definitions: [definition()],
    runs: [],
    pauses: [],
    historySince: new Date('2026-01-01T00:00:00Z'),
    ...given,
  };
}

export function taskRecord(given: Partial<TaskRecord> = {}): TaskRecord {
  return {
    name: 'clean-up',
    definition: definition(),
    locks: [],
    failuresInARow: 0,
    pauses: [],
    requests: { waiting: 0, parked: 0 },
    ...given,
  };
}
