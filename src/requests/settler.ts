import { lockNameOf } from '../calls/task-call.js';
import type { RequestedLock } from '../calls/task-call.js';
import { ReturnedClaim } from '../calls/task-lock.interceptor.js';
import type { TaskRun } from '../calls/task-run.js';
import { retryDelay } from '../common/backoff.js';
import type { LockClock } from '../common/clock.js';
import { messageOf } from '../common/error-text.js';
import type { LockLog } from '../common/log.js';
import { LockStoreUnavailableError } from '../common/store-unavailable.error.js';
import { answerWithin, pause } from '../common/timeouts.js';
import { TaskLockLostError } from '../lock/errors.js';
import type { PickedUp, RequestStore, Settled, SettledRun } from '../store/request-store.js';
import type { RequestPoller } from './poller.js';
import { requireRequests } from './require-requests.js';
import type { RequestingStore } from './require-requests.js';

/** How often the end of a run is sent within the timeout where no answer comes at all. */
const SENDS = 3;

/** When a call was made. */
export interface CallInstant {
  /** By the monotonic clock. */
  since: number;
  /** When this replica had last published a request before it, by the store's clock. */
  lastPublishedAt?: Date;
}

/** Picks requests up under the lock of a run, and settles them when it is over. */
export class RequestSettler {
  constructor(
    private readonly store: RequestingStore,
    private readonly poller: RequestPoller,
    private readonly clock: LockClock,
    private readonly log: LockLog,
    /** Milliseconds that the store has for an answer, and within which the end of a run is sent again. */
    private readonly timeout: number,
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
   * Calls `work`, a call with arguments of its own: what was published before it is older, and served by it.
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
   * When a call was made by the store's clock, or somewhat earlier: while its claim waited, others may have published
   * newer arguments. What this replica had published before the call is older in any case.
   */
  private instantOf({ since, lastPublishedAt }: CallInstant, { startedAt }: TaskRun): Date {
    const atLeast = startedAt.getTime() - (this.clock.monotonic() - since);
    // The store's instants are finer than a millisecond.
    return new Date(Math.max(atLeast, lastPublishedAt ? lastPublishedAt.getTime() + 1 : -Infinity));
  }

  private async pickUp(lock: RequestedLock, { token }: TaskRun, before?: Date): Promise<PickedUp> {
    const { name, attempts } = lock.task;
    const run = { name: lockNameOf(lock), token, attempts };
    const wanted = { aborted: false };
    const pickingUp = this.requests().pickUp(run, before, wanted);
    let picked: PickedUp;
    try {
      picked = await answerWithin(this.clock, this.timeout, pickingUp);
    } catch (error) {
      wanted.aborted = true;
      // Nothing runs: what stays picked up would count as an attempt of a dead replica. Sent once, as there may be nothing.
      const giveBack = () => this.send({ ...run, outcome: 'aborted' }).catch(() => undefined);
      // At once for a pick-up whose answer was lost, and again for one that is carried out later.
      pickingUp.then(
        ({ count }) => (count > 0 ? giveBack() : undefined),
        () => undefined,
      );
      await giveBack();
      throw error;
    }
    if (picked.parked > 0)
      this.log.error(
        `${picked.parked} requests of "${name}" are parked after ${attempts} attempts: no end of their runs was recorded`,
      );
    return picked;
  }

  private async settling<T>(
    lock: RequestedLock,
    run: TaskRun,
    work: () => Promise<T>,
    hasPickedUp = true,
  ): Promise<T> {
    const settle = async (outcome: SettledRun['outcome'], error?: string): Promise<void> => {
      if (hasPickedUp) await this.settle(lock, run, outcome, error);
    };
    try {
      // The pick-up may have been answered after the end of the lease: another replica may be running the task.
      run.assertHeld();
    } catch (error) {
      await settle(...endOf(run, 'aborted', messageOf(error)));
      throw new ReturnedClaim(messageOf(error), { cause: error });
    }
    try {
      const value = await work();
      await settle('succeeded');
      return value;
    } catch (error) {
      await settle(...endOf(run, 'failed', messageOf(error)));
      throw error;
    }
  }

  /** Never rejects: what the method has done stands, and its error must not be masked. */
  private async settle(
    lock: RequestedLock,
    { token }: TaskRun,
    outcome: SettledRun['outcome'],
    error?: string,
  ): Promise<void> {
    const { name: task, attempts } = lock.task;
    const settled = { name: lockNameOf(lock), token, attempts, outcome, error };
    const deadline = this.clock.monotonic() + this.timeout;
    for (let sent = 0; ; sent++) {
      try {
        const { parked, retryIn } = await this.send(settled);
        const why = outcome === 'cancelled' ? 'and not tried again' : `after ${attempts} attempts`;
        if (parked > 0) this.log.error(`${parked} requests of "${task}" are parked ${why}: ${error}`);
        if (retryIn !== undefined) this.poller.published(settled.name, retryIn);
        return;
      } catch (problem) {
        const left = deadline - this.clock.monotonic();
        if (!(problem instanceof LockStoreUnavailableError) || left <= 0) {
          this.log.error(
            `The requests of "${task}" may run once more, their end could not be recorded: ${messageOf(problem)}`,
          );
          return;
        }
        await pause(this.clock, Math.min(retryDelay(sent), left));
      }
    }
  }

  private send(settled: SettledRun): Promise<Settled> {
    return answerWithin(this.clock, this.timeout / SENDS, this.requests().settle(settled));
  }

  private requests(): RequestStore {
    return requireRequests(this.store, 'A run of requests');
  }
}

/** How a run ended that did not succeed, and the error to keep. What stopped it says more than what the method threw then. */
function endOf(
  { signal }: TaskRun,
  otherwise: 'aborted' | 'failed',
  error: string,
): [SettledRun['outcome'], string] {
  const reason: unknown = signal.reason;
  if (!(reason instanceof TaskLockLostError)) return [otherwise, error];
  if (reason.reason === 'cancelled') return ['cancelled', reason.message];
  return [reason.reason === 'shutdown' ? 'aborted' : otherwise, error];
}
