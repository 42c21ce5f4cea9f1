import { AsyncLocalStorage } from 'node:async_hooks';
import { answerWithin } from '../common/timeouts.js';
import type { LockClock } from '../common/clock.js';
import type { LockLog } from '../common/log.js';
import { messageOf } from '../common/error-text.js';
import { WakeTimes } from './wake-times.js';
import { RequestRests } from './request-rests.js';
import { RequestRuns } from './request-runs.js';
import type { RequestStore, WaitingRequests } from '../store/request-store.js';

/** Milliseconds between two looks at least, whatever asks for them. */
const SHORTEST_PAUSE = 20;

/** Milliseconds until the next look where one had no answer. */
const RETRY = 1_000;

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
export interface PollerSettings {
  /** Between two looks while nothing is known to be due; infinite for none. */
  pollingInterval: number;
  /** For which a look may take. */
  patience: number;
}

/**
 * Looks for requests that are due: from time to time, in case the replica that asked has died, and at once where this
 * one knows of some. Costs nothing before a task expects some.
 */
export class RequestPoller {
  /** Out of the contexts of who asks: a run must not be part of the request or the transaction that asked for it. */
  private readonly outside = AsyncLocalStorage.snapshot();
  private server?: RequestServer;
  private next?: { due: number; cancel: () => void };
  private lastLook = -Infinity;
  private looking = false;
  private ended = false;
  private isDown = false;
  /**
   * Of the names that were asked for here, or rest here: this replica looks then, the others at their next look. What is
   * due later must outlast the look for what is due at once.
   */
  private readonly dues = new WakeTimes();
  private readonly expected = new Set<string>();
  private readonly rests: RequestRests;
  private readonly runs = new RequestRuns((waiting) => this.serve(waiting));

  constructor(
    private readonly store: RequestStore | undefined,
    private readonly clock: LockClock,
    private readonly log: LockLog,
    private readonly settings: PollerSettings,
  ) {
    this.rests = new RequestRests(settings.pollingInterval);
  }

  serveBy(server: RequestServer): void {
    this.server = server;
  }

  /** The task is requested: looks from here on. */
  expect(task: string): void {
    if (this.expected.size === 0) this.lookIn(Math.random() * this.settings.pollingInterval);
    this.expected.add(task);
  }

  /** A request of this name was committed here, and is due in so many milliseconds; it may put off those before it. */
  requested(name: string, dueIn: number, putsOff = false): void {
    const delay = Math.max(dueIn, 0);
    const now = this.clock.monotonic();
    this.dues.add(name, now, now + delay, putsOff);
    this.lookIn(delay);
  }

  /** A run of the task is over, for which requests may wait: published before its release, they are seen after it. */
  released(task: string): void {
    if (this.expected.has(task)) this.lookIn(0);
  }

  /** No more looks. What runs is ended by the locks. */
  end(): void {
    this.ended = true;
    this.next?.cancel();
    this.runs.end();
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
    const { store, server } = this;
    if (!store || !server) return;
    // The application is not started yet.
    if (server.tasks.length === 0) return this.lookIn(RETRY);
    this.looking = true;
    this.lastLook = this.clock.monotonic();
    const found = await this.find(store, server.tasks);
    this.looking = false;
    if (found && !this.ended) this.plan(found, this.lastLook);
    const { pollingInterval } = this.settings;
    // Spread, so that replicas that started together do not look together for ever.
    this.lookIn((found ? pollingInterval : Math.min(pollingInterval, RETRY)) * (0.75 + Math.random() / 2));
    // After what is due, which must not wait for it.
    await server.lookForUnknown().catch((error: unknown) => {
      this.log.debug(`Requests of unknown tasks could not be looked for: ${messageOf(error)}`);
    });
  }

  /** Nothing where there is no answer. */
  private async find(store: RequestStore, tasks: readonly string[]): Promise<WaitingRequests[] | undefined> {
    const { pollingInterval, patience } = this.settings;
    const search = { horizon: pollingInterval, tasks, except: this.rests.namesAt(this.lastLook) };
    const wanted = { aborted: false };
    try {
      const found = await answerWithin(this.clock, patience, store.waiting(search, wanted));
      this.isDown = false;
      return found;
    } catch (error) {
      wanted.aborted = true;
      if (!this.isDown)
        this.log.warn(`Requests cannot be looked for, which is tried again: ${messageOf(error)}`);
      this.isDown = true;
      return undefined;
    }
  }

  private plan(found: readonly WaitingRequests[], lookedAt: number): void {
    for (const { name, dueIn } of found) if (dueIn > 0 && this.dues.has(name)) this.requested(name, dueIn);
    this.rests.forgetAllBut(new Set(found.map(({ name }) => name)), lookedAt);
    // One that was due and is not found is served, or its task runs: that looks again when it releases.
    this.dues.passed(lookedAt);
    this.lookIn(this.dues.next - this.clock.monotonic());
    this.runs.begin(found.filter(({ dueIn }) => dueIn <= 0));
  }

  private async serve(waiting: WaitingRequests): Promise<void> {
    const { name } = waiting;
    const { progressed, restFor = 0 } = (await this.server?.serve(waiting)) ?? { progressed: false };
    if (progressed) {
      this.rests.forget(name);
      this.lookIn(0);
      return;
    }
    const now = this.clock.monotonic();
    this.requested(name, this.rests.begin(name, now, restFor) - now);
  }
}
