import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { TaskLockEvent } from '../../src/index.js';

type Type = TaskLockEvent['type'];

/** Every event has its own channel. */
const TYPES: Record<Type, true> = {
  'run-started': true,
  'run-finished': true,
  'claim-skipped': true,
  'lock-lost': true,
  'renewal-failed': true,
  'tick-missed': true,
  'tick-caught-up': true,
  'run-recovered': true,
  'clock-skewed': true,
  'database-unavailable': true,
  paused: true,
  resumed: true,
  triggered: true,
  cancelled: true,
  released: true,
  forgotten: true,
};
export const EVENT_TYPES = Object.keys(TYPES) as Type[];

const listening: (() => void)[] = [];

/** Collects what the channels of the process carry, until {@link stopListening}. */
export function hearChannels(types: readonly Type[] = EVENT_TYPES): TaskLockEvent[] {
  const heard: TaskLockEvent[] = [];
  for (const type of types) {
    const name = `nestjs-task-lock:${type}`;
    const hear = (event: unknown): void => void heard.push(event as TaskLockEvent);
    subscribe(name, hear);
    listening.push(() => void unsubscribe(name, hear));
  }
  return heard;
}

/** Ends what `hearChannels` began. */
export function stopListening(): void {
  for (const stop of listening.splice(0)) stop();
}

/** The types of events whose channels somebody listens to. */
export function heardChannels(): Type[] {
  return EVENT_TYPES.filter((type) => channel(`nestjs-task-lock:${type}`).hasSubscribers);
}
