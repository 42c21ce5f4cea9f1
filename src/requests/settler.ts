import { answerWithin, pause } from '../common/timeouts.js';
import type { LockClock } from '../common/clock.js';
import { TaskLockLostError } from '../lock/errors.js';
import type { LockLog } from '../common/log.js';
import { LockStoreUnavailableError } from '../common/store-unavailable.error.js';
import { retryDelay } from '../common/backoff.js';
import { messageOf } from '../common/error-text.js';
import type { PickedUp, RequestRun, RequestStore, SettledRun } from '../store/request-store.js';
import type { RequestPoller } from './poller.js';
import { lockNameOf } from '../calls/task-call.js';
import type { RequestedLock } from '../calls/task-call.js';
import { requireRequests } from './request-support.js';
import type { TaskRun } from '../calls/task-run.js';
import { ReturnedClaim } from '../calls/task-lock.interceptor.js';

/** How often the end of a run is told where each time there is no answer. */
const TRIES = 3;

/** When a call was made. */
export interface CallInstant {
  /** By the monotonic clock. */
  since: number;
  /** When this replica had last asked for a run before it, by the store's clock. */
  lastAddedAt?: Date;
}

/** Picks requests up under the lock of a run, and settles them when it is over. */
export class RequestSettler {
  constructor(
    private readonly store: RequestStore | undefined,
    private readonly watch: RequestPoller,
    private readonly clock: LockClock,
    private readonly log: LockLog,
    /** Milliseconds that the store has for an answer, and for which the end of a run is told again. */
    private readonly patience: number,
  ) {}

  /**
   * Calls `work` with the newest arguments of all that is due, under the lock of the run, and settles that.
   *
   * @throws ReturnedClaim where nothing is due any more, or the run cannot begin
   */
  async serve(lock: RequestedLock, run: TaskRun, work: (args: unknown[]) => Promise<unknown>): Promise<void> {
    let picked: PickedUp;
    try {
      picked = await this.pickUp(lock, run);
    } catch (error) {
      throw new ReturnedClaim(messageOf(error), { cause: error });
    }
    const { args } = picked;
    if (args === undefined) throw new ReturnedClaim('nothing is due any more');
    await this.settling(lock, run, () => work(JSON.parse(args) as unknown[]));
  }

  /**
   * Calls `work`, a call with arguments of its own: what was asked for before it is older, and served by it.
   *
   * @throws ReturnedClaim where the lock was lost before the call could begin
   */
  async serveAlong<T>(
    lock: RequestedLock,
    run: TaskRun,
    called: CallInstant,
    work: () => Promise<T>,
  ): Promise<T> {
    let count = 0;
    try {
      count = (await this.pickUp(lock, run, this.instantOf(called, run))).count;
    } catch (error) {
      this.log.warn(`The requests of "${lock.task.name}" wait for another run: ${messageOf(error)}`);
    }
    return this.settling(lock, run, work, count > 0);
  }

  /**
   * By the store's clock, when a call was made, or somewhat earlier: its claim may have waited, and others have asked
   * meanwhile, with newer arguments. What this replica had asked for before is older in any case.
   */
  private instantOf({ since, lastAddedAt }: CallInstant, { startedAt }: TaskRun): Date {
    const atLeast = startedAt.getTime() - (this.clock.monotonic() - since);
    // The store's instants are finer than a millisecond.
    return new Date(Math.max(atLeast, lastAddedAt ? lastAddedAt.getTime() + 1 : -Infinity));
  }

  private async pickUp(lock: RequestedLock, { token }: TaskRun, before?: Date): Promise<PickedUp> {
    const { name, attempts } = lock.task;
    const run = { name: lockNameOf(lock), token, attempts };
    const wanted = { aborted: false };
    const pickingUp = requireRequests(this.store).pickUp(run, before, wanted);
    let picked: PickedUp;
    try {
      picked = await answerWithin(this.clock, this.patience, pickingUp);
    } catch (error) {
      wanted.aborted = true;
      // Nothing runs for it: left as it is, it would count as an attempt whose replica died. At once, under the lock, for
      // one whose answer was lost, and once more for one that is carried out later.
      const giveBack = (): Promise<unknown> => this.giveBack(run);
      pickingUp.then(
        async ({ count }) => {
          if (count > 0) await giveBack();
        },
        () => undefined,
      );
      await giveBack();
      throw error;
    }
    if (picked.parked > 0)
      this.log.error(
        `${picked.parked} requests of "${name}" are parked after ${attempts} attempts: their runs died`,
      );
    return picked;
  }

  /** Never rejects, and is tried once: it may be that there is nothing to give back. */
  private async giveBack(run: RequestRun): Promise<void> {
    try {
      const settling = requireRequests(this.store).settle({ ...run, outcome: 'aborted' });
      await answerWithin(this.clock, this.patience / TRIES, settling);
    } catch {
      // An attempt more is counted than was made.
    }
  }

  private async settling<T>(
    lock: RequestedLock,
    run: TaskRun,
    work: () => Promise<T>,
    hasPickedUp = true,
  ): Promise<T> {
    const { name: task, attempts } = lock.task;
    const settled = { name: lockNameOf(lock), token: run.token, attempts };
    try {
      // The answer may have come when the lease was over: another replica may be running it.
      run.assertHeld();
    } catch (error) {
      if (hasPickedUp) await this.settle(task, { ...settled, outcome: 'aborted' });
      throw new ReturnedClaim(messageOf(error), { cause: error });
    }
    if (!hasPickedUp) return work();
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
        const { parked, retryIn } = await answerWithin(this.clock, this.patience / TRIES, settling);
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
