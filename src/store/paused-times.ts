import type { PausedTime } from './operator-store.js';

/** A pause or a resume, as it was recorded. */
export interface PauseAction {
  /** The task, or `*` for all. */
  name: string;
  action: 'pause' | 'resume';
  by: string;
  reason?: string;
  at: Date;
  /** The end of a pause, where it has one. */
  until?: Date;
}

/** The times that were paused, from what was done in the order in which it was done. */
export function pausedTimes(actions: readonly PauseAction[]): PausedTime[] {
  const times: PausedTime[] = [];
  const last = new Map<string, PausedTime>();
  for (const { name, action, by, reason, at, until } of actions) {
    const before = last.get(name);
    if (before && !(before.to && before.to <= at)) before.to = at;
    if (action !== 'pause') continue;
    const time = { name, by, reason, from: at, to: until };
    last.set(name, time);
    times.push(time);
  }
  return times;
}
