import { elapsedSince, instantOf, patienceOf, pause } from './lock-clock.js';
import type { LockClock } from './lock-clock.js';
import type { LockLog } from './lock-log.js';
import { LockStoreUnavailableError } from './lock-store.js';
import type { LockStore, ReleaseAnswer, ReleaseRequest } from './lock-store.js';
import { retryDelay } from './retry.js';
import { messageOf } from '../message-of.js';

/** Sends releases, and repeats them for as long as the lock would otherwise be held. Never rejects. */
export class LockReleaser {
  constructor(
    private readonly store: LockStore,
    private readonly clock: LockClock,
    private readonly log: LockLog,
    /** Milliseconds that the first try has for its answer; each further one has twice as many as the one before. */
    private readonly patienceATry: number,
  ) {}

  /** `patience`: milliseconds until the lease ends by itself, so that repeating is of no more use. */
  async release(request: ReleaseRequest, patience: number): Promise<void> {
    const since = instantOf(this.clock);
    const expiry = new AbortController();
    const cancelExpiry = this.clock.timer(Math.max(patience, 0), () => expiry.abort());
    try {
      for (let tries = 0; ; tries++) {
        try {
          const left = patience - elapsedSince(this.clock, since);
          const answer = await this.send(
            request,
            Math.min(this.patienceATry * 2 ** tries, left),
            expiry.signal,
          );
          if (answer.status !== 'busy') return;
        } catch (error) {
          const worthRepeating = error instanceof LockStoreUnavailableError;
          if (tries === 0 || !worthRepeating) this.report(request, error, worthRepeating);
          // It may be the text of the run's error that cannot be stored: that must not keep the lock.
          if (!worthRepeating && request.error === undefined) return;
          if (!worthRepeating) request = { ...request, error: undefined };
        }
        await pause(this.clock, retryDelay(tries), expiry.signal);
        if (expiry.signal.aborted) return;
      }
    } finally {
      cancelExpiry();
    }
  }

  /** Sent again, a release changes nothing that the first one did not: it goes by the token. */
  private async send(request: ReleaseRequest, patience: number, expiry: AbortSignal): Promise<ReleaseAnswer> {
    const late = patienceOf(this.clock, patience);
    try {
      const answers = await Promise.race([this.store.release([request], expiry), late.over]);
      if (!answers) throw new LockStoreUnavailableError('the database did not answer', true);
      return answers[0] ?? { status: 'busy' };
    } finally {
      late.end();
    }
  }

  private report({ name, outcome, error }: ReleaseRequest, problem: unknown, repeated: boolean): void {
    const what = outcome === 'returned' ? `return of an unused claim of "${name}"` : `release of "${name}"`;
    let next = 'the lock stays held until its lease ends';
    if (repeated) next = 'it is repeated until the lease ends';
    else if (error !== undefined) next = "it is repeated without the run's error";
    this.log.error(`The ${what} failed, ${next}: ${messageOf(problem)}`);
  }
}
