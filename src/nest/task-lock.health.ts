import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { LockClock } from '../common/clock.js';
import { messageOf } from '../common/error-text.js';
import type { LockLog } from '../common/log.js';
import { marked } from '../common/marked.js';
import { answerWithin } from '../common/timeouts.js';
import { TaskLockOperatorError } from '../operate/operator-errors.js';
import type { OverdueTasks, OverdueTask } from '../operate/overdue-tasks.js';
import { describeOffset, leastOffset, TOLERANCE } from '../store/clock-check.js';
import type { LockStore } from '../store/lock-store.js';
import { TaskLockUsageError } from '../tasks/errors.js';
import { SharedAnswers } from './shared-answers.js';

/** No lock has this name and this token. */
const NO_RUN = { name: 'task-lock-health', token: randomUUID(), lease: 1, maxHold: 1 };

/** No address, user or error text of the database: health endpoints are often public. */
const UNUSABLE = 'the database cannot be used; the log says why';

/** How many overdue tasks an answer lists. */
const MOST_LISTED = 50;
/** How many of them its message names. */
const MOST_NAMED = 5;

/** Milliseconds between two log lines about checks that fail. */
const COMPLAIN_AGAIN = 60_000;

/** What `@nestjs/terminus` takes as the result of a check: a type, since an interface does not fit an index signature. */
export type TaskLockHealth<Key extends string = string> = Record<Key, TaskLockHealthDetails>;

export type TaskLockHealthDetails = {
  status: 'up' | 'down';
  /** Of `down`: why. */
  message?: string;
  /** By how many milliseconds this clock is ahead of the database's at least, negative where it is behind. */
  clockOffsetMs?: number;
  /** Overdue tasks, the latest first: 50 at most. */
  overdue?: OverdueTask[];
};

/**
 * Health checks for `@nestjs/terminus` 11 and 12, or for an endpoint of your own. A check resolves, also to `down`.
 *
 * @example
 * @Get('ready')
 * @HealthCheck()
 * ready() {
 *   return this.health.check([() => this.taskLock.isHealthy('taskLock')]);
 * }
 */
@Injectable()
@marked('health')
export class TaskLockHealthIndicator {
  private readonly offsets = new SharedAnswers<number>();
  private readonly overdue = new SharedAnswers<OverdueTask[]>();
  private quietUntil = -Infinity;

  constructor(
    private readonly store: LockStore,
    private readonly overdueTasks: OverdueTasks,
    private readonly clock: LockClock,
    private readonly log: LockLog,
    /** Milliseconds in which the database must answer. */
    private readonly timeout: number,
  ) {}

  /**
   * For readiness: whether the database answers within `claimTimeout`, and the clock of this replica differs from the
   * database's by no more than a second.
   */
  async isHealthy<const Key extends string>(key: Key): Promise<TaskLockHealth<Key>> {
    return this.check(key, async () => {
      const offset = await this.offsets.ask('clock', () => this.clockOffset());
      if (Math.abs(offset) <= TOLERANCE) return { status: 'up' };
      const message = `the clock of this replica is ${describeOffset(offset)}`;
      return { status: 'down', message, clockOffsetMs: offset };
    });
  }

  /**
   * For an endpoint that wakes somebody: whether no task is overdue, of all or of these. A name is that of `@TaskLock`; a
   * task of another application has its name before it: `billing/charge`. Never for liveness or readiness: a replica that
   * is restarted or gets no traffic does not run an overdue task sooner.
   *
   * @throws TaskLockUsageError if `tasks` is empty, or names a task that is not known; it lists the nearest names
   */
  async noneOverdue<const Key extends string>(
    key: Key,
    { tasks }: { tasks?: readonly string[] } = {},
  ): Promise<TaskLockHealth<Key>> {
    if (tasks !== undefined && !(Array.isArray(tasks) && tasks.length > 0))
      throw wrongTasks("must be a list of names, like ['nightly-report']; leave it out for all tasks");
    return this.check(key, async () => {
      const overdue = await this.overdue.ask(JSON.stringify(tasks ?? null), () => this.readOverdue(tasks));
      if (overdue.length === 0) return { status: 'up' };
      return { status: 'down', message: describeOverdue(overdue), overdue: overdue.slice(0, MOST_LISTED) };
    });
  }

  private async check<Key extends string>(
    key: Key,
    look: () => Promise<TaskLockHealthDetails>,
  ): Promise<TaskLockHealth<Key>> {
    return { [key]: await look().catch((error: unknown) => this.failed(error)) } as TaskLockHealth<Key>;
  }

  /** Asks for a renewal of no run: it changes nothing, and fails wherever claims would. */
  private async clockOffset(): Promise<number> {
    const sentAt = this.clock.now();
    const [answer] = await this.answered(this.store.renew([NO_RUN]));
    return answer?.now === undefined ? 0 : leastOffset(sentAt, answer.now, this.clock.now());
  }

  private async readOverdue(tasks?: readonly string[]): Promise<OverdueTask[]> {
    try {
      return await this.answered(this.overdueTasks(tasks));
    } catch (error) {
      if (error instanceof TaskLockOperatorError && error.kind !== 'refused') throw wrongTasks(error.problem);
      throw error;
    }
  }

  private answered<T>(answer: Promise<T>): Promise<T> {
    return answerWithin(this.clock, this.timeout, answer);
  }

  private failed(error: unknown): TaskLockHealthDetails {
    if (error instanceof TaskLockUsageError) throw error;
    if (error instanceof TaskLockOperatorError) return { status: 'down', message: error.problem };
    const now = this.clock.monotonic();
    if (now >= this.quietUntil) {
      this.quietUntil = now + COMPLAIN_AGAIN;
      this.log.warn(`A health check failed: ${messageOf(error)}. This is said once a minute at most.`);
    }
    return { status: 'down', message: UNUSABLE };
  }
}

function wrongTasks(problem: string): TaskLockUsageError {
  return new TaskLockUsageError(`TaskLockHealthIndicator.noneOverdue(), option tasks: ${problem}`);
}

function describeOverdue(overdue: readonly OverdueTask[]): string {
  const names = overdue.slice(0, MOST_NAMED).map(({ name }) => `'${name}'`);
  if (overdue.length > names.length) names.push(`and ${overdue.length - names.length} more`);
  return `${overdue.length === 1 ? 'one task is' : `${overdue.length} tasks are`} overdue: ${names.join(', ')}`;
}
