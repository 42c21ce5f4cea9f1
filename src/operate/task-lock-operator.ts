import type { LockClock } from '../common/clock.js';
import { SystemLockClock } from '../common/clock.js';
import { pause as pauseFor } from '../common/timeouts.js';
import { retryDelay } from '../common/backoff.js';
import { lockOf } from '../store/lock-name.js';
import { ALL_TASKS, GIVEN_UP_AFTER, KEPT_FOR } from '../store/operator-store.js';
import type { ForgetResult, NewTrigger, OperatorStore, TaskRecord } from '../store/operator-store.js';
import { cancelAnswer, releasedAnswer } from './steering-answers.js';
import { explanationOf } from './explanation.js';
import { knownTask } from './known-task.js';
import { nextTicksOf } from './next-ticks.js';
import { OperatorInput } from './operator-input.js';
import type {
  ActOptions,
  CancelOptions,
  InstantInput,
  OperatorAction,
  PauseOptions,
  ReleaseOptions,
  RunsSearch,
  TaskLockOperatorOptions,
  TaskSearch,
  TicksSearch,
  TriggerOptions,
} from './operator-options.js';
import { TASK_CONDITIONS } from './operator-types.js';
import type {
  ActionState,
  CancelAnswer,
  Explanation,
  NextTick,
  PauseAnswer,
  ReleasedAnswer,
  ResumeAnswer,
  RecentRun,
  RunningState,
  RunState,
  TaskPage,
  TaskState,
  TickState,
  TriggerState,
} from './operator-types.js';
import { oldReplicaWarnings } from './old-replicas.js';
import { readLedger } from './read-ledger.js';
import { replacedPauseWarnings } from './replaced-pause.js';
import { runsOf } from './runs-of.js';
import { actionState, isAlive, pauseState, recentRun, runningState, runState } from './state-shapes.js';
import { countsOf, pageOf, pauseOfAll } from './task-list.js';
import { taskState } from './task-states.js';
import { triggerState, TRIGGER_WAIT } from './trigger-states.js';
import { inTurns } from './turns.js';

const DEFAULT_LIMIT = 50;
const GREATEST_LIMIT = 500;
const MOST_NEXT_TICKS = 100;

/** Milliseconds. A claim whose statement began before a pause is won or refused by then. */
const CLAIM_UNDER_WAY = 1_000;
/** Milliseconds for which a row that is locked is asked for again: a fenced transaction commits within five seconds. */
const BUSY_TIMEOUT = 6_000;

/**
 * Sees every task, says why one does not run, and steers it. It needs the tables, and no decorated class. Times are ISO
 * 8601 in UTC, durations milliseconds, fences strings.
 *
 * Every method rejects with a `TaskLockOperatorError` if an argument is wrong, or names a task that is not known, and with
 * a `LockStoreUnavailableError` if the database does not answer.
 *
 * @example
 * constructor(private readonly operator: TaskLockOperator) {}
 *
 * const { items } = await this.operator.tasks({ state: 'overdue' });
 */
export class TaskLockOperator {
  constructor(
    private readonly store: OperatorStore,
    private readonly options: TaskLockOperatorOptions = {},
    private readonly clock: LockClock = new SystemLockClock(),
  ) {}

  /**
   * Lists tasks in pages of 50: overdue and died ones first, then by name. `counts` has how many are in each
   * state, and `paused` the pause of all tasks.
   *
   * @throws TaskLockOperatorError if `state` is no state, or `page` no whole number from 1 on
   *
   * @example
   * const { items, pages } = await operator.tasks({ state: 'died', page: 1 });
   */
  async tasks({ state, page }: TaskSearch = {}): Promise<TaskPage> {
    const input = new OperatorInput('tasks');
    const wanted = input.oneOf('state', state, TASK_CONDITIONS);
    const number = input.count('page', page, 1, Infinity);
    const { now, states } = await this.states();
    const [counts, paused] = [countsOf(states), pauseOfAll(states)];
    return { ...pageOf(states, number, wanted), counts, paused, at: now.toISOString() };
  }

  /**
   * The states of all tasks, in no order and with one read: for monitors.
   *
   * @example
   * const failing = (await operator.allTasks()).filter(({ failuresInARow }) => failuresInARow > 2);
   */
  async allTasks(): Promise<TaskState[]> {
    return (await this.states()).states;
  }

  /**
   * The state of one task.
   *
   * @throws TaskLockOperatorError if no task has that name; it lists the nearest ones
   *
   * @example
   * const { state, nextDue } = await operator.task('clean-up');
   */
  async task(name: string): Promise<TaskState> {
    const [now, record] = await Promise.all([this.store.now(), this.recordOf('task', name)]);
    return this.stateOf(record, now);
  }

  /**
   * The newest runs of a task, the newest first: 50, or `limit` (at most 500).
   *
   * @throws TaskLockOperatorError if an option is wrong, or no task has that name
   *
   * @example
   * const failed = await operator.runs('clean-up', { outcome: ['failed', 'died'], limit: 10 });
   */
  async runs(name: string, search: RunsSearch = {}): Promise<RunState[]> {
    const input = new OperatorInput('runs');
    const limit = input.count('limit', search.limit, DEFAULT_LIMIT, GREATEST_LIMIT);
    const outcomes = input.outcomes(search.outcome);
    const key = input.key(search.key);
    const before = input.instant('before', search.before);
    const [now, record] = await Promise.all([this.store.now(), this.recordOf('runs', name)]);
    const wanted = { task: name, limit, outcomes, key, before };
    return (await runsOf(this.store, record, wanted, now)).map(runState);
  }

  /**
   * The newest runs of each of several tasks, the newest first, as a list of tasks shows them: 50 of each, or `limit` (at
   * most 500). Of a name that has no run, or that is not known, there is none.
   *
   * @throws TaskLockOperatorError if `limit` is no whole number from 1 on
   *
   * @example
   * const outcomes = (await operator.recent(['clean-up'])).get('clean-up')?.map(({ outcome }) => outcome);
   */
  async recent(names: readonly string[], limit?: number): Promise<Map<string, RecentRun[]>> {
    const most = new OperatorInput('recent').count('limit', limit, DEFAULT_LIMIT, GREATEST_LIMIT);
    const runs = names.length > 0 ? await this.store.recentRuns(names, most) : [];
    const byTask = new Map<string, RecentRun[]>();
    for (const run of runs) {
      const known = byTask.get(run.task);
      if (known) known.push(recentRun(run));
      else byTask.set(run.task, [recentRun(run)]);
    }
    return byTask;
  }

  /**
   * The ledger: the ticks that were expected, the oldest first, and what became of each. The newest 50, or `last`, or those
   * from `from` to `to` (default: now); at most the newest 500 of them. A task of `@Interval` or without a schedule has none.
   *
   * @throws TaskLockOperatorError if an option is wrong, or no task has that name
   *
   * @example
   * const missed = (await operator.ticks('clean-up', { last: 100 })).filter(({ state }) => state === 'missed');
   */
  async ticks(name: string, search: TicksSearch = {}): Promise<TickState[]> {
    const input = new OperatorInput('ticks');
    const asked: { last?: number; from?: InstantInput; to?: InstantInput } = search;
    const [from, to] = [input.instant('from', asked.from), input.instant('to', asked.to)];
    const most = input.count('last', asked.last, from ? GREATEST_LIMIT : DEFAULT_LIMIT, GREATEST_LIMIT);
    const [now] = await Promise.all([this.store.now(), this.recordOf('ticks', name)]);
    if (from && from > now) throw input.problem('from', 'lies in the future: no tick was due since');
    if (from && to && to < from)
      throw input.problem('to', `must not lie before ${from.toISOString()}; it is ${to.toISOString()}`);
    return readLedger(this.store, name, { from, to: to && to < now ? to : now, most }, now);
  }

  /**
   * The next ticks of a task as declared, with the local time of its zone: 5, or `count` (at most 100). None for a task of
   * `@Interval` or without a schedule.
   *
   * @throws TaskLockOperatorError if `count` is no whole number from 1 on, or no task has that name
   *
   * @example
   * const [{ tick, localTime }] = await operator.nextTicks('clean-up', 1);
   */
  async nextTicks(name: string, count?: number): Promise<NextTick[]> {
    const most = new OperatorInput('nextTicks').count('count', count, 5, MOST_NEXT_TICKS);
    const [now, record] = await Promise.all([this.store.now(), this.recordOf('nextTicks', name)]);
    return nextTicksOf(record, now, most);
  }

  /**
   * Says in words, and as data, why a task runs or does not run now, by the database's clock and as it was declared. With a
   * `key` it says so of that key.
   *
   * @throws TaskLockOperatorError if no task has that name; it lists the nearest ones. Or if it has no keys, and `key` is given
   *
   * @example
   * const { sentences } = await operator.explain('clean-up');
   */
  async explain(name: string, { key }: { key?: string } = {}): Promise<Explanation> {
    const input = new OperatorInput('explain');
    const keyed = input.key(key);
    const record = await this.recordOf('explain', name);
    if (keyed !== undefined && record.definition?.isKeyed === false)
      throw input.problem(
        'key',
        `is not for '${name}', which has no keys: one lock is for all its calls`,
        'leave it out',
      );
    const [now, lock, actions, runs] = await Promise.all([
      this.store.now(),
      this.store.lock(lockOf(name, keyed)),
      this.store.actions(name, DEFAULT_LIMIT),
      keyed === undefined ? undefined : this.store.runs({ task: name, key: keyed, limit: 1 }),
    ]);
    const ofKey = keyed === undefined ? record : { ...record, locks: lock ? [lock] : [], lastRun: runs?.[0] };
    return explanationOf({ record: ofKey, key: keyed, lock, actions, task: this.stateOf(ofKey, now), now });
  }

  /**
   * Stops a task, or `*` for all, from starting until `until`, or until a resume. A run in progress goes on, and so may one
   * whose claim is under way: the answer names them, after a second. A pause that holds already is replaced, and a warning
   * says so.
   *
   * @throws TaskLockOperatorError if `until` is past, `by` or `reason` is missing or too long, or no task has that name
   *
   * @example
   * await operator.pause('clean-up', { by: 'ana', reason: 'the disk is full', until: new Date(Date.now() + 3_600_000) });
   */
  async pause(name: string, options: PauseOptions): Promise<PauseAnswer> {
    const input = new OperatorInput('pause');
    const by = input.by(options?.by);
    const reason = input.requiredReason(options.reason);
    const until = input.instant('until', options.until);
    if (name !== ALL_TASKS) await this.recordOf('pause', name);
    const now = await this.store.now();
    if (until && until <= now)
      throw input.problem(
        'until',
        `must lie in the future: it is ${until.toISOString()}, and the database's clock shows ${now.toISOString()}`,
      );
    const pause = await this.store.pause(name, until, { by, reason });
    this.acted({ action: 'pause', name, by, reason, until });
    await pauseFor(this.clock, CLAIM_UNDER_WAY);
    const records = await this.recordsOf(name);
    const running = this.runningOf(records, await this.store.now());
    const warnings = [...replacedPauseWarnings(pause), ...oldReplicaWarnings(records)];
    return { status: 'paused', paused: pauseState(pause), running, warnings };
  }

  /**
   * Ends the pause of a task, or with `*` that of all. What was due before is not caught up.
   *
   * @throws TaskLockOperatorError if `by` is missing, or no task has that name
   *
   * @example
   * const { stillPaused } = await operator.resume('clean-up', { by: 'ana' });
   */
  async resume(name: string, options: ActOptions): Promise<ResumeAnswer> {
    const by = new OperatorInput('resume').by(options?.by);
    if (name !== ALL_TASKS) await this.recordOf('resume', name);
    const wasPaused = await this.store.resume(name, { by });
    if (wasPaused) {
      this.acted({ action: 'resume', name, by });
      this.options.resumed?.(name);
    }
    const records = await this.recordsOf(name);
    const still = records.find(({ pause }) => pause)?.pause;
    return { status: wasPaused ? 'resumed' : 'not paused', stillPaused: still ? pauseState(still) : null };
  }

  /**
   * Runs a task now. Where this application has the method, it runs here, with the task's own overlap policy, and the
   * answer has its outcome, unless `wait` is false. Elsewhere it waits up to five minutes for a replica: follow it with
   * {@link triggered}.
   *
   * @throws TaskLockOperatorError if `by` is missing, `args` cannot be stored, no task has that name, or no code has its method
   *
   * @example
   * const answer = await operator.trigger('send-report', { by: 'ana', args: ['2026-03'] });
   */
  async trigger(name: string, options: TriggerOptions): Promise<TriggerState> {
    const input = new OperatorInput('trigger');
    const by = input.by(options?.by);
    const [reason, key, args] = [
      input.reason(options.reason),
      input.key(options.key),
      input.args(options.args),
    ];
    const trigger: NewTrigger = {
      task: name,
      key,
      args,
      by,
      reason,
      evenIfPaused: options.evenIfPaused === true,
      expiresIn: TRIGGER_WAIT,
    };
    // The method is here whatever the tables say of it.
    const here = this.options.runHere?.(trigger, options.wait !== false);
    if (!here) await this.assertTakenSomewhere(input, name);
    this.acted({ action: 'trigger', name, key, by, reason });
    if (here) return here;
    const { id, expiresAt } = await this.store.addTrigger(trigger);
    return { status: 'waiting', id, expiresAt: expiresAt.toISOString() };
  }

  /**
   * What has become of a trigger.
   *
   * @throws TaskLockOperatorError if no trigger has that id
   *
   * @example
   * const state = await operator.triggered(answer.id);
   */
  async triggered(id: string): Promise<TriggerState> {
    const action = /^\d{1,18}$/.test(id) ? await this.store.action(id) : undefined;
    if (action?.action !== 'trigger')
      throw new OperatorInput('triggered').problem(
        'id',
        `names no trigger: '${id}'; the answer of a trigger has it`,
      );
    return triggerState(this.store, action);
  }

  /**
   * Asks a run to stop. It keeps its lock until its method settles, or its maximum hold ends: nobody runs beside it. It hears
   * of it at its next renewal, by `hearsBy`. Its tick is not recovered, and its requests are parked.
   *
   * @throws TaskLockOperatorError if `fence` is no number, `by` or `reason` is missing, or no task has that name
   *
   * @example
   * const { running } = await operator.task('clean-up');
   * await operator.cancel('clean-up', { fence: running!.fence, by: 'ana', reason: 'it hangs' });
   */
  async cancel(name: string, options: CancelOptions): Promise<CancelAnswer> {
    const input = new OperatorInput('cancel');
    const by = input.by(options?.by);
    const reason = input.requiredReason(options.reason);
    const run = input.seenRun(name, options);
    const { definition } = await this.recordOf('cancel', name);
    const result = await this.whileBusy(() => this.store.cancel(run, { by, reason }));
    if (result.status === 'cancelled')
      this.acted({ action: 'cancel', name, key: run.key, by, reason, fence: run.fence });
    return cancelAnswer(result, run, definition?.lease, await this.store.now());
  }

  /**
   * Takes the lock away from a run. Without `force` only from a dead one, whose lease is over. With `force` no renewal of a
   * living run succeeds any more, its signal aborts at its own deadline, and the lock is free when its lease ends. A method
   * that ignores its signal goes on in its process. With `now`, too, the lock is free at once, and two may run.
   *
   * @throws TaskLockOperatorError if `fence` is no number, `by` is missing, `now` stands without `force`, or no task has that name
   *
   * @example
   * await operator.release('clean-up', { fence: '1767225600000', by: 'ana', force: true });
   */
  async release(name: string, options: ReleaseOptions): Promise<ReleasedAnswer> {
    const input = new OperatorInput('release');
    const by = input.by(options?.by);
    const reason = input.reason(options.reason);
    const run = input.seenRun(name, options);
    const [force, now] = [options.force === true, options.now === true];
    if (now && !force)
      throw input.problem('now', 'needs a forced release, since two may run then', 'write { force: true }');
    await this.recordOf('release', name);
    const result = await this.whileBusy(() => this.store.release(run, { by, reason, force, now }));
    if (result.status === 'released')
      this.acted({ action: 'release', name, key: run.key, by, reason, fence: run.fence });
    return releasedAnswer(result, run, await this.store.now());
  }

  /**
   * Removes all that is stored of a task that no code declares any more.
   *
   * @throws TaskLockOperatorError if `by` is missing, the task is declared or runs, a replica that declared it lately may
   * still run it, or no task has that name
   *
   * @example
   * const { removed } = await operator.forget('old-report', { by: 'ana' });
   */
  async forget(name: string, options: ActOptions): Promise<{ removed: number }> {
    const input = new OperatorInput('forget');
    const by = input.by(options?.by);
    const [now, record] = await Promise.all([this.store.now(), this.recordOf('forget', name)]);
    const [running] = this.runningOf([record], now);
    if (running) throw input.refused(`'${name}' is running on ${running.replica} since ${running.since}`);
    const result = await this.store.forget(name, { by });
    if (result.status === 'refused') throw input.refused(whyNotForgotten(record, result));
    this.acted({ action: 'forget', name, by });
    return { removed: result.removed };
  }

  /**
   * Who did what, the newest first: on a task, with what was done to all tasks (its `name` is `*`); on `*` only; or without a
   * name everything. 50, or `limit` (at most 500); `before` is the id of the last
   * one that you have seen.
   *
   * @throws TaskLockOperatorError if `limit` is no whole number from 1 on
   *
   * @example
   * const actions = await operator.actions('clean-up', { limit: 10 });
   */
  async actions(
    name?: string,
    { limit, before }: { limit?: number; before?: string } = {},
  ): Promise<ActionState[]> {
    const input = new OperatorInput('actions');
    const most = input.count('limit', limit, DEFAULT_LIMIT, GREATEST_LIMIT);
    if (before !== undefined && !/^\d{1,18}$/.test(before))
      throw input.problem('before', `must be the id of an action; it is '${before}'`);
    return (await this.store.actions(name, most, before)).map(actionState);
  }

  private async assertTakenSomewhere(input: OperatorInput, name: string): Promise<void> {
    const { definition } = await this.recordOf('trigger', name);
    if (!definition?.isDeclared) {
      const why = definition ? 'no code declares it any more' : 'it is not declared';
      throw input.refused(`'${name}' has no method to run: ${why}`);
    }
    if (!definition.isPolled)
      throw input.refused(
        `no replica looks for triggers of '${name}' from outside: its application has operatorPolling: false (an ` +
          `option of TaskLockModule). Trigger it inside the application, by TaskLockOperator. A leader cannot be triggered`,
      );
  }

  private async states(): Promise<{ now: Date; states: TaskState[] }> {
    const [now, records] = await Promise.all([this.store.now(), this.store.tasks()]);
    return { now, states: await inTurns(records, (record) => this.stateOf(record, now)) };
  }

  private stateOf(record: TaskRecord, now: Date): TaskState {
    return taskState(record, now, this.options.overdueAfter);
  }

  private runningOf(records: readonly TaskRecord[], now: Date): RunningState[] {
    return records.flatMap(({ name, locks }) =>
      locks.filter((lock) => isAlive(lock, now)).map((lock) => runningState(lock, name)),
    );
  }

  private recordOf(method: string, name: string): Promise<TaskRecord> {
    return knownTask(this.store, method, name);
  }

  /** What is stored of a task, or of all. */
  private recordsOf(name: string): Promise<TaskRecord[]> {
    return this.store.tasks(name === ALL_TASKS ? undefined : [name]);
  }

  /** A claim, a renewal or a fenced transaction holds the row for a moment. */
  private async whileBusy<T extends { status: string }>(send: () => Promise<T>): Promise<T> {
    const since = this.clock.monotonic();
    for (let attempt = 0; ; attempt++) {
      const answer = await send();
      if (answer.status !== 'busy' || this.clock.monotonic() - since >= BUSY_TIMEOUT) return answer;
      await pauseFor(this.clock, retryDelay(attempt));
    }
  }

  private acted(action: OperatorAction): void {
    this.options.acted?.(action);
  }
}

function whyNotForgotten(
  { name, definition }: TaskRecord,
  { declaredBy, lastDeclared }: Extract<ForgetResult, { status: 'refused' }>,
): string {
  const after = (time: number): string => new Date(lastDeclared.getTime() + time).toISOString();
  const last = `${declaredBy} declared it last, at ${lastDeclared.toISOString()}`;
  return definition?.isDeclared
    ? `'${name}' is declared: ${last}. Remove it from the code first. If its application is gone, try again after ` +
        after(GIVEN_UP_AFTER)
    : `a replica with older code may still run '${name}': ${last}. If none does, try again after ${after(KEPT_FOR)}`;
}
