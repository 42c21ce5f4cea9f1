import type { EntityManager } from 'typeorm';
import { lockNameOf } from '../calls/task-call.js';
import type { RequestedLock } from '../calls/task-call.js';
import type { LockClock } from '../common/clock.js';
import { messageOf } from '../common/error-text.js';
import type { RequestStore } from '../store/request-store.js';
import { TaskLockUsageError } from '../tasks/errors.js';
import { InsertQueue } from './insert-queue.js';
import { argumentsText } from '../common/json-arguments.js';
import type { RequestPoller } from './poller.js';
import { requireRequests } from './require-requests.js';
import type { RequestingStore } from './require-requests.js';
import { whenTransactionEnds } from './transaction-end.js';

/** When a request is due, and the transaction that it is part of. */
export interface RequestTerms {
  /** Milliseconds; a debounced task has its own. */
  delay?: number;
  manager?: EntityManager;
  /** Whether it comes before what else waits for its insert: a call that held that back. */
  first?: boolean;
}

/** Milliseconds for which it is remembered when a request was published: longer than a claim may take. */
const REMEMBERED = 60_000;

/** Publishes requests. */
export class RequestPublisher {
  private readonly inserts: InsertQueue;
  /** When the newest request of a name was published, the longest ago first. */
  private readonly published = new Map<string, { at: Date; until: number }>();

  constructor(
    private readonly store: RequestingStore,
    private readonly poller: RequestPoller,
    private readonly clock: LockClock,
    /** Milliseconds that the store has for an answer. */
    timeout: number,
  ) {
    this.inserts = new InsertQueue(() => this.requestsFor('A request'), clock, timeout);
  }

  /** @throws TaskLockUsageError that names `call`, where the store keeps no requests */
  requestsFor(call: string): RequestStore {
    return requireRequests(this.store, call);
  }

  /**
   * The arguments of a call as JSON text.
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

  /**
   * Holds back what is published of the lock until the returned function is called: for a call that may run at once.
   * Nothing where that would overtake requests that are on their way.
   */
  hold(lock: RequestedLock): (() => void) | undefined {
    return this.inserts.hold(lockNameOf(lock));
  }

  /** When the newest request of the lock was published here a short time ago, by the store's clock. */
  lastPublishedAt(lock: RequestedLock): Date | undefined {
    return this.published.get(lockNameOf(lock))?.at;
  }

  /** Publishes a request, and polls for it when it is due; in a transaction, once that has ended. */
  async publish(
    lock: RequestedLock,
    args: string,
    { delay: ownDelay = 0, manager, first }: RequestTerms = {},
  ): Promise<void> {
    const { task, key } = lock;
    const name = lockNameOf(lock);
    const { delay, maxDelay } =
      task.debounce?.mode === 'trailing' ? task.debounce : { delay: ownDelay, maxDelay: undefined };
    const request = { name, task: task.name, key, args, delay, maxDelay };
    const publishedAt = await (manager
      ? this.requestsFor('A request').add([request], manager)
      : this.inserts.add(request, first));
    const since = this.clock.monotonic();
    this.remember(name, publishedAt, since);
    this.poller.expect(task.name);
    whenTransactionEnds(manager?.queryRunner, () => {
      const elapsed = this.clock.monotonic() - since;
      this.poller.published(name, delay - elapsed, (maxDelay ?? delay) - elapsed);
    });
  }

  private remember(name: string, at: Date, now: number): void {
    this.published.delete(name);
    this.published.set(name, { at, until: now + REMEMBERED });
    for (const [other, { until }] of this.published) {
      if (until > now) break;
      this.published.delete(other);
    }
  }
}
