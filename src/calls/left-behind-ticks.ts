import type { ScheduledMethod } from '../tasks/task-scan.js';
import { Injectable, Logger } from '@nestjs/common';
import { forLeftBehindTick } from './call-context.js';
import type { LeftBehind } from './call-context.js';
import type { TaskLocks } from '../lock/task-locks.js';
import type { Task } from '../tasks/registry.js';

/** Runs ticks that were left behind, by a run that died or by an outage, as the scheduler would have run them. */
@Injectable()
export class LeftBehindTicks {
  private readonly logger = new Logger('TaskLock');
  private readonly looks = new Map<string, (ticks: readonly LeftBehind['tick'][]) => Promise<void>>();

  constructor(private readonly locks: TaskLocks) {}

  /** Ticks of the task run this method. */
  add({ name }: Task, { instance, key, method }: ScheduledMethod): void {
    const called = { type: instance.constructor, key };
    const run = async (): Promise<unknown> => Reflect.apply(method, instance, []);
    this.looks.set(name, (ticks) =>
      this.runEach(ticks.map((tick) => () => forLeftBehindTick({ method: called, tick }, run))),
    );
  }

  /** Looks now, and whenever a tick of the task may have been left behind, where the task asks for it. */
  watch({ name, recover, catchupWindow }: Task): void {
    const ticks: LeftBehind['tick'][] = [];
    if (recover) ticks.push('abandoned');
    if (catchupWindow !== undefined) ticks.push('missed');
    if (ticks.length > 0) this.locks.watchLeftBehind(name, () => void this.looks.get(name)?.(ticks));
  }

  /** Runs the tick that a run of this task has left behind, if it has; resolves when that is over. */
  async look(name: string): Promise<void> {
    await this.looks.get(name)?.(['abandoned']);
  }

  /** One after another: a newer tick that was missed would supersede the older one of a run that died. */
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
