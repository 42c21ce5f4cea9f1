import type { EntityManager } from 'typeorm';
import { answerWithin } from './lock/answer-within.js';
import type { LockClock } from './lock/lock-clock.js';
import { messageOf } from './message-of.js';
import { OpenTransactions } from './requests/open-transactions.js';
import { argumentsText } from './requests/request-arguments.js';
import type { NewRequest, RequestStore } from './requests/request-store.js';
import type { RequestWatch } from './requests/request-watch.js';
import { lockNameOf } from './task-lock.context.js';
import type { RequestedLock } from './task-lock.context.js';
import { TaskLockUsageError } from './task-lock.errors.js';
import { requireRequests } from './task-lock.request-support.js';

/** When a request is due, and the transaction that it is part of. */
export interface RequestTerms {
  /** Milliseconds; a debounced task has its own. */
  delay?: number;
  manager?: EntityManager;
}

/** Writes requests down. */
export class TaskLockRequestPublisher {
  private readonly transactions: OpenTransactions;
  /** The last insert of each name that is under way: calls that follow each other must not overtake each other. */
  private readonly adding = new Map<string, Promise<void>>();

  constructor(
    private readonly store: RequestStore | undefined,
    private readonly watch: RequestWatch,
    private readonly clock: LockClock,
    /** Milliseconds that the store has for an answer. */
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
    await requireRequests(this.store).prepare();
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
    const store = requireRequests(this.store);
    const request = { name, task: task.name, key, args, delay: due, maxDelay };
    const since = this.clock.monotonic();
    if (manager) await store.add(request, manager);
    else await this.addInOrder(store, request);
    this.watch.expect(task.name);
    this.transactions.whenEnded(manager?.queryRunner, () => {
      this.watch.requested(name, due - (this.clock.monotonic() - since));
    });
  }

  end(): void {
    this.watch.end();
    this.transactions.end();
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
      await answerWithin(this.clock, this.patience, added);
    } finally {
      // Inside a transaction whose connection is the last of the pool it would wait for itself.
      wanted.aborted = true;
    }
  }
}
