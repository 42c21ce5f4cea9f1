import type { EntityManager } from 'typeorm';
import { parseDuration } from '../common/duration.js';
import type { DurationInput } from '../common/duration.js';
import type { HeldLock } from '../lock/held-lock.js';
import type { TaskLocks } from '../lock/task-locks.js';
import type { PreviousRun } from '../store/lock-store.js';
import { enclosingTransaction, insideTransaction } from './call-context.js';
import type { FencedTransactions } from './fenced-transactions.js';
import type { TaskRun, TaskTransactionOptions } from './task-run.js';

/** The run of a lock that was claimed. */
export class LockedTaskRun implements TaskRun {
  constructor(
    private readonly call: { task: { name: string }; key?: string },
    protected readonly lock: HeldLock,
    private readonly leases: Pick<TaskLocks, 'extend'>,
    private readonly transactions: FencedTransactions,
  ) {}

  get name(): string {
    return this.call.task.name;
  }

  get key(): string | undefined {
    return this.call.key;
  }

  get fence(): bigint {
    return this.lock.state.fence;
  }

  get token(): string {
    return this.lock.state.token;
  }

  get scheduledTime(): Date | undefined {
    return this.lock.state.scheduledTime;
  }

  get startedAt(): Date {
    return this.lock.state.startedAt;
  }

  get recovering(): boolean {
    return this.lock.state.recovering;
  }

  get previous(): PreviousRun | undefined {
    return this.lock.state.previous;
  }

  get signal(): AbortSignal {
    return this.lock.signal;
  }

  assertHeld(): void {
    this.lock.assertHeld();
  }

  async extend(duration: DurationInput): Promise<void> {
    await this.leases.extend(this.lock, parseDuration(duration));
  }

  async transaction<T>(
    work: (manager: EntityManager) => Promise<T>,
    options?: TaskTransactionOptions,
  ): Promise<T> {
    this.lock.assertHeld();
    // Only the outer transaction checks: a check in its middle says nothing about its end.
    const outer = enclosingTransaction(this.token);
    if (outer) return work(outer);
    const inside = (manager: EntityManager) => insideTransaction(this.token, manager, work);
    return this.transactions.run(this.lock, inside, options);
  }

  toJSON(): Record<string, unknown> {
    const { name, key, token, scheduledTime, startedAt, recovering } = this;
    return { name, key, fence: this.fence.toString(), token, scheduledTime, startedAt, recovering };
  }
}
