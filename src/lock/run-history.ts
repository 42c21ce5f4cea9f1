import type { LockClock } from '../common/clock.js';
import { messageOf } from '../common/error-text.js';
import type { LockLog } from '../common/log.js';
import type { WonAnswer } from '../store/lock-store.js';
import type { OperatorStore } from '../store/operator-store.js';
import type { RunFacts } from '../store/recorded-run.js';
import type { HeldLock } from './held-lock.js';
import type { TaskClaim } from './task-claim.js';

export interface HistorySettings {
  /** What the other replicas see as the holder. */
  replicaId: string;
  /** Where runs are recorded; none where the history is off. */
  history?: Pick<OperatorStore, 'recordDied'>;
  /** What the database may keep of the error of a task. */
  redactError?: (error: string, task: string) => string;
}

/** Milliseconds between two log lines about what could not be recorded. */
const COMPLAIN_AGAIN = 60_000;

/** Says what the history is to keep of runs. Nothing here may cost a lock: what fails is not recorded. */
export class RunHistory {
  /** Found dead, and not recorded yet. */
  private readonly dead: RunFacts[] = [];
  private isRecording = false;
  private quietUntil = -Infinity;

  constructor(
    private readonly clock: LockClock,
    private readonly log: LockLog,
    private readonly settings: HistorySettings,
  ) {}

  /** What the release of a run records along. */
  endOf(claim: TaskClaim, lock: HeldLock): RunFacts | undefined {
    const { history, replicaId: replica } = this.settings;
    if (!history) return undefined;
    const { name, task, key } = claim;
    const { fence, trigger, startedAt, scheduledTime: tick, previousTick } = lock.state;
    const nextDue = this.nextDueOf(claim, lock, tick ?? previousTick);
    return { name, task, key, fence, trigger, replica, startedAt, tick, previousTick, nextDue };
  }

  /** The error of a run as the database may keep it. */
  redacted(task: string, error?: string): string | undefined {
    const { redactError } = this.settings;
    if (!redactError || error === undefined) return error;
    try {
      return redact(redactError, error, task);
    } catch (problem) {
      this.complain(
        `The error of a run of "${task}" is not kept: redactError (an option of TaskLockModule) failed: ` +
          messageOf(problem),
      );
      return undefined;
    }
  }

  /** Records the run that the winner of a claim was told of, whose replica died. Nobody waits for it. */
  foundDead({ name, task, key }: TaskClaim, { previous, lastTick, leftOpen }: WonAnswer): void {
    if (!this.settings.history || !previous || leftOpen) return;
    const { fence, replica, startedAt, trigger = 'call' } = previous;
    // The row's last tick is another run's where a call has died.
    const hadTick = trigger === 'tick' || trigger === 'recovery' || trigger === 'catch-up';
    const tick = hadTick ? lastTick : undefined;
    this.dead.push({ name, task, key, fence, trigger, replica, startedAt, tick });
    void this.recordDead(this.settings.history);
  }

  /** One statement at a time: a replica that died may have left a thousand runs, which must not take all connections. */
  private async recordDead(history: Pick<OperatorStore, 'recordDied'>): Promise<void> {
    if (this.isRecording) return;
    this.isRecording = true;
    while (this.dead.length > 0) {
      const runs = this.dead.splice(0);
      try {
        await history.recordDied(runs);
      } catch (error) {
        this.complain(`The history lacks ${runs.length} runs that died: ${messageOf(error)}`);
      }
    }
    this.isRecording = false;
  }

  /** By the store's clock: that of this replica may be wrong by hours. */
  private nextDueOf({ name, nextDue }: TaskClaim, { state }: HeldLock, lastTick?: Date): Date | undefined {
    const { startedAt, sentAt } = state;
    try {
      return nextDue?.(startedAt.getTime() + this.clock.monotonic() - sentAt.monotonic, lastTick);
    } catch (error) {
      this.complain(`The history does not say when "${name}" is due next: ${messageOf(error)}`);
      return undefined;
    }
  }

  /** At most once a minute: what fails once may fail at each run. */
  private complain(problem: string): void {
    const now = this.clock.monotonic();
    if (now < this.quietUntil) return;
    this.quietUntil = now + COMPLAIN_AGAIN;
    this.log.warn(`${problem}. No lock is affected.`);
  }
}

/** @throws Error if it returns anything but a text */
export function redact(
  redactError: NonNullable<HistorySettings['redactError']>,
  error: string,
  task: string,
): string {
  const redacted: unknown = redactError(error, task);
  if (typeof redacted === 'string') return redacted;
  // A promise that rejects would end the process.
  if (redacted instanceof Promise) redacted.catch(() => undefined);
  throw new Error(`it must return a text; it returned ${redacted === null ? 'null' : typeof redacted}`);
}
