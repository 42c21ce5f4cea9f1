import type { QueryRunner } from 'typeorm';
import type { LockClock } from '../common/clock.js';

/** Milliseconds between two looks at the transactions that callers have open; they cost no query. */
const INTERVAL = 50;

/** Tells when transactions of the application have ended: TypeORM has no event for it that a manager gives. */
export class TransactionEnds {
  private readonly open = new Map<QueryRunner, (() => void)[]>();
  private cancel?: () => void;

  constructor(private readonly clock: LockClock) {}

  /** Calls back when the transaction is over, committed or not; at once where there is none. */
  whenEnded(runner: QueryRunner | undefined, callback: () => void): void {
    if (!runner?.isTransactionActive) return callback();
    const waiting = this.open.get(runner);
    if (waiting) waiting.push(callback);
    else this.open.set(runner, [callback]);
    this.cancel ??= this.clock.timer(INTERVAL, () => this.look());
  }

  end(): void {
    this.cancel?.();
    this.open.clear();
  }

  private look(): void {
    this.cancel = undefined;
    for (const [runner, callbacks] of this.open) {
      if (runner.isTransactionActive && !runner.isReleased) continue;
      this.open.delete(runner);
      for (const callback of callbacks) callback();
    }
    if (this.open.size > 0) this.cancel = this.clock.timer(INTERVAL, () => this.look());
  }
}
