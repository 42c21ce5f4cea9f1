import { Injectable, Logger } from '@nestjs/common';
import { asDirectCall } from './call-context.js';
import type { LockClock } from './lock/lock-clock.js';
import type { WaitingRequests } from './requests/request-store.js';
import type { RequestWatch } from './requests/request-watch.js';
import type { TaskCall } from './task-lock.context.js';
import type { TaskLockInterceptor } from './task-lock.interceptor.js';
import type { ScheduledMethod } from './task-lock.recovery.js';
import type { Task } from './task-lock.registry.js';
import type { TaskLockRequests } from './task-lock.requests.js';

/** Milliseconds after which requests of an unknown task are reported: a deployment brings new tasks to one replica first. */
const UNKNOWN_AFTER = 60_000;
/** Milliseconds between two such reports. */
const REPORT_EVERY = 3_600_000;

/** Runs requests as calls of the methods that they are for. */
@Injectable()
export class TaskLockRequestRunner {
  private readonly logger = new Logger('TaskLock');
  private readonly methods = new Map<string, { task: Task; method: ScheduledMethod }>();
  private readonly reported = new Map<string, number>();

  constructor(
    private readonly interceptor: TaskLockInterceptor,
    private readonly requests: TaskLockRequests,
    private readonly watch: RequestWatch,
    private readonly clock: LockClock,
  ) {
    watch.serveBy((waiting) => this.serve(waiting));
  }

  /** Requests of the task run this method; where it expects some, they are looked for from here on. */
  add(task: Task, method: ScheduledMethod): void {
    this.methods.set(task.name, { task, method });
    if (task.expectsRequests) this.watch.expect(task.name);
  }

  private async serve(waiting: WaitingRequests): Promise<void> {
    const known = this.methods.get(waiting.task);
    if (!known) return this.reportUnknown(waiting);
    const { task, method } = known;
    const { instance, key, method: decorated, declaration } = method;
    const type = instance.constructor;
    const call: TaskCall = {
      task,
      key: waiting.key,
      tick: { kind: 'call' },
      direct: task.schedule !== undefined,
      method: { type, key, declaration },
      spacing: task.debounce?.mode === 'leading' ? task.debounce.delay : 0,
    };
    const work = async (args: unknown[]): Promise<unknown> =>
      asDirectCall({ type, key }, async () => Reflect.apply(decorated, instance, args));
    try {
      const result = await this.interceptor.claimed(call, (run) => this.requests.serve(call, run, work));
      // A holder that is alive looks when it has released; this is for one that dies, and for a minimum hold.
      if (result.status === 'skipped' && result.heldUntil)
        this.watch.requested(waiting.name, result.heldUntil.getTime() - this.clock.now());
    } catch (error) {
      this.logger.error(error);
    }
  }

  private reportUnknown({ task, count, since }: WaitingRequests): void {
    const now = this.clock.now();
    if (now - since.getTime() < UNKNOWN_AFTER) return;
    if (now - (this.reported.get(task) ?? -Infinity) < REPORT_EVERY) return;
    this.reported.set(task, now);
    this.logger.warn(
      `${count} requests for the task "${task}" wait since ${since.toISOString()}, and this replica has no task of that ` +
        `name: they are kept. Was it renamed? A replica that has it will run them.`,
    );
  }
}
