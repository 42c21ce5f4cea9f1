import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate } from 'node:timers/promises';
import { elapsedSince, instantOf } from '../common/clock.js';
import type { Instant, LockClock } from '../common/clock.js';
import { messageOf } from '../common/error-text.js';
import { InFlight } from '../common/in-flight.js';
import type { LockLog } from '../common/log.js';
import { LockStoreUnavailableError } from '../common/store-unavailable.error.js';
import { answerWithin, startPause, within } from '../common/timeouts.js';
import type { NewTrigger, OperatorStore, TakenTrigger, TriggerAnswer } from '../store/operator-store.js';
import type { OperatingPart } from './operating.js';
import { TaskLockOperatorError } from './operator-errors.js';
import type { TriggerState } from './operator-types.js';
import { answeredTrigger } from './trigger-states.js';

/** Milliseconds for which what came of a run is written again and again, and between two attempts. */
const WRITE_FOR = 60_000;
const WRITE_AGAIN = 1_000;

/** Milliseconds that a shutdown waits for the answers of runs that it has aborted. */
const SHUTDOWN_GRACE = 2_000;

/** Runs what is triggered. */
export interface TriggerRuns {
  has(task: string): boolean;
  /** @throws Error if the key cannot be told, or is another one than the given one */
  keyOf(trigger: Pick<NewTrigger, 'task' | 'key' | 'args'>): string | undefined;
  /** The tasks that this replica may run now. */
  runnable(): Promise<string[]>;
  /** Milliseconds that it may take from here until the method is called. */
  startsWithin(task: string): number;
  /**
   * Never rejects. `begin` is told of the fence and the key before the method is called; where it says no, the claim is
   * returned, and the answer is `expired`. `isSure`: the history has it as the answer says; else only the history can say
   * how the run ended.
   */
  run(
    trigger: Omit<TakenTrigger, 'id'>,
    begin: (fence: bigint, key?: string) => boolean,
  ): Promise<{ answer: TriggerAnswer; isSure: boolean }>;
}

export interface TriggersSettings {
  replicaId: string;
  /** Milliseconds between two looks for triggers from outside; infinite for none. */
  operatorPolling: number;
  /** Milliseconds for an answer of the store. */
  timeout: number;
}

/** Runs what an operator has triggered: in this application, or from outside, by a row that one replica takes. */
export class Triggers implements OperatingPart {
  /** A run must not be part of any context in which a look was planned. */
  private readonly outside = AsyncLocalStorage.snapshot();
  private readonly writes = new InFlight();
  private isDown = false;
  private hasEnded = false;
  private isClosed = false;
  private cancel = (): void => {};

  constructor(
    private readonly store: Pick<
      OperatorStore,
      'addTrigger' | 'takeTriggers' | 'startTrigger' | 'answerTrigger'
    >,
    private readonly runner: TriggerRuns,
    private readonly clock: LockClock,
    private readonly log: LockLog,
    private readonly settings: TriggersSettings,
  ) {}

  begin(): void {
    this.lookIn(Math.random() * this.settings.operatorPolling);
  }

  /** Takes no more triggers. What runs is ended by the locks. */
  end(): void {
    this.hasEnded = true;
    this.cancel();
  }

  /** Resolves when the answers are written of the runs that have ended; nothing is written any more then. */
  async close(): Promise<void> {
    // The release of an aborted run is answered, and its answer is not on its way before the next turn.
    await setImmediate();
    await this.writes.ended(this.clock, SHUTDOWN_GRACE);
    this.isClosed = true;
  }

  /**
   * Runs a trigger here and now, and writes down who wanted it, and what came of it; nothing if the method is not here.
   *
   * Without `wait` it answers once the trigger is written down.
   *
   * @throws TaskLockOperatorError if the task has another key with these arguments
   * @throws LockStoreUnavailableError if it could not be written down: nothing has run then
   */
  runHere(trigger: NewTrigger, wait = true): Promise<TriggerState> | undefined {
    return this.runner.has(trigger.task) ? this.execute(trigger, wait) : undefined;
  }

  private async execute(trigger: NewTrigger, wait: boolean): Promise<TriggerState> {
    const key = this.keyOf(trigger);
    const { replicaId } = this.settings;
    const since = instantOf(this.clock);
    const expiresIn = this.runner.startsWithin(trigger.task);
    const { id } = await this.store.addTrigger({ ...trigger, key, expiresIn }, replicaId);
    if (!wait) {
      // Outlives the request that asked for it, and so is no part of its context.
      void this.outside(() => this.run({ ...trigger, key, id }, since));
      return { status: 'running', id, replica: replicaId, fence: null };
    }
    return answeredTrigger(id, await this.run({ ...trigger, key, id }, since), replicaId);
  }

  private keyOf(trigger: NewTrigger): string | undefined {
    try {
      return this.runner.keyOf(trigger);
    } catch (error) {
      const problem = `arguments and key do not fit '${trigger.task}': ${messageOf(error)}`;
      throw new TaskLockOperatorError({ kind: 'input', method: 'trigger', problem });
    }
  }

  private lookIn(delay: number): void {
    if (this.hasEnded || delay === Infinity) return;
    this.cancel = this.outside(() => this.clock.timer(delay, () => void this.look()));
  }

  private async look(): Promise<void> {
    try {
      const runnable = await this.runner.runnable();
      const tasks = runnable.map((task) => ({ task, startsWithin: this.runner.startsWithin(task) }));
      const since = instantOf(this.clock);
      // A late answer is awaited: what it has taken nobody else will run.
      const taken =
        tasks.length > 0 && !this.hasEnded
          ? await this.store.takeTriggers(tasks, this.settings.replicaId)
          : [];
      this.isDown = false;
      for (const each of taken) void this.run(each, since);
    } catch (error) {
      if (!this.isDown)
        this.log.warn(`Triggered runs could not be looked for, which is retried: ${messageOf(error)}`);
      this.isDown = true;
    }
    // Spread, so that replicas that started together do not look together for ever.
    this.lookIn(this.settings.operatorPolling * (0.75 + Math.random() / 2));
  }

  /**
   * Never rejects: what the run has done stands, whether or not it can be written down. Begins in time or never, counted
   * from before the take was sent: whoever has been told by then that the trigger has expired may rely on it.
   */
  private async run(taken: TakenTrigger, since: Instant): Promise<TriggerAnswer> {
    const { id, task } = taken;
    const startsWithin = this.runner.startsWithin(task);
    const run: { start?: () => Promise<void>; isOver?: true } = {};
    const { answer, isSure } = await this.runner.run(taken, (fence, key) => {
      if (elapsedSince(this.clock, since) >= startsWithin) return false;
      run.start = () => this.store.startTrigger(id, fence, key);
      // Not awaited: the method runs whatever becomes of it.
      void this.write(taken, run.start, () => run.isOver === true);
      return true;
    });
    run.isOver = true;
    // Where the release has had no answer, the fence leads to what the history will say.
    const end = isSure ? undefined : run.start;
    const written = this.write(taken, end ?? (() => this.store.answerTrigger(id, answer)));
    // Who has triggered it waits for the outcome, and not for the end of an outage.
    await within(this.clock, this.settings.timeout, written);
    return answer;
  }

  private write(trigger: TakenTrigger, send: () => Promise<void>, isOver?: () => boolean): Promise<void> {
    return this.writes.track(this.writeWithin(trigger, send, isOver));
  }

  private async writeWithin(
    { id, task }: TakenTrigger,
    send: () => Promise<void>,
    isOver = (): boolean => false,
  ): Promise<void> {
    const deadline = this.clock.monotonic() + WRITE_FOR;
    for (;;) {
      try {
        return await answerWithin(this.clock, this.settings.timeout, send());
      } catch (error) {
        if (isOver()) return;
        const mayPass = error instanceof LockStoreUnavailableError && this.clock.monotonic() < deadline;
        if (!mayPass || this.isClosed) {
          this.log.error(
            `What came of trigger ${id} of "${task}" could not be written down: ${messageOf(error)}`,
          );
          return;
        }
      }
      await startPause(this.clock, WRITE_AGAIN, false).over;
    }
  }
}
