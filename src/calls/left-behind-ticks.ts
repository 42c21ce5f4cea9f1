import type { ScheduledMethod } from '../tasks/task-scan.js';
import { Logger } from '@nestjs/common';
import { forLeftBehindTick } from './call-context.js';
import type { LeftBehind } from './call-context.js';
import type { TaskLocks } from '../lock/task-locks.js';
import type { Task } from '../tasks/task.js';

/** Milliseconds for which the run of a tick that was left behind is awaited; a longer one holds the lock. */
export const LEFT_BEHIND_TIMEOUT = 5_000;

/** Runs ticks that were left behind, by a dead run or by an outage, as the scheduler would have run them. */
export class LeftBehindTicks {
  private readonly logger = new Logger('TaskLock');
  private readonly looks = new Map<string, (ticks: readonly LeftBehind['tick'][]) => Promise<void>>();

  constructor(private readonly locks: TaskLocks) {}

  /** Registers the method that ticks of the task run. */
  add({ name }: Task, { instance, key, method }: ScheduledMethod): void {
    const called = { type: instance.constructor, key };
    const run = async (): Promise<unknown> => Reflect.apply(method, instance, []);
    this.looks.set(name, (ticks) =>
      this.runEach(ticks.map((tick) => () => forLeftBehindTick({ method: called, tick }, run))),
    );
  }

  /**
   * Polls now, and whenever a tick may have been left behind, if the task has `recover` or `missed`. Not while `isFired`
   * says that no timer fires the task: whoever has stopped its job wants no run.
   */
  watch({ name, recover, catchupWindow }: Task, isFired: () => boolean): void {
    const ticks: LeftBehind['tick'][] = [];
    if (recover) ticks.push('abandoned');
    if (catchupWindow !== undefined) ticks.push('missed');
    if (ticks.length === 0) return;
    this.locks.watchLeftBehind(name, () => {
      if (isFired()) void this.looks.get(name)?.(ticks);
    });
  }

  /** Runs the tick that a dead run of this task left behind, if there is one. Resolves when that is over. */
  async look(name: string): Promise<void> {
    await this.looks.get(name)?.(['abandoned']);
  }

  /** One after another: a newer missed tick would supersede the older one of a dead run. */
  private async runEach(runs: readonly (() => Promise<unknown>)[]): Promise<void> {
    for (const run of runs) {
      try {
        await run();
      } catch (error) {
        this.logger.error(error);
      }
    }
  }
}
