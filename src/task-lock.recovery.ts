import { Injectable, Logger } from '@nestjs/common';
import { asRecovery } from './call-context.js';
import type { TaskLocks } from './lock/task-locks.js';
import type { Method } from './method-proxy.js';

/** A method that the scheduler fires, as it captured it: with the decorators that stand around `@TaskLock`. */
export interface ScheduledMethod {
  instance: object;
  key: string | symbol;
  method: Method;
}

/** Runs ticks again whose replica died, as the scheduler would have run them. */
@Injectable()
export class TaskLockRecovery {
  private readonly logger = new Logger('TaskLock');

  constructor(private readonly locks: TaskLocks) {}

  watch(name: string, { instance, key, method }: ScheduledMethod): void {
    const recovered = { type: instance.constructor, key };
    const run = async (): Promise<unknown> => Reflect.apply(method, instance, []);
    this.locks.watchAbandoned(name, () => {
      asRecovery(recovered, run).catch((error: unknown) => this.logger.error(error));
    });
  }
}
