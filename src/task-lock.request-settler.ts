import { answerWithin } from './lock/answer-within.js';
import { pause } from './lock/lock-clock.js';
import type { LockClock } from './lock/lock-clock.js';
import { TaskLockLostError } from './lock/lock-errors.js';
import type { LockLog } from './lock/lock-log.js';
import { LockStoreUnavailableError } from './lock/lock-store.js';
import { retryDelay } from './lock/retry.js';
import { messageOf } from './message-of.js';
import type { PickedUp, RequestStore, SettledRun } from './requests/request-store.js';
import type { RequestWatch } from './requests/request-watch.js';
import { lockNameOf } from './task-lock.context.js';
import type { RequestedLock } from './task-lock.context.js';
import { requireRequests } from './task-lock.request-support.js';
import type { TaskRun } from './task-run.js';

/** Picks requests up under the lock of a run, and settles them when it is over. */
export class TaskLockRequestSettler {
  constructor(
    private readonly store: RequestStore | undefined,
    private readonly watch: RequestWatch,
    private readonly clock: LockClock,
    private readonly log: LockLog,
    /** Milliseconds that the store has for an answer, and for which the end of a run is told again. */
    private readonly patience: number,
  ) {}

  /**
   * Calls `work` with the newest arguments of all that is due, under the lock of the run, and settles that. Answers
   * whether there was anything: another run may have served it already.
   */
  async serve(
    lock: RequestedLock,
    run: TaskRun,
    work: (args: unknown[]) => Promise<unknown>,
  ): Promise<boolean> {
    const { args } = await this.pickUp(lock, run);
    if (args === undefined) return false;
    await this.settling(lock, run, () => {
      // The answer may have come when the lease was over.
      run.assertHeld();
      return work(JSON.parse(args) as unknown[]);
    });
    return true;
  }

  /**
   * Calls `work`, a call with arguments of its own, made at the instant `since` of the monotonic clock: what was asked
   * for before it is older, and served by it.
   */
  async serveAlong<T>(lock: RequestedLock, run: TaskRun, since: number, work: () => Promise<T>): Promise<T> {
    let count = 0;
    try {
      // Its claim may have waited, and others have asked meanwhile, with newer arguments.
      const calledAt = new Date(run.startedAt.getTime() - (this.clock.monotonic() - since));
      count = (await this.pickUp(lock, run, calledAt)).count;
    } catch (error) {
      this.log.warn(`The requests of "${lock.task.name}" wait for another run: ${messageOf(error)}`);
    }
    return count > 0 ? this.settling(lock, run, work) : work();
  }

  private async pickUp(lock: RequestedLock, { token }: TaskRun, before?: Date): Promise<PickedUp> {
    const { name, attempts } = lock.task;
    const pickingUp = requireRequests(this.store).pickUp({ name: lockNameOf(lock), token, attempts }, before);
    const picked = await answerWithin(this.clock, this.patience, pickingUp);
    if (picked.parked > 0)
      this.log.error(
        `${picked.parked} requests of "${name}" are parked after ${attempts} attempts: their runs died`,
      );
    return picked;
  }

  private async settling<T>(lock: RequestedLock, run: TaskRun, work: () => Promise<T>): Promise<T> {
    const { name: task, attempts } = lock.task;
    const settled = { name: lockNameOf(lock), token: run.token, attempts };
    try {
      const value = await work();
      await this.settle(task, { ...settled, outcome: 'succeeded' });
      return value;
    } catch (error) {
      const outcome = wasAborted(run) ? 'aborted' : 'failed';
      await this.settle(task, { ...settled, outcome, error: messageOf(error) });
      throw error;
    }
  }

  /** Never rejects: what the method has done stands, and its error must not be masked. */
  private async settle(task: string, settled: SettledRun): Promise<void> {
    const deadline = this.clock.monotonic() + this.patience;
    for (let tries = 0; ; tries++) {
      try {
        const settling = requireRequests(this.store).settle(settled);
        const { parked, retryIn } = await answerWithin(this.clock, this.patience, settling);
        if (parked > 0)
          this.log.error(
            `${parked} requests of "${task}" are parked after ${settled.attempts} attempts: ${settled.error}`,
          );
        if (retryIn !== undefined) this.watch.requested(settled.name, retryIn);
        return;
      } catch (error) {
        const left = deadline - this.clock.monotonic();
        if (error instanceof LockStoreUnavailableError && left > 0) {
          await pause(this.clock, Math.min(retryDelay(tries), left));
          continue;
        }
        this.log.error(
          `The requests of "${task}" may run once more, their end could not be told: ${messageOf(error)}`,
        );
        return;
      }
    }
  }
}

function wasAborted({ signal }: TaskRun): boolean {
  const reason: unknown = signal.reason;
  return reason instanceof TaskLockLostError && reason.reason === 'shutdown';
}
