import type { Definition, TaskRecord } from '../store/operator-store.js';
import type { RecordedRun } from '../store/recorded-run.js';
import { declaredTicks } from './declared-ticks.js';
import { pauseOver } from './paused-ticks.js';
import { unendedRun, unrecordedRun } from './state-shapes.js';

/**
 * When a task is due, in epoch milliseconds: as the winner of its newest run computed it. It is computed here only for a
 * run that has not said so, since it is in progress or died, for a task that has not run since its definition was
 * declared, and for a tick that a pause kept from running. While a pause holds it is due after it.
 */
export function nextDueOf(record: TaskRecord): number | undefined {
  const { definition, pause } = record;
  const newest = newestRunOf(record);
  const due = dueAfter(record, newest);
  if (due === undefined || !definition || !pause) return due;
  return dueAfterPause(definition, pause.until, due, newest);
}

/**
 * When a task that runs is due again: ticks that passed meanwhile are overlapped. A lock that was taken away from its run
 * is held until its lease ends.
 */
export function nextDueWhileRunning(record: TaskRecord, now: number): number | undefined {
  const due = nextDueOf(record);
  const taken = record.locks.find(({ name, isTakenAway }) => name === record.name && isTakenAway);
  const busyUntil = Math.max(now, taken?.lockedUntil?.getTime() ?? now);
  if (due === undefined || due > busyUntil) return due;
  return record.definition && declaredTicks(record.definition)?.nextAfter(busyUntil);
}

/**
 * Since when a task is late, if it is, in epoch milliseconds: when its first tick was due that no run claimed. A call
 * says when the task is due next, and not that the ticks before it ran, which the row of its lock tells. A tick in the
 * way of which a call stood is none.
 */
export function lateSinceOf(record: TaskRecord): number | undefined {
  const newest = newestRunOf(record);
  const { definition, lastRun, locks, name } = record;
  if (!newest || newest.tick || !definition?.isScheduled || definition.isKeyed) return nextDueOf(record);
  const lock = locks.find((each) => each.name === name);
  if (!lock) return nextDueOf(record);
  const { lastTick } = lock;
  if (!lastTick) return dueAfter(record, undefined);
  const due = dueAfter(record, { ...newest, startedAt: lastTick, tick: lastTick, nextDue: undefined });
  const wasBusy = due !== undefined && lastRun?.finishedAt && lastRun.startedAt.getTime() <= due;
  return wasBusy && due <= lastRun.finishedAt!.getTime() ? nextDueOf(record) : due;
}

/** The newest run, also where the history lacks it: an old replica, or one that could not record, has run the task. */
function newestRunOf(record: TaskRecord): RecordedRun | undefined {
  const { name, locks, lastRun } = record;
  const lock = locks.find((each) => each.name === name);
  const isMissing = lock?.finishedAt && lock.fence !== lastRun?.fence && lock.fence > 0n;
  if (!isMissing) return unrecordedRun(record) ?? lastRun;
  // A claim that was returned is no run: a replica that returns each of its claims must not look as if it ran the task.
  if (lastRun && (lock.outcome === 'returned' || lastRun.startedAt >= lock.startedAt)) return lastRun;
  return { ...unendedRun(lock), tick: lock.lastTick };
}

function dueAfter({ definition, pauses }: TaskRecord, lastRun: RecordedRun | undefined): number | undefined {
  if (!definition?.isDeclared || definition.isDisabled || definition.schedule === undefined) return undefined;
  const lastTick = lastRun?.tick?.getTime();
  const declared = definition.firstDeclared.getTime();
  const ranSince = lastRun && lastRun.startedAt.getTime() >= declared;
  let due = ranSince
    ? (lastRun.nextDue?.getTime() ?? firstDue(definition, lastRun.startedAt.getTime(), lastTick))
    : firstDue(definition, declared, lastTick);
  for (;;) {
    const paused = due === undefined ? undefined : pauseOver(pauses, due);
    if (due === undefined || !paused) return due;
    due = dueAfterPause(definition, paused.to, due, lastRun);
  }
}

/** When a task is due after a pause, if that ends by itself, or has ended; a tick at its very end runs. */
function dueAfterPause(
  definition: Definition,
  end: Date | undefined,
  due: number,
  lastRun: RecordedRun | undefined,
): number | undefined {
  if (!end || end.getTime() <= due) return end && due;
  const isOfTicks = declaredTicks(definition) !== undefined;
  return firstDue(definition, end.getTime() - (isOfTicks ? 1 : 0), lastRun?.tick?.getTime());
}

/** The first tick after an instant that is no sooner than the minimum hold after the last one. */
function firstDue(definition: Definition, after: number, lastTick = -Infinity): number | undefined {
  const ticks = declaredTicks(definition);
  if (ticks) return ticks.nextAfter(Math.max(after, lastTick + definition.minHold - 1));
  return definition.interval === undefined ? undefined : after + definition.interval;
}
