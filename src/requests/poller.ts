import { AsyncLocalStorage } from 'node:async_hooks';
import type { LockClock } from '../common/clock.js';
import { messageOf } from '../common/error-text.js';
import type { LockLog } from '../common/log.js';
import { answerWithin } from '../common/timeouts.js';
import type { RequestStore, WaitingRequests } from '../store/request-store.js';
import type { RequestingStore } from './require-requests.js';
import { WakeTimes } from './wake-times.js';

/** Milliseconds between two polls at least, whatever asks for them. */
const SHORTEST_PAUSE = 20;

/** Milliseconds until the next poll where one had no answer. */
const RETRY = 1_000;

/** How many runs of requests of one task a replica has under way: slow ones must not take all its connections. */
const RUNS_OF_A_TASK = 8;

/** How an attempt to run the requests of one name ended. */
export interface Attempt {
  /** Whether the method succeeded: after any other attempt the name rests. */
  succeeded: boolean;
  /** Milliseconds until a new attempt is of any use, where that is known. */
  restFor?: number;
}

/** Runs what a poll finds. */
export interface PolledRunner {
  /** The names of the tasks whose requests it can run. */
  readonly tasks: readonly string[];
  /** Runs what waits for one lock, if it can; never rejects. */
  attempt(waiting: WaitingRequests): Promise<Attempt>;
  /** Called after each poll, to report requests that nobody here can run. */
  reportUnknown(): Promise<void>;
}

/** All in milliseconds. */
export interface PollerSettings {
  /** Between two polls while nothing is known to be due; infinite for none. */
  pollingInterval: number;
  /** For which a poll may take. */
  timeout: number;
}

/**
 * Polls for requests that are due: at once for those that this replica knows of, and from time to time in case the
 * replica that published them has died. Costs nothing before a task expects some.
 */
export class RequestPoller {
  /** A run must not be part of the transaction, or of any other context, of who published its request. */
  private readonly outside = AsyncLocalStorage.snapshot();
  private runner?: PolledRunner;
  private next?: { due: number; cancel: () => void };
  private lastPoll = -Infinity;
  private isPolling = false;
  private isDown = false;
  private hasEnded = false;
  private readonly expected = new Set<string>();
  /** Of the names that were published here: this replica polls on time, the others at their next poll. */
  private readonly wakes: WakeTimes;
  /** What the last poll found due, and has not begun yet. */
  private due: readonly WaitingRequests[] = [];
  /** The names whose runs are under way, each with its task. */
  private readonly running = new Map<string, string>();

  constructor(
    private readonly store: RequestingStore,
    private readonly clock: LockClock,
    private readonly log: LockLog,
    private readonly settings: PollerSettings,
  ) {
    this.wakes = new WakeTimes(settings.pollingInterval);
  }

  runBy(runner: PolledRunner): void {
    this.runner = runner;
  }

  /** The task is requested: polls from here on. */
  expect(task: string): void {
    if (this.expected.size === 0) this.pollIn(Math.random() * this.settings.pollingInterval);
    this.expected.add(task);
  }

  /** A request of this name was committed here, due in so many milliseconds. A later `latestIn`: it is debounced. */
  published(name: string, dueIn: number, latestIn = dueIn): void {
    const now = this.clock.monotonic();
    if (dueIn > 0) this.wakes.add(name, now + dueIn, now + latestIn);
    this.pollIn(Math.min(dueIn, latestIn));
  }

  /** A run of the task is over, and its lock released: requests that waited for it are found from here on. */
  released(task: string): void {
    if (this.expected.has(task)) this.pollIn(0);
  }

  /** A task was resumed: what waited for that is found from here on. */
  resumed(): void {
    if (this.expected.size > 0) this.pollIn(0);
  }

  /** No more polls. What runs is ended by the locks. */
  end(): void {
    this.hasEnded = true;
    this.due = [];
    this.next?.cancel();
  }

  /** Polls when `delay` milliseconds have passed, or before. */
  private pollIn(delay: number): void {
    if (!this.store.requests || this.hasEnded || delay === Infinity) return;
    const now = this.clock.monotonic();
    const due = Math.max(now + delay, this.lastPoll + SHORTEST_PAUSE, now);
    if (this.next && this.next.due <= due) return;
    this.next?.cancel();
    const poll = (): void => {
      this.next = undefined;
      void this.poll();
    };
    const cancel = this.outside(() => this.clock.timer(due - now, poll));
    this.next = { due, cancel };
  }

  private async poll(): Promise<void> {
    // One at a time: the poll that is under way may have begun before what this one is for.
    if (this.isPolling) return this.pollIn(SHORTEST_PAUSE);
    const { runner } = this;
    const { requests } = this.store;
    if (!requests || !runner) return;
    // The application is not started yet.
    if (runner.tasks.length === 0) return this.pollIn(RETRY);
    this.isPolling = true;
    this.lastPoll = this.clock.monotonic();
    const found = await this.find(requests, runner.tasks);
    this.isPolling = false;
    if (found && !this.hasEnded) this.take(found, runner);
    const { pollingInterval } = this.settings;
    // Spread, so that replicas that started together do not poll together for ever.
    this.pollIn((found ? pollingInterval : Math.min(pollingInterval, RETRY)) * (0.75 + Math.random() / 2));
    // After what is due, which must not wait for it.
    await runner.reportUnknown().catch((error: unknown) => {
      this.log.debug(`Requests of unknown tasks could not be polled for: ${messageOf(error)}`);
    });
  }

  /** Nothing where there is no answer. */
  private async find(
    requests: RequestStore,
    tasks: readonly string[],
  ): Promise<WaitingRequests[] | undefined> {
    const { pollingInterval, timeout } = this.settings;
    const search = { horizon: pollingInterval, tasks, except: this.wakes.resting(this.lastPoll) };
    const wanted = { aborted: false };
    try {
      const found = await answerWithin(this.clock, timeout, requests.waiting(search, wanted));
      this.isDown = false;
      return found;
    } catch (error) {
      wanted.aborted = true;
      if (!this.isDown)
        this.log.warn(`Requests could not be polled for, which is retried: ${messageOf(error)}`);
      this.isDown = true;
      return undefined;
    }
  }

  private take(found: readonly WaitingRequests[], runner: PolledRunner): void {
    for (const { name, dueIn } of found) if (dueIn > 0 && this.wakes.has(name)) this.published(name, dueIn);
    // One that was due and is not found has run, or its task is running, whose release polls again.
    this.wakes.passed(this.lastPoll, new Set(found.map(({ name }) => name)));
    this.pollIn(this.wakes.next - this.clock.monotonic());
    this.due = found.filter(({ dueIn }) => dueIn <= 0);
    this.beginDue(runner);
  }

  /** Begins what it may of what is due. The rest waits for the end of a run. */
  private beginDue(runner: PolledRunner): void {
    const later: WaitingRequests[] = [];
    for (const waiting of this.due) {
      const { name, task } = waiting;
      if (this.running.has(name)) continue;
      const runsOfTask = [...this.running.values()].filter((each) => each === task).length;
      if (runsOfTask >= RUNS_OF_A_TASK) later.push(waiting);
      else void this.run(waiting, runner);
    }
    this.due = later;
  }

  private async run(waiting: WaitingRequests, runner: PolledRunner): Promise<void> {
    const { name, task } = waiting;
    this.running.set(name, task);
    const { succeeded, restFor = 0 } = await runner.attempt(waiting);
    this.running.delete(name);
    if (succeeded) {
      this.wakes.succeeded(name);
      this.pollIn(0);
    } else {
      const now = this.clock.monotonic();
      this.pollIn(this.wakes.rest(name, now, restFor) - now);
    }
    this.beginDue(runner);
  }
}
