import type { LockClock } from '../common/clock.js';
import { messageOf } from '../common/error-text.js';
import type { LockLog } from '../common/log.js';
import { answerWithin } from '../common/timeouts.js';
import type { OperatorStore } from '../store/operator-store.js';

/** Milliseconds after the start: what the start-up hooks of other modules do comes first. */
const SOON = 1_000;

/** Milliseconds until the next attempt where there was no answer. */
const RETRY = 30_000;

/** What goes on in the background once the tables are known to be there. */
export interface OperatingPart {
  begin(): void;
  end(): void;
}

/**
 * Begins, after the start, what is done for operators. Nobody awaits it, and nothing of it is fatal: locks work without.
 */
export class Operating {
  private hasEnded = false;
  private isDown = false;
  private cancel = (): void => {};

  constructor(
    private readonly store: Pick<OperatorStore, 'prepare'>,
    private readonly parts: readonly OperatingPart[],
    private readonly clock: LockClock,
    private readonly log: LockLog,
    /** Milliseconds for an answer of the store. */
    private readonly timeout: number,
  ) {}

  begin(): void {
    this.prepareIn(SOON);
  }

  end(): void {
    this.hasEnded = true;
    this.cancel();
    for (const part of this.parts) part.end();
  }

  private prepareIn(delay: number): void {
    if (!this.hasEnded) this.cancel = this.clock.timer(delay, () => void this.prepare());
  }

  private async prepare(): Promise<void> {
    let problem: string | undefined;
    try {
      problem = await answerWithin(this.clock, this.timeout, this.store.prepare());
    } catch (error) {
      // A shutdown closes the connection under it.
      if (this.hasEnded) return;
      if (!this.isDown)
        this.log.warn(`The tables of operating could not be checked, which is retried: ${messageOf(error)}`);
      this.isDown = true;
      return this.prepareIn(RETRY * (0.75 + Math.random() / 2));
    }
    if (problem !== undefined) {
      this.log.error(
        `Tasks are locked, and nothing is recorded or steered until the next start of this replica: ${problem}`,
      );
    } else if (!this.hasEnded) {
      for (const part of this.parts) part.begin();
    }
  }
}
