import type { LockClock } from '../common/clock.js';
import { messageOf, thrownText } from '../common/error-text.js';
import type { LockLog } from '../common/log.js';
import { within } from '../common/timeouts.js';
import { redact } from '../lock/run-history.js';
import type { EndedRun } from '../lock/task-locks.js';
import type { TakenTrigger, TriggerAnswer } from '../store/operator-store.js';
import { keyOfCall } from '../tasks/settings/lock-key.js';
import type { ModuleSettings } from '../tasks/settings/module-settings.js';
import { LEFT_BEHIND_TIMEOUT } from './left-behind-ticks.js';
import type { LeftBehindTicks } from './left-behind-ticks.js';
import { callBySelf, invokeBySelf } from './task-methods.js';
import type { TaskMethods } from './task-methods.js';
import { ReturnedClaim } from './task-lock.interceptor.js';
import type { TaskLockInterceptor } from './task-lock.interceptor.js';

/** Characters of an error that an answer keeps. */
const LONGEST_ERROR = 2_000;

/** Milliseconds that a busy process may lose between two steps. */
const SLACK = 5_000;

/** What a run that an operator has triggered needs. */
export type TriggeredCall = Omit<TakenTrigger, 'id'>;

/** What came of a trigger. `isSure`: the history has it so; else only the history can say how the run ended. */
export interface TriggeredRun {
  answer: TriggerAnswer;
  isSure: boolean;
}

/** Of a claim that was returned: nothing has run. */
const EXPIRED: TriggeredRun = { answer: { answer: 'expired' }, isSure: true };

/** Runs tasks that an operator has triggered, as direct calls of their methods. */
export class TriggerRunner {
  constructor(
    private readonly methods: TaskMethods,
    private readonly interceptor: Pick<TaskLockInterceptor, 'claimAndRun'>,
    private readonly leftBehind: Pick<LeftBehindTicks, 'look'>,
    private readonly clock: LockClock,
    private readonly log: LockLog,
    private readonly settings: Pick<ModuleSettings, 'claimTimeout' | 'redactError'>,
  ) {}

  has(task: string): boolean {
    return this.methods.find(task) !== undefined;
  }

  /** The tasks that may run here. A condition is asked before the claim as well: then it says so in the log. */
  async runnable(): Promise<string[]> {
    const found = await Promise.all(
      this.methods.names.map(async (name) => ((await this.mayRun(name)) ? [name] : [])),
    );
    return found.flat();
  }

  /** Milliseconds that it may take from here until the method is called: what its claim may wait for. */
  startsWithin(task: string): number {
    const { recover, waitTimeout = 0, when } = this.methods.find(task)?.task ?? {};
    const { claimTimeout } = this.settings;
    return (
      claimTimeout + waitTimeout + (when ? claimTimeout : 0) + (recover ? LEFT_BEHIND_TIMEOUT : 0) + SLACK
    );
  }

  /**
   * The key of a run with these arguments.
   *
   * @throws Error if it cannot be told, or is another one than the given one
   */
  keyOf({ task, key, args }: Pick<TriggeredCall, 'task' | 'key' | 'args'>): string | undefined {
    const keyFunction = this.methods.find(task)?.task.key;
    if (!keyFunction) {
      if (key === undefined) return undefined;
      throw new Error('this task is declared without a key: its one lock is for all calls');
    }
    let derived: string;
    try {
      derived = keyOfCall(keyFunction, JSON.parse(args ?? '[]') as unknown[]);
    } catch (error) {
      throw new Error(`the key of this task is computed from its arguments, and ${messageOf(error)}`, {
        cause: error,
      });
    }
    if (key === undefined || key === derived) return derived;
    throw new Error(`'${key}' is not the key of these arguments, which is '${derived}'`);
  }

  /**
   * Claims, runs and releases. Never rejects. `begin` is told of the fence and the key before the method is called; where
   * it says no, the claim is returned.
   */
  async run(trigger: TriggeredCall, begin: (fence: bigint, key?: string) => boolean): Promise<TriggeredRun> {
    const found = this.methods.find(trigger.task);
    if (!found) return skipped('this replica has no method for it');
    const run: { end?: EndedRun } = {};
    try {
      const key = this.keyOf(trigger);
      const call = { ...callBySelf(found, key), operated: { evenIfPaused: trigger.evenIfPaused } };
      // This run would take the row of a tick that a dead run left behind, and supersede that tick.
      if (found.task.recover)
        await within(this.clock, LEFT_BEHIND_TIMEOUT, this.leftBehind.look(trigger.task));
      const method = async ({ fence }: { fence: bigint }): Promise<void> => {
        if (!begin(fence, key)) throw new ReturnedClaim('it was won too late');
        this.log.log(`"${trigger.task}" runs now: it was triggered by ${trigger.by}.`);
        await invokeBySelf(found, JSON.parse(trigger.args ?? '[]') as unknown[]);
      };
      const result = await this.interceptor.claimAndRun(call, method, (end) => (run.end = end));
      return result.status === 'executed' ? ended(run.end) : skipped(result.reason);
    } catch (error) {
      if (error instanceof ReturnedClaim) return EXPIRED;
      if (!run.end) return skipped(messageOf(error));
      const text = thrownText(error);
      this.log.error(
        `"${trigger.task}", triggered by ${trigger.by}: ${text}`,
        error instanceof Error ? error.stack : undefined,
      );
      return ended(run.end, this.kept(text, trigger.task));
    }
  }

  private async mayRun(name: string): Promise<boolean> {
    const found = this.methods.find(name);
    const condition = found && callBySelf(found, undefined).condition;
    if (!condition) return found !== undefined;
    try {
      const asked = (async () => (await condition()) === true)();
      return (await within(this.clock, this.settings.claimTimeout, asked)) === true;
    } catch {
      return false;
    }
  }

  /** The error as it may be kept. */
  private kept(text: string, task: string): string | undefined {
    const { redactError } = this.settings;
    try {
      return (redactError ? redact(redactError, text, task) : text).slice(0, LONGEST_ERROR);
    } catch {
      return undefined;
    }
  }
}

function skipped(reason: string): TriggeredRun {
  return { answer: { answer: `skipped: ${reason}` }, isSure: true };
}

function ended(end: EndedRun | undefined, error?: string): TriggeredRun {
  if (!end) return EXPIRED;
  const { outcome, fence, isSure } = end;
  return { answer: { answer: outcome, fence, error }, isSure };
}
