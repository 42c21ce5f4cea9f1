import type { HeldLock } from '../../src/lock/held-lock.js';
import { HeldLock as Lock } from '../../src/lock/held-lock.js';
import type { Skipped, TaskClaim } from '../../src/lock/task-claim.js';
import { EventHub } from '../../src/lock/event-hub.js';
import { TaskLocks } from '../../src/lock/task-locks.js';
import type { TaskLocksSettings } from '../../src/lock/task-locks.js';
import { FakeClock } from './fake-clock.js';
import { ScriptedStore, TICK } from './scripted-store.js';
import type { Script } from './scripted-store.js';

export const MINUTE = 60_000;
export const CLAIM_TIMEOUT = 5_000;

/** The claim of a task that is due each minute. */
export const aTick: TaskClaim = {
  name: 'clean-up',
  task: 'clean-up',
  trigger: 'tick',
  tick: { kind: 'scheduled', scheduledTime: TICK },
  recover: false,
  minHold: 54_000,
  maxHold: 5 * MINUTE,
  lease: 5 * MINUTE,
  tolerance: 1_000,
};

/** One replica's locks over a store that follows a script, at a clock that stands still. */
export function replica(script: Script = {}, settings: Partial<TaskLocksSettings> = {}) {
  const clock = new FakeClock();
  const store = new ScriptedStore(script);
  const log = recordingLog();
  const events = new EventHub(clock, log);
  const own = { replicaId: 'replica-a', claimTimeout: CLAIM_TIMEOUT, exclusive: true, ...settings };
  const locks = new TaskLocks(store, clock, log, own, events);
  return { clock, store, log, locks, events };
}

export function recordingLog() {
  const none: string[] = [];
  const lines = { log: [...none], debug: [...none], verbose: [...none], warn: [...none], error: [...none] };
  return {
    lines,
    log: (message: string) => void lines.log.push(message),
    debug: (message: string) => void lines.debug.push(message),
    verbose: (message: string) => void lines.verbose.push(message),
    warn: (message: string) => void lines.warn.push(message),
    error: (message: string) => void lines.error.push(message),
  };
}

export async function wonLock(claiming: Promise<HeldLock | Skipped>): Promise<HeldLock> {
  const result = await claiming;
  if (!(result instanceof Lock)) throw new Error(`the claim was skipped: ${result.reason}`);
  return result;
}

/** What has become of a promise by now. */
export function watch<T>(promise: Promise<T>): { value?: T; isSettled: boolean } {
  const watched: { value?: T; isSettled: boolean } = { isSettled: false };
  void promise.then((value) => Object.assign(watched, { value, isSettled: true }));
  return watched;
}
