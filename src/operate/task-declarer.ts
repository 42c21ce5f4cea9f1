import { isDeepStrictEqual } from 'node:util';
import type { LockClock } from '../common/clock.js';
import { messageOf } from '../common/error-text.js';
import type { LockLog } from '../common/log.js';
import { answerWithin } from '../common/timeouts.js';
import { IN_USE, REFRESHED_AFTER } from '../store/operator-store.js';
import type { Declaration, DeclaredTask, OperatorStore } from '../store/operator-store.js';
import type { OperatingPart } from './operating.js';

/** Milliseconds between two looks at the tasks of this replica, and until the next attempt after an outage. */
const LOOK_EVERY = 60_000;

/** Declares the tasks of this replica: once it has started, as a heartbeat while it runs, and when they have changed. */
export class TaskDeclarer implements OperatingPart {
  private declared?: readonly DeclaredTask[];
  private due = -Infinity;
  private isDown = false;
  private hasEnded = false;
  private cancel = (): void => {};

  constructor(
    private readonly store: Pick<OperatorStore, 'declare' | 'strangerTo'>,
    /** The tasks as they are scheduled now, with those of modules that were loaded later. */
    private readonly tasks: () => readonly DeclaredTask[],
    private readonly declaration: Omit<Declaration, 'tasks'>,
    private readonly clock: LockClock,
    private readonly log: LockLog,
    /** Milliseconds for an answer of the store. */
    private readonly timeout: number,
  ) {}

  begin(): void {
    void this.look();
  }

  end(): void {
    this.hasEnded = true;
    this.cancel();
  }

  private async look(): Promise<void> {
    try {
      await this.declare(this.tasks());
      this.isDown = false;
    } catch (error) {
      if (!this.isDown)
        this.log.warn(`The tasks could not be declared, which is retried: ${messageOf(error)}`);
      this.isDown = true;
    }
    if (this.hasEnded) return;
    // Spread: after an outage not all replicas declare at once.
    this.cancel = this.clock.timer(LOOK_EVERY * (0.75 + Math.random() / 2), () => void this.look());
  }

  private async declare(tasks: readonly DeclaredTask[]): Promise<void> {
    const isDue = this.clock.monotonic() >= this.due;
    if (!isDue && isDeepStrictEqual(tasks, this.declared)) return;
    await answerWithin(this.clock, this.timeout, this.store.declare({ ...this.declaration, tasks }));
    const isFirst = this.declared === undefined;
    this.declared = tasks;
    this.due = this.clock.monotonic() + REFRESHED_AFTER;
    if (isFirst && this.declaration.application === undefined && tasks.length > 0)
      await this.warnOfStranger(tasks.map(({ name }) => name));
  }

  /** Once, at the start: two applications without a name would share the lock of a task that both have some day. */
  private async warnOfStranger(names: readonly string[]): Promise<void> {
    const stranger = await answerWithin(this.clock, this.timeout, this.store.strangerTo(names));
    if (stranger === undefined) return;
    this.log.warn(
      `Another application declares "${stranger}" and none of the tasks here, and neither has a name: tasks that both ` +
        `have would share one lock. Give each an \`application\`, as in TaskLockModule.forRoot({ application: 'shop' }). ` +
        `After all tasks were renamed this is said, too, for ${IN_USE / 60_000} minutes.`,
    );
  }
}
