import type { LockClock } from '../common/clock.js';
import type { LockLog } from '../common/log.js';
import type {
  ClaimAnswer,
  ClaimRequest,
  LockStore,
  PurgeRequest,
  ReleaseAnswer,
  ReleaseRequest,
  RenewAnswer,
  RenewRequest,
  WantedSignal,
} from './lock-store.js';

/** Milliseconds by which clocks may differ without a word. */
const TOLERANCE = 1_000;
/** The same where the database has said that a tick is not due yet: timers fire no earlier than this. */
const TOLERANCE_WHERE_EARLY = 50;

/** Compares the clock of this replica with the one in each answer of a store, and warns once where they differ. */
export class ClockCheckedStore implements LockStore {
  private warned = false;

  constructor(
    private readonly store: LockStore,
    private readonly clock: LockClock,
    private readonly log: LockLog,
  ) {}

  prepare(names: readonly string[]): Promise<void> {
    return this.store.prepare(names);
  }

  claim(requests: readonly ClaimRequest[], signal?: WantedSignal): Promise<ClaimAnswer[]> {
    return this.checked(() => this.store.claim(requests, signal));
  }

  renew(held: readonly RenewRequest[], signal?: WantedSignal): Promise<RenewAnswer[]> {
    return this.checked(() => this.store.renew(held, signal));
  }

  release(held: readonly ReleaseRequest[], signal?: WantedSignal): Promise<ReleaseAnswer[]> {
    return this.checked(() => this.store.release(held, signal));
  }

  async purge(request: PurgeRequest): Promise<number> {
    return (await this.store.purge?.(request)) ?? 0;
  }

  /** The store read its clock between the two readings here, however long the answer took. */
  private async checked<Answer extends { status: string; now?: number }>(
    ask: () => Promise<Answer[]>,
  ): Promise<Answer[]> {
    const sentAt = this.clock.now();
    const answers = await ask();
    const receivedAt = this.clock.now();
    for (const { status, now } of answers) {
      if (now === undefined) continue;
      if (sentAt - now > (status === 'early' ? TOLERANCE_WHERE_EARLY : TOLERANCE))
        this.warn(sentAt - now, 'ahead of');
      if (now - receivedAt > TOLERANCE) this.warn(now - receivedAt, 'behind');
    }
    return answers;
  }

  private warn(by: number, direction: 'ahead of' | 'behind'): void {
    if (this.warned) return;
    this.warned = true;
    const consequence =
      direction === 'behind'
        ? 'it comes late to its ticks, and runs only those that no other replica has run'
        : "it comes early to its ticks, and waits until they are due by the database's clock";
    this.log.warn(
      `The clock of this replica is at least ${Math.round(by)} ms ${direction} the database's. Each tick still runs ` +
        `once: ${consequence}. Synchronise this machine's clock (NTP) all the same.`,
    );
  }
}
