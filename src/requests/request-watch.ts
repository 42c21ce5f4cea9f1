import { AsyncLocalStorage } from 'node:async_hooks';
import { answerWithin } from '../lock/answer-within.js';
import type { LockClock } from '../lock/lock-clock.js';
import type { LockLog } from '../lock/lock-log.js';
import { messageOf } from '../message-of.js';
import type { RequestStore, WaitingRequests } from './request-store.js';

/** How many runs of requests of one task a replica has under way: slow ones must not keep the others waiting. */
const RUNS_OF_A_TASK = 8;

/** Milliseconds between two looks at least, whatever asks for them. */
const SHORTEST_PAUSE = 20;

/** Milliseconds until the next look where one had no answer. */
const RETRY = 1_000;

/** Milliseconds before it is due from which on a request is kept in mind: until then a timer sleeps for it. */
const NEAR = 10_000;

/** Milliseconds for which a name rests after a try that brought it no further; doubled each time. */
const FIRST_REST = 100;

/** How a try to serve the requests of one name ended. */
export interface Served {
  /** Whether a run has taken place: what comes to nothing again and again must not be tried without a pause. */
  progressed: boolean;
  /** Milliseconds until there is any use in trying again, where that is known. */
  restFor?: number;
}

/** Whoever serves requests. */
export interface RequestServer {
  /** The names of the tasks whose requests it can run. */
  readonly tasks: readonly string[];
  /** Runs what waits for one lock, if it can; never rejects. */
  serve(waiting: WaitingRequests): Promise<Served>;
  /** Called after each look, to report requests that nobody here can run. */
  lookForUnknown(): Promise<void>;
}

/** How often and how patiently a watch looks; milliseconds. */
export interface RequestWatchSettings {
  /** Between two looks while nothing is known to be due; infinite for none. */
  pollingInterval: number;
  /** For which a look may take. */
  patience: number;
}

/**
 * Looks for requests that are due: from time to time, in case the replica that asked has died, and at once where this
 * one knows of some. Costs nothing before a task expects some.
 */
export class RequestWatch {
  /** Out of the contexts of who asks: a run must not be part of the request or the transaction that asked for it. */
  private readonly outside = AsyncLocalStorage.snapshot();
  private server?: RequestServer;
  private next?: { due: number; cancel: () => void };
  private lastLook = -Infinity;
  private looking = false;
  private ended = false;
  private isDown = false;
  /**
   * Names that were asked for here, and when their requests are due soon, or their rest is over: this replica looks
   * then, the others at their next look. What is due later must outlast the look for what is due at once.
   */
  private readonly asked = new Map<string, Set<number>>();
  /** What ends the timers of requests that are due much later. */
  private readonly sleeping = new Set<() => void>();
  private readonly expected = new Set<string>();
  private readonly serving = new Map<string, string>();
  private readonly resting = new Map<string, { until: number; rests: number }>();
  private queue: WaitingRequests[] = [];

  constructor(
    private readonly store: RequestStore | undefined,
    private readonly clock: LockClock,
    private readonly log: LockLog,
    private readonly settings: RequestWatchSettings,
  ) {}

  serveBy(server: RequestServer): void {
    this.server = server;
  }

  /** The task is requested: looks from here on. */
  expect(task: string): void {
    if (this.expected.size === 0) this.lookIn(Math.random() * this.settings.pollingInterval);
    this.expected.add(task);
    if (this.asked.size > 0) this.lookIn(0);
  }

  /** A request of this name was committed here, and is due in so many milliseconds; it may put off those before it. */
  requested(name: string, dueIn: number, putsOff = false): void {
    if (this.ended) return;
    if (dueIn > NEAR) return this.sleep(dueIn - NEAR, () => this.requested(name, NEAR, putsOff));
    const now = this.clock.monotonic();
    const due = now + Math.max(dueIn, 0);
    const dues = this.asked.get(name) ?? new Set<number>();
    this.asked.set(name, dues);
    if (putsOff) {
      // The first stays, for its longest delay.
      const first = Math.min(...dues, due);
      dues.clear();
      dues.add(first);
    }
    dues.add(due);
    this.lookIn(due - now);
  }

  /** A run of the task is over, for which requests may wait: published before its release, they are seen after it. */
  released(task: string): void {
    if (this.expected.has(task)) this.lookIn(0);
  }

  /** No more looks. What runs is ended by the locks. */
  end(): void {
    this.ended = true;
    this.queue = [];
    this.next?.cancel();
    for (const cancel of this.sleeping) cancel();
    this.sleeping.clear();
  }

  private sleep(delay: number, wake: () => void): void {
    const cancel = this.outside(() =>
      this.clock.timer(delay, () => {
        this.sleeping.delete(cancel);
        wake();
      }),
    );
    this.sleeping.add(cancel);
  }

  /** Looks when `delay` milliseconds have passed, or before. */
  private lookIn(delay: number): void {
    if (!this.store || this.ended || delay === Infinity) return;
    const now = this.clock.monotonic();
    const due = Math.max(now + delay, this.lastLook + SHORTEST_PAUSE, now);
    if (this.next && this.next.due <= due) return;
    this.next?.cancel();
    const look = (): void => {
      this.next = undefined;
      void this.look();
    };
    const cancel = this.outside(() => this.clock.timer(due - now, look));
    this.next = { due, cancel };
  }

  private async look(): Promise<void> {
    // One at a time: the look that is under way may have begun before what this one is for.
    if (this.looking) return this.lookIn(SHORTEST_PAUSE);
    if (!this.store || !this.server) return;
    // The application is not started yet.
    if (this.server.tasks.length === 0) return this.lookIn(RETRY);
    this.looking = true;
    this.lastLook = this.clock.monotonic();
    try {
      const { pollingInterval, patience } = this.settings;
      const wanted = { aborted: false };
      const search = { horizon: pollingInterval, tasks: this.server.tasks, except: this.restingNames() };
      const found = await answerWithin(this.clock, patience, this.store.waiting(search, wanted)).finally(
        () => {
          wanted.aborted = true;
        },
      );
      this.isDown = false;
      this.plan(found, this.lastLook);
    } catch (error) {
      if (!this.isDown)
        this.log.warn(`Requests cannot be looked for, which is tried again: ${messageOf(error)}`);
      this.isDown = true;
    } finally {
      this.looking = false;
    }
    const { pollingInterval } = this.settings;
    // Spread, so that replicas that started together do not look together for ever.
    this.lookIn(
      (this.isDown ? Math.min(pollingInterval, RETRY) : pollingInterval) * (0.75 + Math.random() / 2),
    );
    this.serveQueued();
    // After what is due, which must not wait for it.
    await this.server.lookForUnknown().catch((error: unknown) => {
      this.log.debug(`Requests of unknown tasks could not be looked for: ${messageOf(error)}`);
    });
  }

  private plan(found: readonly WaitingRequests[], lookedAt: number): void {
    this.queue = found.filter(({ dueIn }) => dueIn <= 0);
    for (const { name, dueIn } of found) {
      if (dueIn > 0 && this.asked.has(name)) this.requested(name, dueIn);
    }
    const names = new Set(found.map(({ name }) => name));
    for (const [name, { until }] of this.resting) {
      if (until <= lookedAt && !names.has(name)) this.resting.delete(name);
    }
    // One that was due and is not found is served, or its task runs: that looks again when it releases.
    for (const [name, dues] of this.asked) {
      for (const due of dues) {
        if (due <= lookedAt) dues.delete(due);
        else this.lookIn(due - this.clock.monotonic());
      }
      if (dues.size === 0) this.asked.delete(name);
    }
  }

  private restingNames(): string[] {
    const now = this.clock.monotonic();
    return [...this.resting].filter(([, { until }]) => until > now).map(([name]) => name);
  }

  private serveQueued(): void {
    const waiting = this.queue;
    this.queue = [];
    const running = new Map<string, number>();
    for (const task of this.serving.values()) running.set(task, (running.get(task) ?? 0) + 1);
    for (const each of waiting) {
      const { name, task } = each;
      const ofTask = running.get(task) ?? 0;
      if (this.ended || this.serving.has(name)) continue;
      if (ofTask >= RUNS_OF_A_TASK) {
        this.queue.push(each);
        continue;
      }
      running.set(task, ofTask + 1);
      void this.serveOne(each);
    }
  }

  private async serveOne(waiting: WaitingRequests): Promise<void> {
    const { name, task } = waiting;
    this.serving.set(name, task);
    const { progressed, restFor = 0 } = (await this.server?.serve(waiting)) ?? { progressed: false };
    this.serving.delete(name);
    if (progressed) {
      this.resting.delete(name);
      this.lookIn(0);
    } else {
      this.rest(name, restFor);
    }
    this.serveQueued();
  }

  private rest(name: string, atLeast: number): void {
    const rests = this.resting.get(name)?.rests ?? 0;
    const pause = Math.max(atLeast, Math.min(FIRST_REST * 2 ** rests, this.settings.pollingInterval));
    this.resting.set(name, { until: this.clock.monotonic() + pause, rests: rests + 1 });
    this.requested(name, pause);
  }
}
