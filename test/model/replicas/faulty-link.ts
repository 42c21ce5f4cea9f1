import type {
  ClaimAnswer,
  ClaimRequest,
  HeldLockKey,
  LockStore,
  ReleaseAnswer,
  ReleaseRequest,
  RenewAnswer,
  RenewRequest,
} from '../../../src/store/lock-store.js';
import { LockStoreUnavailableError } from '../../../src/common/store-unavailable.error.js';
import type { FakeClock } from '../../support/fake-clock.js';
import type { ReplicaClock } from './replica-clock.js';

/**
 * What becomes of one request:
 * - `answered`: nothing bad, but for its delays
 * - `locked row`: another transaction has the row
 * - `refused`: the connection breaks before it is sent
 * - `lost` and `carried out`: the connection breaks afterwards, before the store has acted or after
 * - `overtaken`: the connection breaks at once, and the store acts later: what is sent next may come before it
 * - `silent lost` and `silent carried out`: the same without a word, until the network is reset
 * - `broken`: an error that asking again will not mend, before the store has acted
 */
export type Fate =
  | 'answered'
  | 'locked row'
  | 'refused'
  | 'lost'
  | 'carried out'
  | 'overtaken'
  | 'silent lost'
  | 'silent carried out'
  | 'broken';

/** A fate, and how long the request waits for a connection and takes there and back, in milliseconds. */
export interface Journey {
  fate: Fate;
  wait: number;
  there: number;
  back: number;
}

/** Long enough for the next request to come first. */
const OVERTAKEN_BY = 400;

const SMOOTH: Journey = { fate: 'answered', wait: 0, there: 2, back: 2 };

/** What is told of each request that the store has carried out, whatever becomes of its answer. */
export interface StoreObserver {
  claimed(request: ClaimRequest, answer: ClaimAnswer): void;
  renewed(): void;
  released(request: ReleaseRequest, answer: ReleaseAnswer): void;
}

/** The way from one replica to the store. */
export class FaultyLink implements LockStore {
  /** All requests meet this until it is taken away. */
  outage?: Fate;
  /**
   * Tokens that may keep the row until their lease ends: the store acted after what should have ended it, or refused a
   * release for good.
   */
  readonly excused = new Set<string>();
  private readonly unanswered = new Set<() => void>();
  private isReset = false;

  constructor(
    private readonly store: LockStore,
    private readonly trueTime: FakeClock,
    private readonly clock: ReplicaClock,
    private readonly journeys: Journey[],
    private readonly observer: StoreObserver,
  ) {}

  prepare(names: readonly string[]): Promise<void> {
    return this.store.prepare(names);
  }

  claim([request]: readonly ClaimRequest[], signal?: AbortSignal): Promise<ClaimAnswer[]> {
    return this.send(
      async () => {
        const [answer] = await this.store.claim([request!]);
        this.observer.claimed(request!, answer!);
        return answer!;
      },
      request!,
      signal,
    );
  }

  renew([request]: readonly RenewRequest[], signal?: AbortSignal): Promise<RenewAnswer[]> {
    return this.send(
      async () => {
        const [answer] = await this.store.renew([request!]);
        this.observer.renewed();
        return answer!;
      },
      request!,
      signal,
    );
  }

  release([request]: readonly ReleaseRequest[], signal?: AbortSignal): Promise<ReleaseAnswer[]> {
    return this.send(
      async () => {
        const [answer] = await this.store.release([request!]);
        this.observer.released(request!, answer!);
        return answer!;
      },
      request!,
      signal,
    );
  }

  /** From here on nothing goes wrong any more. With a reset, what was silent breaks, and what is on its way will. */
  heal(withReset: boolean): void {
    this.outage = undefined;
    this.journeys.length = 0;
    if (withReset) for (const fail of this.unanswered) fail();
    this.unanswered.clear();
    this.isReset = withReset;
  }

  private async send<Answer>(
    act: () => Promise<Answer>,
    { token }: HeldLockKey,
    signal?: AbortSignal,
  ): Promise<Answer[]> {
    const { fate: drawn, wait, there, back } = this.journeys.shift() ?? SMOOTH;
    const fate = this.outage ?? drawn;
    await this.arrives(undefined, wait);
    if (signal?.aborted) throw new LockStoreUnavailableError('no connection became free in time', false);
    if (fate === 'refused') throw new LockStoreUnavailableError('connection refused', false);
    if (fate === 'overtaken' || fate === 'broken') this.excused.add(token);
    if (fate === 'overtaken') {
      this.trueTime.timer(there + OVERTAKEN_BY, () => void act());
      throw await this.arrives(terminated(), back);
    }
    await this.passes(there);
    if (fate === 'broken') throw new Error('permission denied for table task_lock');
    if (fate === 'locked row') return this.arrives([{ status: 'busy' } as Answer], back);
    if (fate === 'lost') throw await this.arrives(terminated(), back);
    if (fate === 'silent lost') return this.silence();
    const answer = await act();
    if (fate === 'carried out') throw await this.arrives(terminated(), back);
    if (fate === 'silent carried out') return this.silence();
    return this.arrives([answer], back);
  }

  private silence(): Promise<never> {
    return new Promise((_, reject) => {
      const fail = (): void => this.clock.deliver(() => reject(terminated()));
      if (this.isReset) fail();
      else this.unanswered.add(fail);
    });
  }

  /** On the way: the true time passes, also when the process does not see it. */
  private passes(delay: number): Promise<void> {
    if (delay === 0) return Promise.resolve();
    return new Promise((resolve) => this.trueTime.timer(delay, resolve));
  }

  private arrives<T>(value: T, delay: number): Promise<T> {
    return new Promise((resolve) => {
      this.trueTime.timer(delay, () => this.clock.deliver(() => resolve(value)));
    });
  }
}

function terminated(): LockStoreUnavailableError {
  return new LockStoreUnavailableError('connection terminated', true);
}
