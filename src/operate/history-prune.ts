import type { LockClock } from '../common/clock.js';
import { messageOf } from '../common/error-text.js';
import type { LockLog } from '../common/log.js';
import { startPause } from '../common/timeouts.js';
import type { HistoryLimits, OperatorStore } from '../store/operator-store.js';
import type { OperatingPart } from './operating.js';

const HOUR = 3_600_000;

/** Milliseconds between two statements. */
const PAUSE = 100;

/** What is kept of the history, whoever asks. */
export const HISTORY_LIMITS: HistoryLimits = {
  runs: 100,
  runsOfKeyed: 1_000,
  atLeast: 10,
  maxAge: 14 * 24 * HOUR,
};

/** Removes from time to time what the limits of the history do not keep. */
export class HistoryPrune implements OperatingPart {
  private hasEnded = false;
  private cancel = (): void => {};

  constructor(
    private readonly store: Pick<OperatorStore, 'prune'>,
    private readonly clock: LockClock,
    private readonly log: LockLog,
  ) {}

  /** Not right after the start, and not on all replicas at once. */
  begin(): void {
    this.pruneIn(Math.random() * HOUR);
  }

  /** Stops, a prune under way included. */
  end(): void {
    this.hasEnded = true;
    this.cancel();
  }

  private pruneIn(delay: number): void {
    if (!this.hasEnded) this.cancel = this.clock.timer(delay, () => void this.prune());
  }

  /** A statement removes a limited number of rows. */
  private async prune(): Promise<void> {
    try {
      while (!this.hasEnded && (await this.store.prune(HISTORY_LIMITS)) > 0)
        await startPause(this.clock, PAUSE, false).over;
    } catch (error) {
      this.log.warn(`Old runs could not be removed from the history: ${messageOf(error)}`);
    }
    this.pruneIn(HOUR * (0.75 + Math.random() / 2));
  }
}
