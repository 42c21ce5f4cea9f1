import { startPause, within } from '../common/timeouts.js';
import type { LockClock } from '../common/clock.js';
import type { LockLog } from '../common/log.js';
import { LockStoreUnavailableError } from '../common/store-unavailable.error.js';
import type { LockRows, ReleaseAnswer, ReleaseRequest } from '../store/lock-store.js';
import { retryDelay } from '../common/backoff.js';
import type { InFlight } from '../common/in-flight.js';
import { messageOf } from '../common/error-text.js';

/** Whether the row was still that of the run; nothing where that is not known. */
export type Released = Exclude<ReleaseAnswer['status'], 'busy'> | undefined;

/** A release that is repeated in the background. */
interface Repeat {
  name: string;
  /** Ends the pause before the next attempt. */
  hurry: () => void;
}

/** Sends releases, and repeats each until it is answered or the lease has ended by itself. Never rejects. */
export class LockReleaser {
  private readonly repeated = new Set<Repeat>();

  constructor(
    private readonly store: LockRows,
    private readonly clock: LockClock,
    private readonly log: LockLog,
    /** Milliseconds until the first attempt counts as unanswered; the time doubles with each attempt. */
    private readonly answerTimeout: number,
    private readonly inFlight: InFlight,
  ) {}

  /**
   * Resolves when the store has answered, or to nothing when the first attempt timed out: the release is then repeated
   * in the background.
   *
   * @param repeatFor milliseconds until the lease ends by itself, so that repeating is of no more use
   * @param before must settle before the release is sent
   * @param onAnswer called when the store has answered: the row no longer belongs to a run with this token
   */
  release(
    request: ReleaseRequest,
    repeatFor: number,
    before?: Promise<void>,
    onAnswer?: () => void,
  ): Promise<Released> {
    const answered = this.untilAnswered(request, repeatFor, before, onAnswer);
    return within(this.clock, Math.min(this.answerTimeout, repeatFor), answered);
  }

  /** Sends what is repeated for this name at once. Returns whether there is any, so that its row may soon be free. */
  hurry(name: string): boolean {
    const ofName = [...this.repeated].filter((repeat) => repeat.name === name);
    for (const repeat of ofName) repeat.hurry();
    return ofName.length > 0;
  }

  private async untilAnswered(
    request: ReleaseRequest,
    repeatFor: number,
    before?: Promise<void>,
    onAnswer?: () => void,
  ): Promise<Released> {
    this.inFlight.begin();
    const deadline = this.clock.monotonic() + repeatFor;
    const left = (): number => deadline - this.clock.monotonic();
    const repeat: Repeat = { name: request.name, hurry: () => {} };
    let timeout = this.answerTimeout;
    let mayHaveEnded = false;
    try {
      if (before) await before;
      for (let tries = 0; ; tries++) {
        try {
          // Safe to send again, and after the lease: a release acts only on the row that carries its token.
          const released = this.store.release([request]);
          const answers = await within(this.clock, Math.min(timeout, left()), released);
          if (!answers) {
            timeout *= 2;
            throw new LockStoreUnavailableError('the database did not answer', true);
          }
          const status = answers[0]?.status ?? 'busy';
          if (status !== 'busy') {
            onAnswer?.();
            // An attempt before may have ended the run: then its row is gone as well.
            return status === 'gone' && mayHaveEnded ? undefined : status;
          }
        } catch (error) {
          const worthRepeating = error instanceof LockStoreUnavailableError;
          mayHaveEnded ||= worthRepeating && error.sent;
          if (tries === 0 || !worthRepeating) this.report(request, error, worthRepeating);
          // The store may have refused the error's text, or what the history keeps, and that must not keep the lock.
          if (!worthRepeating && request.error === undefined && !request.run) return undefined;
          if (!worthRepeating) request = { ...request, error: undefined, run: undefined };
        }
        this.repeated.add(repeat);
        // A process that has closed its data source must not wait for the end of the lease.
        const pause = startPause(this.clock, Math.min(retryDelay(tries), left()), false);
        repeat.hurry = pause.end;
        await pause.over;
        if (left() <= 0) return undefined;
      }
    } finally {
      this.repeated.delete(repeat);
      this.inFlight.end();
    }
  }

  private report({ name, outcome, error, run }: ReleaseRequest, problem: unknown, repeated: boolean): void {
    const what = outcome === 'returned' ? `return of an unused claim of "${name}"` : `release of "${name}"`;
    let next = 'the lock stays held until its lease ends';
    if (repeated) next = 'it is repeated until the lease ends';
    else if (error !== undefined) next = "it is repeated without the run's error";
    else if (run) next = 'it is repeated without its history';
    this.log.error(`The ${what} failed, ${next}: ${messageOf(problem)}`);
  }
}
