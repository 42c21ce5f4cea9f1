import { answerWithin } from '../common/timeouts.js';
import type { LockClock } from '../common/clock.js';
import { LockStoreUnavailableError } from '../common/store-unavailable.error.js';
import type { NewRequest, RequestStore } from '../store/request-store.js';

/** How many requests one insert carries at most. */
const MAX_INSERT = 1_000;

interface Waiting {
  request: NewRequest;
  resolve: (addedAt: Date) => void;
  reject: (error: unknown) => void;
}

/** The place of a call in its lane, until it is decided whether the call runs or becomes a request. */
export interface Place {
  /** It runs: what came after it is newer, and may be added. */
  leave(): void;
  /** It becomes a request, before all that came after it. */
  add(request: NewRequest): Promise<Date>;
}

/**
 * What one replica asks for of one lock name, in the order in which it asks: the newest arguments are those of the last
 * row. What gathers while an insert is under way goes in the next one, so that a burst takes few of them.
 */
export class InsertQueue {
  private waiting: Waiting[] = [];
  private isTaken = false;

  constructor(
    private readonly store: RequestStore,
    private readonly clock: LockClock,
    /** Milliseconds that the store has for an insert. */
    private readonly patience: number,
    /** Called when nothing is on its way any more. */
    private readonly onEmpty: () => void,
  ) {}

  /** Whether nothing is on its way: a call that finds it otherwise is no first one, and may not overtake. */
  get isFree(): boolean {
    return !this.isTaken;
  }

  /** Takes the lane for a call that is not decided yet. */
  take(): Place {
    this.isTaken = true;
    let isLeft = false;
    const leave = (): void => {
      if (!isLeft) void this.drain();
      isLeft = true;
    };
    const addFirst = (request: NewRequest): Promise<Date> => {
      const added = this.enqueue(request, true);
      leave();
      return added;
    };
    return { leave, add: (request) => (isLeft ? this.add(request) : addFirst(request)) };
  }

  /**
   * Resolves to the instant of the store's clock at which it was added.
   *
   * @throws LockStoreUnavailableError where the insert that carried it had no answer in time
   */
  add(request: NewRequest): Promise<Date> {
    const added = this.enqueue(request, false);
    if (!this.isTaken) void this.drain();
    return added;
  }

  private enqueue(request: NewRequest, first: boolean): Promise<Date> {
    return new Promise((resolve, reject) => {
      const waiting = { request, resolve, reject };
      if (first) this.waiting.unshift(waiting);
      else this.waiting.push(waiting);
    });
  }

  private async drain(): Promise<void> {
    this.isTaken = true;
    while (this.waiting.length > 0) await this.insert(this.waiting.splice(0, MAX_INSERT));
    this.isTaken = false;
    this.onEmpty();
  }

  private async insert(batch: readonly Waiting[]): Promise<void> {
    const wanted = { aborted: false };
    try {
      const requests = batch.map(({ request }) => request);
      const adding = this.store.add(requests, undefined, wanted);
      const addedAt = await answerWithin(this.clock, this.patience, adding);
      for (const { resolve } of batch) resolve(addedAt);
    } catch (error) {
      await this.fail(batch, error);
    } finally {
      // Inside a transaction whose connection is the last of the pool it would wait for itself.
      wanted.aborted = true;
    }
  }

  /** One that the store refuses must not fail the others. */
  private async fail(batch: readonly Waiting[], error: unknown): Promise<void> {
    if (batch.length > 1 && !(error instanceof LockStoreUnavailableError)) {
      for (const each of batch) await this.insert([each]);
      return;
    }
    for (const { reject } of batch) reject(error);
  }
}
