import { retryDelay } from '../common/backoff.js';
import type { LockClock } from '../common/clock.js';
import { LockStoreUnavailableError } from '../common/store-unavailable.error.js';
import { answerWithin, pause } from '../common/timeouts.js';
import type { NewRequest, RequestStore } from '../store/request-store.js';

/** How many requests one insert carries at most. */
const MAX_INSERT = 1_000;

interface Waiting {
  request: NewRequest;
  resolve: (publishedAt: Date) => void;
  reject: (error: unknown) => void;
}

/**
 * Inserts the requests of this replica, those of a name in the order in which they were published: the newest arguments
 * are those of the last row. What gathers while an insert is under way goes into the next one.
 */
export class InsertQueue {
  /** What waits, by name; present while an insert of the name is under way, or a call holds it back. */
  private readonly waiting = new Map<string, Waiting[]>();

  constructor(
    private readonly store: () => RequestStore,
    private readonly clock: LockClock,
    /** Milliseconds that the store has for an insert. */
    private readonly timeout: number,
  ) {}

  /**
   * Holds back what is published of the name from now on, until the returned function is called: for a call that may run
   * at once. Nothing where requests of the name are on their way, which that call must not overtake.
   */
  hold(name: string): (() => void) | undefined {
    if (this.waiting.has(name)) return undefined;
    this.waiting.set(name, []);
    let isHeld = true;
    return () => {
      if (isHeld) void this.insertWaiting(name);
      isHeld = false;
    };
  }

  /**
   * Resolves to the instant of the store's clock at which the request was inserted; with `first` before all that waits.
   *
   * @throws LockStoreUnavailableError where the insert that carried it had no answer in time
   */
  add(request: NewRequest, first = false): Promise<Date> {
    return new Promise((resolve, reject) => {
      const each = { request, resolve, reject };
      const waiting = this.waiting.get(request.name);
      if (waiting && first) waiting.unshift(each);
      else if (waiting) waiting.push(each);
      else {
        this.waiting.set(request.name, [each]);
        void this.insertWaiting(request.name);
      }
    });
  }

  private async insertWaiting(name: string): Promise<void> {
    const waiting = this.waiting.get(name) ?? [];
    while (waiting.length > 0) await this.insert(waiting.splice(0, MAX_INSERT));
    this.waiting.delete(name);
  }

  private async insert(batch: readonly Waiting[]): Promise<void> {
    try {
      const publishedAt = await this.send(batch.map(({ request }) => request));
      for (const { resolve } of batch) resolve(publishedAt);
    } catch (error) {
      // One that the store refuses must not fail the others.
      const isRefused = batch.length > 1 && !(error instanceof LockStoreUnavailableError);
      if (isRefused) for (const each of batch) await this.insert([each]);
      else for (const { reject } of batch) reject(error);
    }
  }

  /** An insert that has certainly not had its effect is sent again while there is time; any other would insert twice. */
  private async send(requests: readonly NewRequest[]): Promise<Date> {
    const deadline = this.clock.monotonic() + this.timeout;
    const left = (): number => deadline - this.clock.monotonic();
    const wanted = { aborted: false };
    try {
      for (let tries = 0; ; tries++) {
        try {
          return await answerWithin(this.clock, left(), this.store().add(requests, undefined, wanted));
        } catch (error) {
          if (!(error instanceof LockStoreUnavailableError) || error.sent || left() <= 0) throw error;
        }
        await pause(this.clock, Math.min(retryDelay(tries), left()));
      }
    } finally {
      // Its caller was told that it failed: it must not be sent once a connection is free.
      wanted.aborted = true;
    }
  }
}
