import type { Definition, TaskRecord } from '../store/operator-store.js';
import { declaredTicks } from './declared-ticks.js';

/**
 * When a task is due, in epoch milliseconds: as the winner of its newest run computed it. It is computed here only for a
 * task that has not run since its definition was declared, or since its last pause ended.
 */
export function nextDueOf({ definition, lastRun, pause, resumedAt }: TaskRecord): number | undefined {
  if (!definition?.isDeclared || definition.isDisabled || definition.schedule === undefined) return undefined;
  if (pause && !pause.until) return undefined;
  const lastTick = lastRun?.tick?.getTime();
  const declared = definition.firstDeclared.getTime();
  const ranSince = lastRun && lastRun.startedAt.getTime() >= declared;
  const due = ranSince
    ? (lastRun.nextDue?.getTime() ?? firstDue(definition, lastRun.startedAt.getTime(), lastTick))
    : firstDue(definition, declared, lastTick);
  const pausedUntil = (pause?.until ?? resumedAt)?.getTime();
  if (due === undefined || pausedUntil === undefined || pausedUntil <= due) return due;
  return firstDue(definition, pausedUntil, lastTick);
}

/** The first tick after an instant that is no sooner than the minimum hold after the last one. */
function firstDue(definition: Definition, after: number, lastTick = -Infinity): number | undefined {
  const ticks = declaredTicks(definition);
  if (ticks) return ticks.nextAfter(Math.max(after, lastTick + definition.minHold - 1));
  return definition.interval === undefined ? undefined : after + definition.interval;
}
