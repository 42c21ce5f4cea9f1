import type { LockRecord, TaskRecord } from '../store/operator-store.js';
import { lateSinceOf, nextDueOf, nextDueWhileRunning } from './next-due.js';
import type { TaskCondition, TaskState } from './operator-types.js';
import { isAlive, isDead, iso, pauseState, runningState, runState, unrecordedRun } from './state-shapes.js';

/** A task may be this late before it is overdue, if its interval is shorter. Milliseconds. */
export const OVERDUE_AFTER = 60_000;

/** The state of a task by the store's clock. `overdueAfter`: the least time by which it may be late, in milliseconds. */
export function taskState(record: TaskRecord, now: Date, overdueAfter = OVERDUE_AFTER): TaskState {
  const { name, definition, locks, lastRun, lastSuccessAt, failuresInARow, pause, requests } = record;
  const running = oldestAlive(locks, now);
  const due = running ? nextDueWhileRunning(record, now.getTime()) : nextDueOf(record);
  const lateSince = lateSinceOf(record);
  const isLate = isOverdue(record, lateSince, now.getTime(), overdueAfter);
  const died = locks.some((lock) => lock.name === name && isDead(lock, now))
    ? unrecordedRun(record)
    : undefined;
  const ended = died ?? lastRun;
  const state = conditionOf(record, running, isLate, now);
  return {
    name,
    application: definition?.application ?? null,
    member: definition?.member ?? null,
    schedule: definition?.schedule ?? null,
    timeZone: definition?.timeZone ?? null,
    interval: definition?.interval ?? null,
    minHold: definition?.minHold ?? null,
    maxHold: definition?.maxHold ?? null,
    state,
    running: running ? runningState(running, name) : null,
    lastRun: ended ? runState(ended) : null,
    lastSuccessAt: iso(lastSuccessAt),
    failuresInARow,
    nextDue: due === undefined ? null : new Date(due).toISOString(),
    overdueByMs: state === 'overdue' && lateSince !== undefined ? now.getTime() - lateSince : null,
    paused: pause ? pauseState(pause) : null,
    requests: { ...requests },
  };
}

/** The first of the states that fits. */
function conditionOf(
  { definition, pause, locks }: TaskRecord,
  running: LockRecord | undefined,
  isLate: boolean,
  now: Date,
): TaskCondition {
  if (running) return 'running';
  if (definition && !definition.isDeclared) return 'undeclared';
  if (pause) return 'paused';
  if (isLate) return 'overdue';
  if (locks.some((lock) => isDead(lock, now))) return 'died';
  return 'idle';
}

/** Later than its due time by more than one interval. A condition may have refused it, which nobody writes down. */
function isOverdue(
  { definition }: TaskRecord,
  due: number | undefined,
  now: number,
  overdueAfter: number,
): boolean {
  if (due === undefined || definition?.isConditional) return false;
  return now > due + Math.max(definition?.interval ?? 0, overdueAfter);
}

/** Of a task with keys many may run: the oldest is the one to look at. */
function oldestAlive(locks: readonly LockRecord[], now: Date): LockRecord | undefined {
  const alive = locks.filter((lock) => isAlive(lock, now));
  return alive.sort((one, other) => one.startedAt.getTime() - other.startedAt.getTime())[0];
}
