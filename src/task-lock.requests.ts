import type { EntityManager } from 'typeorm';
import { pause } from './lock/lock-clock.js';
import type { LockClock } from './lock/lock-clock.js';
import { TaskLockLostError } from './lock/lock-errors.js';
import type { LockLog } from './lock/lock-log.js';
import { LockStoreUnavailableError } from './lock/lock-store.js';
import { retryDelay } from './lock/retry.js';
import { messageOf } from './message-of.js';
import { OpenTransactions } from './requests/open-transactions.js';
import { argumentsText } from './requests/request-arguments.js';
import type { RequestStore, SettledRun } from './requests/request-store.js';
import type { RequestWatch } from './requests/request-watch.js';
import { lockNameOf } from './task-lock.context.js';
import type { TaskCall } from './task-lock.context.js';
import { TaskLockUsageError } from './task-lock.errors.js';
import type { TaskRun } from './task-run.js';

/** The lock that a request is for. */
export type RequestedLock = Pick<TaskCall, 'task' | 'key'>;

/** When a request is due, and the transaction that it is part of. */
export interface RequestTerms {
  /** Milliseconds; a debounced task has its own. */
  delay?: number;
  manager?: EntityManager;
}

/** Writes requests down, and settles those that a run has picked up. */
export class TaskLockRequests {
  private readonly transactions: OpenTransactions;

  constructor(
    private readonly store: RequestStore | undefined,
    private readonly watch: RequestWatch,
    private readonly clock: LockClock,
    private readonly log: LockLog,
    /** Milliseconds for which the end of a run is told again where the store does not answer. */
    private readonly patience: number,
  ) {
    this.transactions = new OpenTransactions(clock);
  }

  /** @throws Error where the store cannot take requests */
  async prepare(): Promise<void> {
    await this.requireStore().prepare();
  }

  /**
   * The JSON text of arguments.
   *
   * @throws TaskLockUsageError that begins with `where`, where they are not JSON
   */
  textOf(args: readonly unknown[], where: string): string {
    try {
      return argumentsText(args);
    } catch (error) {
      throw new TaskLockUsageError(`${where}: ${messageOf(error)}.`, { cause: error });
    }
  }

  /** Publishes a request, and looks for it when it is due; in a transaction, once that is over. */
  async add(lock: RequestedLock, args: string, { delay = 0, manager }: RequestTerms = {}): Promise<void> {
    const { task, key } = lock;
    const name = lockNameOf(lock);
    const { debounce } = task;
    const isTrailing = debounce?.mode === 'trailing';
    const due = isTrailing ? debounce.delay : delay;
    const maxDelay = isTrailing ? debounce.maxDelay : undefined;
    const store = this.requireStore();
    const added = this.clock.monotonic();
    await store.add({ name, task: task.name, key, args, delay: due, maxDelay }, manager);
    this.watch.expect(task.name);
    this.transactions.whenEnded(manager?.queryRunner, () => {
      this.watch.requested(name, due - (this.clock.monotonic() - added));
    });
  }

  /**
   * Calls `work` with the newest arguments of all that is due, under the lock of the run, and settles that. Nothing is
   * called where another run has served it already.
   */
  async serve(lock: RequestedLock, run: TaskRun, work: (args: unknown[]) => Promise<unknown>): Promise<void> {
    const { args } = await this.pickUp(lock, run);
    if (args === undefined) return;
    await this.settling(lock, run, () => work(JSON.parse(args) as unknown[]));
  }

  /** Calls `work`, a call with arguments of its own: what was asked for before its run began is older, and served by it. */
  async serveAlong<T>(lock: RequestedLock, run: TaskRun, work: () => Promise<T>): Promise<T> {
    let count = 0;
    try {
      count = (await this.pickUp(lock, run, run.startedAt)).count;
    } catch (error) {
      this.log.warn(`The requests of "${lock.task.name}" wait for another run: ${messageOf(error)}`);
    }
    return count > 0 ? this.settling(lock, run, work) : work();
  }

  end(): void {
    this.watch.end();
    this.transactions.end();
  }

  private async pickUp(lock: RequestedLock, { token }: TaskRun, before?: Date) {
    const { name, attempts } = lock.task;
    const picked = await this.requireStore().pickUp({ name: lockNameOf(lock), token, attempts }, before);
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
        const { parked, retryIn } = await this.requireStore().settle(settled);
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

  private requireStore(): RequestStore {
    if (this.store) return this.store;
    throw new TaskLockUsageError(
      'TaskLockModule, option store: this store has no `requests`, and takes none.',
    );
  }
}

function wasAborted({ signal }: TaskRun): boolean {
  const reason: unknown = signal.reason;
  return reason instanceof TaskLockLostError && reason.reason === 'shutdown';
}
