import type { Schedule } from './schedule.js';

/** What says when a task is due: its schedule, and its own interval and minimum hold in milliseconds. */
export interface DueTask {
  schedule?: Schedule;
  interval?: number;
  minHold: number;
}

/**
 * When a task is due after `now`, in epoch milliseconds, where its last tick was `lastTick`. Nothing for a task whose
 * schedule has no further tick.
 */
export function nextDueOf(
  { schedule, interval, minHold }: DueTask,
  now: number,
  lastTick = -Infinity,
): number | undefined {
  if (!schedule?.hasTicks || schedule.isDisabled) return undefined;
  if (schedule.kind === 'interval') return finite(lastTick + (interval ?? Infinity));
  const { instants } = schedule;
  if (!instants) return onlyTickOf(schedule, Math.max(now, lastTick));
  const next = instants.nextAfter(Math.max(now, lastTick));
  const hold = schedule.minHoldBefore({ kind: 'scheduled', scheduledTime: new Date(next) }, minHold);
  // A schedule that ticks more often than the task should run: the ticks within the hold are not meant to run.
  return next - lastTick >= hold ? next : instants.nextAfter(lastTick + Math.max(hold, minHold) - 1);
}

/** The tick of a `@Cron` with a date, if it lies ahead. */
function onlyTickOf(schedule: Schedule, after: number): number | undefined {
  const tick = schedule.tickAt(after, 0);
  const at = tick?.kind === 'scheduled' ? tick.scheduledTime.getTime() : -Infinity;
  return at > after ? at : undefined;
}

function finite(instant: number): number | undefined {
  return Number.isFinite(instant) ? instant : undefined;
}
