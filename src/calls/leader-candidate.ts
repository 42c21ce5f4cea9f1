import '../common/async-disposable.js';
import { formatDuration } from '../common/duration.js';
import type { DurationInput } from '../common/duration.js';
import { thrownText } from '../common/error-text.js';
import type { LockClock } from '../common/clock.js';
import type { LockLog } from '../common/log.js';
import { startPause } from '../common/timeouts.js';
import { HeldLock } from '../lock/held-lock.js';
import type { TaskClaim } from '../lock/task-claim.js';
import type { TaskLocks } from '../lock/task-locks.js';
import { candidatePoll } from '../lock/wait-policy.js';
import { enclosingRun, insideRun } from './call-context.js';
import type { FencedTransactions } from './fenced-transactions.js';
import { LeaderRun } from './leader-run.js';
import type { DeposedReason } from './leader-run.js';
import { claimOf } from './task-call.js';
import type { TaskCall } from './task-call.js';
import type { TaskRun } from './task-run.js';

/** What a leader does. A class with `@TaskLockLeader` has these methods. */
export interface LeaderMethods {
  /**
   * This replica leads from here on. Starts the work, or does it: it may resolve at once, or go on until `run.signal`
   * aborts. `run.fence` is greater than that of every leader before, and `run.transaction()` rolls back once another one
   * may lead. If it throws, the leadership is given up.
   */
  onElected(run: TaskRun): unknown;
  /**
   * This replica leads no longer: `run.signal` has aborted just before. Ends the work. For `stopped`, `shutdown`,
   * `cancelled` and `failed` the lock is held until this and `onElected` have settled, so that no other leader begins
   * sooner; for `lease` and `taken` another one may lead already. It may be called while `onElected` is still busy.
   */
  onDeposed(reason: DeposedReason): unknown;
}

/** Options of `@TaskLockLeader`. */
export interface LeaderOptions {
  /**
   * How long a leader leads without a renewal: more than 0, a number of milliseconds or a text with a unit. It is renewed
   * after a third of it. When a leader dies, another one leads within the lease and a tenth of it. May hold placeholders.
   * Default: the `lease` of the module, `60s`.
   */
  lease?: DurationInput;
}

/** What `TaskLockService.lead` takes. */
export interface LeadOptions extends LeaderOptions, LeaderMethods {}

/** One who wants to lead, until it is stopped: what `TaskLockService.lead` answers. */
export interface LeaderCandidate extends AsyncDisposable {
  /** The name that it wants to lead. */
  readonly name: string;
  /** Whether it leads now. Reads the clocks, so that it is right also in the moment after a process was stopped. */
  readonly isLeader: boolean;
  /**
   * Gives the leadership up, and stands for no other election. Resolves when the lock is released, so that another
   * replica can lead. Called from the leader's own work it resolves at once, since it would wait for itself.
   */
  stop(): Promise<void>;
}

/** What an election needs of its application. */
export interface Elections {
  locks: TaskLocks;
  transactions: FencedTransactions;
  clock: LockClock;
  log: LockLog;
}

/** How many polls a leader that failed or was cancelled leaves out: as long as every other candidate needs for one. */
const POLLS_LEFT_OUT = 4;

/** Claims the lock of a leader again and again, and leads while it holds it. */
export class Candidate implements LeaderCandidate {
  private readonly claim: TaskClaim;
  private run?: LeaderRun;
  private ending?: 'stopped' | 'shutdown';
  private endPause = (): void => {};
  /** Resolves when it stands in no election any more. */
  readonly over: Promise<void>;

  constructor(
    private readonly call: TaskCall,
    private readonly methods: LeaderMethods,
    private readonly elections: Elections,
  ) {
    this.claim = { ...claimOf(call), isPoll: true };
    this.over = this.campaign();
  }

  get name(): string {
    return this.call.task.declaredName;
  }

  get isLeader(): boolean {
    return this.run?.isLeading ?? false;
  }

  async stop(reason: 'stopped' | 'shutdown' = 'stopped'): Promise<void> {
    this.ending ??= reason;
    this.run?.handOver(this.ending);
    this.endPause();
    // The leader's own work would wait for itself.
    if (!enclosingRun(({ run }) => run === this.run)) await this.over;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  private async campaign(): Promise<void> {
    const { locks } = this.elections;
    while (!this.ending) {
      const claimed = await locks.claim(this.claim);
      let polls = 1;
      if (claimed instanceof HeldLock) {
        const reason = await this.lead(claimed);
        // Otherwise it would win again before another candidate has polled.
        if (reason === 'failed' || reason === 'cancelled') polls = POLLS_LEFT_OUT;
      } else if (claimed.reason === 'stopping') return;
      await this.pause(polls * candidatePoll(this.claim.lease));
    }
  }

  /** Leads until it is deposed. Resolves once its work has settled and the lock is released. Never rejects. */
  private async lead(lock: HeldLock): Promise<DeposedReason | undefined> {
    const { locks, transactions, log } = this.elections;
    if (this.ending) {
      await locks.release(lock, 'returned');
      return undefined;
    }
    const run = new LeaderRun(this.call, lock, locks, transactions);
    this.run = run;
    log.log(`This replica leads "${run.name}", with the fence ${run.fence}.`);
    let failure: string | undefined;
    const elected = this.inside(lock, run, () => this.methods.onElected(run)).catch((error: unknown) => {
      if (isAbortion(error, run.signal)) return;
      failure = this.report('onElected', error);
      run.handOver('failed');
    });
    const reason = await run.deposed;
    log.log(`This replica leads "${run.name}" no longer: ${reason}.`);
    const deposed = this.inside(lock, run, () => this.methods.onDeposed(reason)).catch((error: unknown) => {
      this.report('onDeposed', error);
    });
    await this.settled(reason, [elected, deposed]);
    const isHandedOver = reason === 'stopped' || reason === 'shutdown';
    if (!isHandedOver) failure ??= thrownText(run.signal.reason);
    await locks.release(lock, failure === undefined ? 'succeeded' : 'failed', failure);
    this.run = undefined;
    return reason;
  }

  /** Its code is part of the run, as that of a task is: `currentTaskRun()` answers it. */
  private inside(lock: HeldLock, run: LeaderRun, work: () => unknown): Promise<void> {
    const { locks } = this.elections;
    const isHeld = (): boolean => lock.isHeld();
    return insideRun({ run, lockName: lock.state.name, scope: locks, isHeld }, async () => {
      await work();
    });
  }

  /** Nobody else can lead before: that must not go on unseen. */
  private async settled(reason: DeposedReason, work: readonly Promise<void>[]): Promise<void> {
    const { clock, log } = this.elections;
    const { name, lease } = this.claim;
    const cancel = clock.timer(lease, () =>
      log.warn(
        `"${name}" was deposed (${reason}) ${formatDuration(lease)} ago, and its onElected or onDeposed has not settled: ` +
          `until then this replica cannot lead again, and a lock that it still holds stays held.`,
      ),
    );
    await Promise.all(work);
    cancel();
  }

  private report(method: keyof LeaderMethods, error: unknown): string {
    const text = thrownText(error);
    const stack = error instanceof Error ? error.stack : undefined;
    this.elections.log.error(`${method} of the leader "${this.claim.name}" failed: ${text}`, stack);
    return text;
  }

  /** Keeps no process alive: one that has nothing else to do ends. */
  private async pause(delay: number): Promise<void> {
    if (this.ending) return;
    const { over, end } = startPause(this.elections.clock, delay, false);
    this.endPause = end;
    await over;
  }
}

/** Whether work has ended because its signal aborted, and with nothing else to say. */
function isAbortion(error: unknown, { aborted, reason }: AbortSignal): boolean {
  return aborted && (error === reason || (error instanceof Error && error.cause === reason));
}
