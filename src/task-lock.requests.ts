import type { EntityManager } from 'typeorm';
import { pause, within } from './lock/lock-clock.js';
import type { LockClock } from './lock/lock-clock.js';
import { TaskLockLostError } from './lock/lock-errors.js';
import type { LockLog } from './lock/lock-log.js';
import { LockStoreUnavailableError } from './lock/lock-store.js';
import { retryDelay } from './lock/retry.js';
import { messageOf } from './message-of.js';
import { OpenTransactions } from './requests/open-transactions.js';
import { argumentsText } from './requests/request-arguments.js';
import type { NewRequest, RequestStore, SettledRun } from './requests/request-store.js';
import type { RequestWatch } from './requests/request-watch.js';
import { lockNameOf } from './task-lock.context.js';
import type { TaskCall } from './task-lock.context.js';
import { TaskLockUsageError } from './task-lock.errors.js';
import type { TaskRun } from './task-run.js';

/** The lock that a request is for. */
export type RequestedLock = Pick<TaskCall, 'task' | 'key' | 'served'>;

/** When a request is due, and the transaction that it is part of. */
export interface RequestTerms {
  /** Milliseconds; a debounced task has its own. */
  delay?: number;
  manager?: EntityManager;
}

/** Writes requests down, and settles those that a run has picked up. */
export class TaskLockRequests {
  private readonly transactions: OpenTransactions;
  /** The last insert of each name that is under way: calls that follow each other must not overtake each other. */
  private readonly adding = new Map<string, Promise<void>>();

  constructor(
    private readonly store: RequestStore | undefined,
    private readonly watch: RequestWatch,
    private readonly clock: LockClock,
    private readonly log: LockLog,
    /** Milliseconds that the store has for an answer, and for which the end of a run is told again. */
    private readonly patience: number,
  ) {
    this.transactions = new OpenTransactions(clock);
  }

  /** Whether the store takes requests. */
  get areSupported(): boolean {
    return this.store !== undefined;
  }

  /** @throws Error where the table is missing */
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
    const request = { name, task: task.name, key, args, delay: due, maxDelay };
    const since = this.clock.monotonic();
    if (manager) await store.add(request, manager);
    else await this.addInOrder(store, request);
    this.watch.expect(task.name);
    this.transactions.whenEnded(manager?.queryRunner, () => {
      this.watch.requested(name, due - (this.clock.monotonic() - since));
    });
  }

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

  end(): void {
    this.watch.end();
    this.transactions.end();
  }

  private async pickUp(lock: RequestedLock, { token }: TaskRun, before?: Date) {
    const { name, attempts } = lock.task;
    const pickingUp = this.requireStore().pickUp({ name: lockNameOf(lock), token, attempts }, before);
    const picked = await this.answered(pickingUp);
    if (picked.parked > 0)
      this.log.error(
        `${picked.parked} requests of "${name}" are parked after ${attempts} attempts: their runs died`,
      );
    return picked;
  }

  private async addInOrder(store: RequestStore, request: NewRequest): Promise<void> {
    const { name } = request;
    const wanted = { aborted: false };
    const before = this.adding.get(name);
    const added = (before ?? Promise.resolve()).then(() => store.add(request, undefined, wanted));
    const last = added.catch(() => undefined);
    this.adding.set(name, last);
    void last.then(() => this.adding.get(name) === last && this.adding.delete(name));
    try {
      await this.answered(added);
    } finally {
      // Inside a transaction whose connection is the last of the pool it would wait for itself.
      wanted.aborted = true;
    }
  }

  /** @throws LockStoreUnavailableError where there is no answer in time */
  private async answered<T>(answer: Promise<T>): Promise<T> {
    const answers = await within(
      this.clock,
      this.patience,
      answer.then((value) => [value]),
    );
    if (!answers) throw new LockStoreUnavailableError('the database did not answer', true);
    return answers[0] as T;
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
        const { parked, retryIn } = await this.answered(this.requireStore().settle(settled));
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
    throw new TaskLockUsageError('TaskLockModule, option store: it has no `requests`, and takes none.');
  }
}

function wasAborted({ signal }: TaskRun): boolean {
  const reason: unknown = signal.reason;
  return reason instanceof TaskLockLostError && reason.reason === 'shutdown';
}
