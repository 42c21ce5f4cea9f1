import { Logger } from '@nestjs/common';
import { LEFT_BEHIND_TIMEOUT } from '../calls/left-behind-ticks.js';
import type { LeftBehindTicks } from '../calls/left-behind-ticks.js';
import { claimOf } from '../calls/task-call.js';
import type { TaskCall } from '../calls/task-call.js';
import { callBySelf, invokeBySelf } from '../calls/task-methods.js';
import type { TaskMethods } from '../calls/task-methods.js';
import { ReturnedClaim } from '../calls/task-lock.interceptor.js';
import type { TaskLockInterceptor } from '../calls/task-lock.interceptor.js';
import type { TaskRun } from '../calls/task-run.js';
import type { LockClock } from '../common/clock.js';
import { within } from '../common/timeouts.js';
import type { Skipped } from '../lock/task-claim.js';
import type { UnknownRequests, WaitingRequests } from '../store/request-store.js';
import type { ModuleSettings } from '../tasks/settings/module-settings.js';
import type { Task } from '../tasks/task.js';
import type { ScheduledMethod } from '../tasks/task-scan.js';
import type { Attempt, PolledRunner, RequestPoller } from './poller.js';
import { isTaskOf } from '../store/lock-name.js';
import type { RequestingStore } from './require-requests.js';
import type { RequestSettler } from './settler.js';

/** Milliseconds after which requests of an unknown task are reported: a deployment brings new tasks to one replica first. */
const UNKNOWN_AFTER = 60_000;
/** Milliseconds between two polls for them, and between two reports of one task. */
const REPORT_EVERY = 60_000;
const REPORT_AGAIN = 3_600_000;

/** Milliseconds after which a lock that seemed to be held is attempted again: somebody may have freed its row by hand. */
const LONGEST_REST = 60_000;

/** Runs requests as calls of the methods that they are for. */
export class RequestRunner implements PolledRunner {
  private readonly logger = new Logger('TaskLock');
  private readonly reported = new Map<string, number>();
  /** Until when a task is left alone, by its name: its condition was false here. */
  private readonly refused = new Map<string, number>();
  private nextReport = 0;

  constructor(
    private readonly interceptor: TaskLockInterceptor,
    private readonly settler: RequestSettler,
    private readonly poller: RequestPoller,
    private readonly store: RequestingStore,
    private readonly clock: LockClock,
    private readonly leftBehind: Pick<LeftBehindTicks, 'look'>,
    private readonly methods: TaskMethods,
    /** `pollingInterval`: milliseconds until a condition that was false is asked again. */
    private readonly settings: Pick<ModuleSettings, 'pollingInterval' | 'application'>,
  ) {
    poller.runBy(this);
  }

  get tasks(): readonly string[] {
    return this.methods.names;
  }

  /** Requests of the task run this method; where it expects some, they are polled for from here on. */
  add(task: Task, method: ScheduledMethod): void {
    this.methods.add(task, method);
    if (task.expectsRequests) this.poller.expect(task.name);
  }

  async attempt(waiting: WaitingRequests): Promise<Attempt> {
    const known = this.methods.find(waiting.task);
    if (!known) return { succeeded: false };
    const { task } = known;
    const refusedFor = this.refusedFor(task.name);
    if (refusedFor > 0) return { succeeded: false, restFor: refusedFor };
    const asked = callBySelf(known, waiting.key);
    const call: TaskCall = {
      ...asked,
      // A request waits in its table and not in a claim.
      task: { ...asked.task, waitTimeout: undefined },
      served: {
        lockName: waiting.name,
        spacing: task.debounce?.mode === 'leading' ? task.debounce.delay : 0,
      },
    };
    const work = (args: unknown[]): Promise<unknown> => invokeBySelf(known, args);
    // This run would take the row of a tick that a dead run left behind, and supersede that tick.
    if (task.recover) await within(this.clock, LEFT_BEHIND_TIMEOUT, this.leftBehind.look(task.name));
    return new Promise((resolve) => {
      const attempt = this.claimAndRun(call, (run) => {
        // A method that never settles must not keep what waits for its lock, nor its place among the runs of its task.
        run.signal.addEventListener('abort', () => resolve({ succeeded: false }), { once: true });
        return this.settler.serve(call, run, work);
      });
      void attempt.then(resolve);
    });
  }

  async reportUnknown(): Promise<void> {
    const now = this.clock.monotonic();
    if (now < this.nextReport) return;
    this.nextReport = now + REPORT_EVERY;
    const unknown = await this.store.requests?.unknown(this.tasks, UNKNOWN_AFTER);
    for (const each of unknown ?? []) if (isTaskOf(this.settings.application, each.task)) this.report(each);
  }

  private async claimAndRun(call: TaskCall, method: (run: TaskRun) => Promise<void>): Promise<Attempt> {
    try {
      const result = await this.interceptor.claimAndRun(call, method);
      if (result.status === 'executed') return { succeeded: true };
      if (result.reason === 'condition') this.refuse(call.task.name);
      return { succeeded: false, restFor: this.restFor(call, result) };
    } catch (error) {
      if (!(error instanceof ReturnedClaim)) this.logger.error(error);
      else if (error.cause !== undefined)
        this.logger.warn(`A run of "${call.task.name}" for requests could not begin: ${error.message}`);
      return { succeeded: false };
    }
  }

  /**
   * The end of a minimum hold is known, and no attempt is of use before it. A run in progress may end long before its
   * lease. The clocks of this replica and of the database may differ, so that a rest has bounds.
   */
  private restFor(call: TaskCall, { reason, heldUntil }: Skipped): number | undefined {
    if (reason === 'condition') return this.refusedFor(call.task.name);
    if (!heldUntil) return undefined;
    return Math.min(heldUntil.getTime() - this.clock.now(), claimOf(call).minHold, LONGEST_REST);
  }

  /** Leaves the task alone for a while: a condition may cost a query of the application's, and may not change soon. */
  private refuse(task: string): void {
    this.refused.set(task, this.clock.monotonic() + Math.min(this.settings.pollingInterval, LONGEST_REST));
  }

  private refusedFor(task: string): number {
    return (this.refused.get(task) ?? -Infinity) - this.clock.monotonic();
  }

  private report({ task, count, since }: UnknownRequests): void {
    const now = this.clock.monotonic();
    if (now - (this.reported.get(task) ?? -Infinity) < REPORT_AGAIN) return;
    this.reported.set(task, now);
    this.logger.warn(
      `${count} requests for the task "${task}" wait since ${since.toISOString()}, and this replica has no task of that ` +
        `name: they are kept. Was it renamed? A replica that has it will run them.`,
    );
  }
}
