import type { EntityManager } from 'typeorm';
import type { LockClock } from '../common/clock.js';
import { messageOf } from '../common/error-text.js';
import { whenTransactionEnds } from './transaction-end.js';
import { argumentsText } from './json-arguments.js';
import { InsertQueue } from './insert-queue.js';
import type { Place } from './insert-queue.js';
import type { RequestStore } from '../store/request-store.js';
import type { RequestPoller } from './poller.js';
import { lockNameOf } from '../calls/task-call.js';
import type { RequestedLock } from '../calls/task-call.js';
import { TaskLockUsageError } from '../tasks/errors.js';
import { requireRequests } from './request-support.js';

/** When a request is due, and the transaction that it is part of. */
export interface RequestTerms {
  /** Milliseconds; a debounced task has its own. */
  delay?: number;
  manager?: EntityManager;
  /** Of the call that it was, where one has been taken. */
  place?: Place;
}

/** Milliseconds for which it is remembered when a request was added: longer than a claim may take. */
const REMEMBERED = 60_000;

/** Writes requests down. */
export class RequestPublisher {
  /** Of each name of which something is on its way. */
  private readonly lanes = new Map<string, InsertQueue>();
  /** When the newest request of a name was added, the longest ago first. */
  private readonly added = new Map<string, { at: Date; until: number }>();

  constructor(
    private readonly store: RequestStore | undefined,
    private readonly watch: RequestPoller,
    private readonly clock: LockClock,
    /** Milliseconds that the store has for an answer. */
    private readonly patience: number,
  ) {}

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

  /**
   * The place of a call of the lock that may run at once; none where requests of this replica are on their way, which it
   * must not overtake: it is one more of them.
   */
  placeOf(lock: RequestedLock): Place | undefined {
    const lane = this.laneOf(lockNameOf(lock));
    return lane.isFree ? lane.take() : undefined;
  }

  /** The instant, by the store's clock, of the newest request of the lock that was added here a short time ago. */
  lastAddedAt(lock: RequestedLock): Date | undefined {
    return this.added.get(lockNameOf(lock))?.at;
  }

  /**
   * Publishes a request, and looks for it when it is due; in a transaction, once that is over. In its place, before what
   * was asked for after it.
   */
  async add(
    lock: RequestedLock,
    args: string,
    { delay = 0, manager, place }: RequestTerms = {},
  ): Promise<void> {
    const { task, key } = lock;
    const name = lockNameOf(lock);
    const { debounce } = task;
    const isTrailing = debounce?.mode === 'trailing';
    const due = isTrailing ? debounce.delay : delay;
    const maxDelay = isTrailing ? debounce.maxDelay : undefined;
    const request = { name, task: task.name, key, args, delay: due, maxDelay };
    const addedAt = await (manager
      ? requireRequests(this.store).add([request], manager)
      : (place ?? this.laneOf(name)).add(request));
    const since = this.clock.monotonic();
    this.remember(name, addedAt);
    this.watch.expect(task.name);
    whenTransactionEnds(manager?.queryRunner, () => {
      this.watch.requested(name, due - (this.clock.monotonic() - since), isTrailing);
    });
  }

  end(): void {
    this.watch.end();
  }

  private laneOf(name: string): InsertQueue {
    let lane = this.lanes.get(name);
    if (!lane) {
      const made: InsertQueue = new InsertQueue(
        requireRequests(this.store),
        this.clock,
        this.patience,
        () => {
          if (this.lanes.get(name) === made) this.lanes.delete(name);
        },
      );
      this.lanes.set(name, (lane = made));
    }
    return lane;
  }

  private remember(name: string, at: Date): void {
    const now = this.clock.monotonic();
    this.added.delete(name);
    this.added.set(name, { at, until: now + REMEMBERED });
    for (const [other, { until }] of this.added) {
      if (until > now) break;
      this.added.delete(other);
    }
  }
}
