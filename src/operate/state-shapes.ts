import type { LockRecord, Pause, RecordedAction, ShortRun, TaskRecord } from '../store/operator-store.js';
import { triggerOf } from '../store/recorded-run.js';
import type { RecordedRun } from '../store/recorded-run.js';
import { keyIn } from '../store/lock-name.js';
import type { ActionState, PauseState, RecentRun, RunningState, RunState } from './operator-types.js';

/** What the store knows, as the JSON that services, command line and page share. */

export function iso(date: Date | undefined): string | null {
  return date?.toISOString() ?? null;
}

export function runState(run: RecordedRun): RunState {
  const { key, fence, tick, trigger, replica, startedAt, finishedAt, outcome, error } = run;
  return {
    key: key ?? null,
    fence: String(fence),
    tick: iso(tick),
    trigger,
    replica,
    startedAt: startedAt.toISOString(),
    finishedAt: iso(finishedAt),
    durationMs: durationOf(run),
    latenessMs: tick ? Math.max(startedAt.getTime() - tick.getTime(), 0) : null,
    outcome,
    error: error ?? null,
  };
}

export function recentRun(run: ShortRun): RecentRun {
  const { fence, startedAt, outcome } = run;
  return {
    fence: String(fence),
    startedAt: startedAt.toISOString(),
    durationMs: durationOf(run),
    outcome,
  };
}

function durationOf({ startedAt, finishedAt }: Pick<RecordedRun, 'startedAt' | 'finishedAt'>): number | null {
  return finishedAt ? finishedAt.getTime() - startedAt.getTime() : null;
}

export function runningState(lock: LockRecord, task: string): RunningState {
  return {
    replica: lock.heldBy ?? 'unknown',
    since: lock.startedAt.toISOString(),
    leaseEndsAt: iso(lock.lockedUntil),
    tick: isCall(lock) ? null : iso(lock.lastTick),
    fence: String(lock.fence),
    key: keyIn(task, lock.name) ?? null,
  };
}

export function pauseState({ name, by, reason, since, until }: Pause): PauseState {
  return { name, by, reason: reason ?? null, since: since.toISOString(), until: iso(until) };
}

export function actionState(action: RecordedAction): ActionState {
  const { id, name, key, by, reason, at, until, fence, answer, error } = action;
  return {
    id,
    name,
    key: key ?? null,
    action: action.action,
    by,
    reason: reason ?? null,
    at: at.toISOString(),
    until: iso(until),
    fence: fence === undefined ? null : String(fence),
    answer: answer ?? null,
    error: error ?? null,
  };
}

/** The tick in the row of a call is that of an earlier run. */
export function isCall({ outcome }: LockRecord): boolean {
  return outcome === 'call' || outcome === 'request' || outcome === 'operator';
}

/**
 * The run that the row of a task's own lock has, in progress or dead: the newest one, which the history does not have yet.
 * It has no end, so that it is told as one that died.
 */
export function unrecordedRun({ name, locks, lastRun }: TaskRecord): RecordedRun | undefined {
  const lock = locks.find((each) => each.name === name);
  if (!lock || lock.finishedAt || lock.fence === lastRun?.fence) return undefined;
  return unendedRun(lock);
}

/** The lock whose newest run has ended, where the history has only earlier ones. A claim that was returned is no run. */
export function unrecordedEnd({ locks, lastRun }: TaskRecord): LockRecord | undefined {
  return locks.find(
    ({ name, fence, finishedAt, outcome }) =>
      finishedAt && lastRun?.name === name && lastRun.fence < fence && outcome !== 'returned',
  );
}

/** The run of an unfinished lock, which is that of its task or of one of its keys. */
export function unendedRun(lock: LockRecord, task = lock.name): RecordedRun {
  return {
    name: lock.name,
    task,
    key: keyIn(task, lock.name),
    fence: lock.fence,
    trigger: triggerOf(lock.outcome) ?? 'tick',
    replica: lock.heldBy ?? 'unknown',
    startedAt: lock.startedAt,
    tick: isCall(lock) ? undefined : lock.lastTick,
    outcome: 'died',
  };
}

/** Whether a run is in progress, as far as the database can know: an infinite lease never ends. */
export function isAlive({ finishedAt, lockedUntil }: LockRecord, now: Date): boolean {
  return !finishedAt && (lockedUntil === undefined || lockedUntil > now);
}

/** Whether a run was never released, and its lease is over: no operator took its lock away, and no shutdown released it. */
export function isDead(lock: LockRecord, now: Date): boolean {
  return !lock.finishedAt && !lock.isTakenAway && !lock.isLeftOpen && !isAlive(lock, now);
}
