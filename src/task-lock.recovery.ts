import { Injectable, Logger } from '@nestjs/common';
import { forLeftBehindTick } from './call-context.js';
import type { LeftBehind } from './call-context.js';
import type { TaskLocks } from './lock/task-locks.js';
import type { Method } from './method-proxy.js';
import type { Task } from './task-lock.registry.js';

/** A method that the scheduler fires, as it captured it: with the decorators that stand around `@TaskLock`. */
export interface ScheduledMethod {
  instance: object;
  key: string | symbol;
  method: Method;
  declaration: object;
}

/** Runs ticks that were left behind, by a run that died or by an outage, as the scheduler would have run them. */
@Injectable()
export class TaskLockRecovery {
  private readonly logger = new Logger('TaskLock');
  /** By the names of the tasks whose runs that died are looked after here. */
  private readonly looks = new Map<string, () => Promise<void>>();

  constructor(private readonly locks: TaskLocks) {}

  /** Looks now, and whenever a tick of the task may have been left behind, where the task asks for it. */
  watch({ name, recover, catchUpWindow }: Task, { instance, key, method }: ScheduledMethod): void {
    const ticks: LeftBehind['tick'][] = [];
    if (recover) ticks.push('abandoned');
    if (catchUpWindow !== undefined) ticks.push('missed');
    if (ticks.length === 0) return;
    const called = { type: instance.constructor, key };
    const run = async (): Promise<unknown> => Reflect.apply(method, instance, []);
    const lookFor = (wanted: LeftBehind['tick'][]): Promise<void> =>
      this.runEach(wanted.map((tick) => () => forLeftBehindTick({ method: called, tick }, run)));
    if (recover) this.looks.set(name, () => lookFor(['abandoned']));
    this.locks.watchLeftBehind(name, () => void lookFor(ticks));
  }

  /** Runs the tick that a run of this task has left behind, if it has; resolves when that is over. */
  async look(name: string): Promise<void> {
    await this.looks.get(name)?.();
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
