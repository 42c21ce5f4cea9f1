import type { CancelResult, LockRecord, ReleaseResult, SeenRun } from '../store/operator-store.js';
import type { CancelAnswer, ReleasedAnswer, RunningState } from './operator-types.js';
import { isAlive, iso, runningState } from './state-shapes.js';

/** What an operator is told of a cancel. */
export function cancelAnswer(
  result: CancelResult,
  run: SeenRun,
  lease: number | undefined,
  now: Date,
): CancelAnswer {
  if (result.status === 'busy') return { status: 'busy' };
  if (result.status === 'refused') return refused(result.lock, run, now);
  const { lock } = result;
  // A run renews at least each third of its lease.
  const renewal = lease === undefined ? Infinity : now.getTime() + lease / 3;
  const hearsBy = Math.min(renewal, lock.lockedUntil?.getTime() ?? renewal);
  return {
    status: 'cancelled',
    hearsBy: new Date(Number.isFinite(hearsBy) ? hearsBy : now).toISOString(),
    running: runningState(lock, run.task),
  };
}

/** What an operator is told of a release. */
export function releasedAnswer(result: ReleaseResult, run: SeenRun, now: Date): ReleasedAnswer {
  switch (result.status) {
    case 'busy':
      return { status: 'busy' };
    case 'released':
      return { status: 'released', freeAt: iso(result.freeAt) };
    case 'refused':
      return refused(result.lock, run, now);
    case 'alive':
      return {
        status: 'refused',
        message: aliveMessage(result.lock),
        running: result.lock ? runningState(result.lock, run.task) : null,
      };
  }
}

function aliveMessage(lock: LockRecord | undefined): string {
  const holder = lock?.heldBy ?? 'a replica';
  const until = lock?.lockedUntil;
  const held = until ? `until ${until.toISOString()}, and renews that` : 'without an end';
  const free = until
    ? 'the lock is free at that time'
    : 'the lock is free only where its lease ends at once, and two may run then';
  return (
    `${holder} holds the lock ${held}: it is alive. A forced release takes the lock away from it: no renewal succeeds ` +
    `any more, its signal aborts, and ${free}. A method that ignores its signal goes on in its process, beside the next ` +
    `run, until ${holder} is restarted. A cancel asks it to stop; it keeps the lock until it has.`
  );
}

function refused(
  lock: LockRecord | undefined,
  { fence }: SeenRun,
  now: Date,
): { status: 'refused'; message: string; running: RunningState | null } {
  const message = refusal(lock, fence, now);
  const running = lock && isAlive(lock, now) ? runningState(lock, lock.name) : null;
  return { status: 'refused', message, running };
}

function refusal(lock: LockRecord | undefined, fence: bigint, now: Date): string {
  if (!lock) return 'the lock has no row: nothing has run yet';
  if (lock.finishedAt)
    return `no run is in progress: the last one, with fence ${lock.fence}, ended at ${lock.finishedAt.toISOString()}`;
  if (lock.fence === fence && !isAlive(lock, now))
    return (
      `that run died: its lease ended at ${lock.lockedUntil?.toISOString() ?? 'an unknown time'}. ` +
      'Its lock is free, and nothing needs to be done'
    );
  const who = `${lock.heldBy ?? 'a replica'}, since ${lock.startedAt.toISOString()}, with fence ${lock.fence}`;
  return `you saw the run with fence ${fence}, and another one is in its place by now: ${who}. Look again.`;
}
