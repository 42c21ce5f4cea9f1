import type { LockClock } from '../common/clock.js';
import type { LockLog } from '../common/log.js';
import type { HeldLock } from './held-lock.js';
import { describeLongRun } from './messages.js';

/** Milliseconds between two warnings about one lock: a task may overrun a short interval at each of its runs. */
const WARN_AGAIN = 3_600_000;

/** Warns about runs that take unusually long. */
export class LongRuns {
  /** When a lock may be warned about again, by its name, the longest ago first. */
  private readonly warned = new Map<string, number>();

  constructor(
    private readonly clock: LockClock,
    private readonly log: LockLog,
  ) {}

  warn(lock: HeldLock): void {
    const { name: lockName } = lock.state;
    const now = this.clock.monotonic();
    for (const [name, until] of this.warned) {
      if (until > now) break;
      this.warned.delete(name);
    }
    if (this.warned.has(lockName)) return;
    this.warned.set(lockName, now + WARN_AGAIN);
    this.log.warn(describeLongRun(lock));
  }
}
