import { AsyncLocalStorage } from 'node:async_hooks';
import type { LockClock } from '../lock/lock-clock.js';
import type { LockLog } from '../lock/lock-log.js';
import { messageOf } from '../message-of.js';
import type { RequestStore, WaitingRequests } from './request-store.js';

/** How many runs of requests one replica has under way: the pool's connections are the application's. */
const RUNS_AT_ONCE = 8;

/** Milliseconds after which a look that met another one comes again. */
const LOOK_AGAIN = 20;

/** Runs what waits for one lock, if it can; never rejects. */
export type ServeRequests = (waiting: WaitingRequests) => Promise<void>;

/**
 * Looks for requests that are due: from time to time, in case the replica that asked has died, and at once where this
 * one knows of some. Costs nothing before a task expects some.
 */
export class RequestWatch {
  /** Out of the contexts of who asks: a run must not be part of the request or the transaction that asked for it. */
  private readonly outside = AsyncLocalStorage.snapshot();
  private serve?: ServeRequests;
  private next?: { due: number; cancel: () => void };
  private looking = false;
  private ended = false;
  /** Names that were asked for here: this replica serves them when they are due, the others at their next look. */
  private asked = new Set<string>();
  private readonly expected = new Set<string>();
  private readonly serving = new Set<string>();
  private queue: WaitingRequests[] = [];
  private isDown = false;

  constructor(
    private readonly store: RequestStore | undefined,
    private readonly clock: LockClock,
    private readonly log: LockLog,
    /** Milliseconds between two looks while nothing is known to be due. */
    private readonly pollingInterval: number,
  ) {}

  /** Who serves what is due. */
  serveBy(serve: ServeRequests): void {
    this.serve = serve;
  }

  /** The task is requested: looks from here on. */
  expect(task: string): void {
    if (this.expected.size === 0) this.lookIn(Math.random() * this.pollingInterval);
    this.expected.add(task);
  }

  /** A request of this name was committed here, and is due in so many milliseconds. */
  requested(name: string, dueIn: number): void {
    this.asked.add(name);
    this.lookIn(dueIn);
  }

  /** A run of the task is over, for which requests may wait: published before its release, they are seen after it. */
  released(task: string): void {
    if (this.expected.has(task)) this.lookIn(0);
  }

  /** Looks when `delay` milliseconds have passed, or before. */
  lookIn(delay: number): void {
    if (!this.store || this.ended) return;
    const due = this.clock.monotonic() + Math.max(delay, 0);
    if (this.next && this.next.due <= due) return;
    this.next?.cancel();
    const look = (): void => {
      this.next = undefined;
      void this.look();
    };
    const cancel = this.outside(() => this.clock.timer(Math.max(delay, 0), look));
    this.next = { due, cancel };
  }

  /** No more looks. What runs is ended by the locks. */
  end(): void {
    this.ended = true;
    this.queue = [];
    this.next?.cancel();
  }

  private async look(): Promise<void> {
    // One at a time: the look that is under way may have begun before what this one is for.
    if (this.looking) return this.lookIn(LOOK_AGAIN);
    if (!this.store || !this.serve) return;
    this.looking = true;
    const asked = this.asked;
    this.asked = new Set();
    try {
      const found = await this.store.waiting(this.pollingInterval);
      this.isDown = false;
      this.queue = found.filter(({ dueIn }) => dueIn <= 0);
      for (const { name, dueIn } of found) {
        if (dueIn <= 0 || !asked.has(name)) continue;
        this.asked.add(name);
        this.lookIn(dueIn);
      }
    } catch (error) {
      for (const name of asked) this.asked.add(name);
      if (!this.isDown)
        this.log.warn(`Requests cannot be looked for, which is tried again: ${messageOf(error)}`);
      this.isDown = true;
    } finally {
      this.looking = false;
    }
    // Spread, so that replicas that started together do not look together for ever.
    this.lookIn(this.pollingInterval * (0.75 + Math.random() / 2));
    this.serveQueued();
  }

  private serveQueued(): void {
    while (this.serving.size < RUNS_AT_ONCE && !this.ended) {
      const waiting = this.queue.shift();
      if (!waiting) return;
      const { name } = waiting;
      if (this.serving.has(name)) continue;
      this.serving.add(name);
      void this.serve?.(waiting).finally(() => {
        this.serving.delete(name);
        this.serveQueued();
      });
    }
  }
}
