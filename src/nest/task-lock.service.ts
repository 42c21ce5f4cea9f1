import { types } from 'node:util';
import { Injectable } from '@nestjs/common';
import { formatDuration, parseDuration } from '../common/duration.js';
import type { DurationInput } from '../common/duration.js';
import { keyOfCall, keyText } from '../tasks/settings/lock-key.js';
import { LONGEST_DELAY } from '../tasks/settings/request-settings.js';
import { keyedName } from '../store/lock-name.js';
import type { TickRequest } from '../store/lock-store.js';
import { messageOf } from '../common/error-text.js';
import { marked } from '../common/marked.js';
import { TaskLockUsageError } from '../tasks/errors.js';
import type { TaskLockInterceptor } from '../calls/task-lock.interceptor.js';
import type { TaskLockResult } from '../calls/task-lock.interceptor.js';
import type { AcquiredLock } from '../calls/acquired-lock.js';
import type { LeadOptions, LeaderCandidate } from '../calls/leader-candidate.js';
import type { Leaders } from '../calls/leaders.js';
import type { LockAcquirer } from '../calls/lock-acquirer.js';
import type { TaskLockAcquireOptions, TaskLockRunOptions, TaskRequestOptions } from '../tasks/options.js';
import type { TaskRegistry } from '../tasks/registry.js';
import type { Task } from '../tasks/task.js';
import type { RequestPublisher } from '../requests/publisher.js';
import { conditionOf } from '../calls/task-call.js';
import type { TaskRun } from '../calls/task-run.js';

const REQUEST_OPTIONS: ReadonlySet<string> = new Set<keyof TaskRequestOptions>([
  'args',
  'key',
  'delay',
  'manager',
]);

const ACQUIRE_OPTIONS: ReadonlySet<string> = new Set<keyof TaskLockAcquireOptions>([
  'key',
  'maxHold',
  'wait',
]);

/** A method of the service that takes the name of a task. */
type ServiceMethod = 'run' | 'acquire' | 'request';

/** What the service is a surface of. */
interface ServiceParts {
  registry: TaskRegistry;
  interceptor: TaskLockInterceptor;
  acquirer: LockAcquirer;
  leaders: Leaders;
  publisher: RequestPublisher;
}

/** Runs code under a task's lock without a decorator, holds locks, and requests runs of decorated tasks. */
@Injectable()
@marked('service')
export class TaskLockService {
  constructor(
    private readonly core: ServiceParts,
    /** Reads the declared tasks if the application has not started yet, or has loaded a module since. */
    private readonly explore: () => void,
  ) {}

  /**
   * Claims the lock, runs `work` and releases the lock. Otherwise it says why the run was skipped.
   *
   * @param task the name of a declared task, which takes its options, or options of its own
   * @throws TaskLockUsageError if a bare name is not declared anywhere
   * @throws TaskLockConfigurationError if the options are wrong
   * @throws TaskLockHeldError, TaskLockTimeoutError or TaskLockUnavailableError by the task's `overlap`
   * @throws whatever `work` throws, unchanged
   * @example
   * const result = await this.taskLock.run({ name: 'export', maxHold: '10m' }, async (run) => this.export(run.signal));
   * if (result.status === 'skipped') this.logger.log(`export: ${result.reason}, held by ${result.heldBy}`);
   */
  async run<T>(
    task: string | TaskLockRunOptions,
    work: (run: TaskRun) => T | Promise<T>,
  ): Promise<TaskLockResult<T>> {
    this.explore();
    const { scheduledTime, key: given, ...definition } = typeof task === 'string' ? { name: task } : task;
    const known =
      typeof task === 'string'
        ? this.declared(task)
        : this.core.registry.describe(definition, 'TaskLockService.run');
    if (definition.overlap === 'bufferOne') {
      throw new TaskLockUsageError(
        `TaskLockService.run('${known.declaredName}'), option overlap: bufferOne is for decorated methods: a function that is ` +
          `given here cannot be called later, on another replica.`,
      );
    }
    const key = this.keyFor('run', known, given);
    if (scheduledTime !== undefined && !isInstant(scheduledTime)) {
      throw new TaskLockUsageError(
        `TaskLockService.run('${known.declaredName}'): scheduledTime is not a valid Date: ${String(scheduledTime)}.`,
      );
    }
    if (definition.recover && scheduledTime === undefined) {
      throw new TaskLockUsageError(
        `TaskLockService.run('${known.declaredName}'): recover needs a scheduledTime: a call has no tick that could run again.`,
      );
    }
    const condition = conditionOf(known, this.core.registry.instanceOf(known.name));
    const undeclared = !this.core.registry.hasLock(known.name) || undefined;
    const tick: TickRequest =
      scheduledTime === undefined ? { kind: 'call' } : { kind: 'scheduled', scheduledTime };
    const direct = scheduledTime === undefined && known.schedule !== undefined;
    return this.core.interceptor.execute(
      { task: known, key, condition, undeclared, tick, direct },
      async (run) => work(run),
    );
  }

  /**
   * Takes a lock, which you hold until you release it. While you hold it, its lease is renewed, until the maximum hold
   * (`maxHold`, 1 h unless given). Use `run` where the work is one function: it cannot forget the release.
   *
   * Answers `undefined` if the lock is held by a run in progress or by the minimum hold, also by a run that this call is
   * part of; and if the task is paused, its `when` is false, the database gives no answer, or the application shuts
   * down. The log (level `verbose`) and the event `claim-skipped` say which. With `wait` it throws instead, whatever the
   * declared `overlap` is.
   *
   * @param name the name of a declared task, which takes its options; any other name needs options
   * @throws TaskLockTimeoutError if the lock is not free within `wait`
   * @throws TaskLockUnavailableError with `wait`, if the lock could not be claimed for another reason
   * @throws TaskLockUsageError if a bare name is not declared anywhere, or an option is wrong
   * @throws TaskLockConfigurationError if `maxHold` is wrong
   * @example
   * await using lock = await this.taskLock.acquire('import', { maxHold: '10m' });
   * if (!lock) return;
   * await this.import(lock.signal); // released at the end of the block, also where it throws
   */
  acquire(name: string, options: WaitingOptions): Promise<AcquiredLock>;
  acquire(name: string, options?: TaskLockAcquireOptions): Promise<AcquiredLock | undefined>;
  async acquire(name: string, options?: TaskLockAcquireOptions): Promise<AcquiredLock | undefined> {
    this.explore();
    if (options === undefined) this.declared(name, 'acquire');
    const refuse = (option: string, message: string): never => {
      throw new TaskLockUsageError(`TaskLockService.acquire('${name}'), option ${option}: ${message}`);
    };
    for (const option of Object.keys(options ?? {})) {
      if (!ACQUIRE_OPTIONS.has(option))
        refuse(option, `is not an option; there are ${[...ACQUIRE_OPTIONS].join(', ')}`);
    }
    const { key: given, maxHold, wait } = options ?? {};
    const waitTimeout = wait === undefined ? undefined : durationOf('wait', wait, refuse);
    if (waitTimeout === 0) refuse('wait', 'must be more than 0; leave it out if the call should not wait');
    const overlap = waitTimeout === undefined ? 'skip' : 'wait';
    const definition = { name, maxHold, overlap, waitTimeout } as const;
    const task = this.core.registry.describe(definition, `TaskLockService.acquire('${name}')`);
    return this.core.acquirer.acquire({
      task,
      key: this.keyFor('acquire', task, given),
      condition: conditionOf(task, this.core.registry.instanceOf(task.name)),
      undeclared: !this.core.registry.hasLock(task.name) || undefined,
      tick: { kind: 'call' },
      direct: task.schedule !== undefined,
    });
  }

  /**
   * Stands in the election of a leader, from here on until `stop()` or the shutdown: one replica at a time leads. Its
   * `onElected` is called, with a run whose lease is renewed for as long as it leads. It leads until it is stopped, its
   * application shuts down, its `onElected` throws, an operator cancels it or takes its lock away, or its lease is over
   * because the database gave no answer. Then its `onDeposed` is called, another replica is elected, and this one stands
   * in the next election.
   *
   * An operator's pause keeps anybody from being elected, and lets the leader go on. A class that should lead for as long
   * as the application lives is simpler with `@TaskLockLeader`.
   *
   * @param name the lock's name, which no task may have. May hold placeholders
   * @throws TaskLockConfigurationError if the name is taken or wrong, or `lease` is
   * @throws TaskLockUsageError if a method is missing
   * @example
   * const candidate = this.taskLock.lead('projector', {
   *   lease: '15s',
   *   onElected: (run) => this.start(run),
   *   onDeposed: () => this.stop(),
   * });
   * await candidate.stop(); // hands over
   */
  lead(name: string, options: LeadOptions): LeaderCandidate {
    this.explore();
    const where = `TaskLockService.lead('${name}')`;
    for (const option of ['onElected', 'onDeposed'] as const) {
      const given: unknown = Reflect.get(options, option);
      if (typeof given === 'function') continue;
      throw new TaskLockUsageError(`${where}, option ${option}: must be a function; it is ${typeof given}`);
    }
    const call = this.core.leaders.describe(name, { lease: options.lease }, where);
    return this.core.leaders.begin({ ...call, undeclared: true }, options);
  }

  /**
   * Requests a run of a task: soon, once, on any replica, however often you request it before that. Requests of one task
   * and key that are due together are one run, with the newest arguments, under the lock of the task. Those that come
   * while it runs are one more run. A run that fails is retried, see `attempts`. This is a slot and no queue: if every
   * call counts, use pg-boss or graphile-worker.
   *
   * The type of the method gives `args` their types. Declare `attempts` on a task that is requested: then all replicas
   * poll for its requests, and not only those that have published one.
   *
   * @param name the name of a declared task
   * @throws TaskLockUsageError if no task has that name, the arguments are not JSON, or an option is wrong: nothing is
   *   written then
   * @throws LockStoreUnavailableError if the database gave no answer; with `manager` the driver's own error
   * @example
   * await this.dataSource.transaction(async (manager) => {
   *   await manager.save(message);
   *   await this.taskLock.request<Mailer['send']>('send-mail', { args: [message.id], manager });
   * });
   */
  async request<Method extends (...args: never[]) => unknown = (...args: unknown[]) => unknown>(
    name: string,
    options: TaskRequestOptions<Parameters<Method>> = {},
  ): Promise<void> {
    this.explore();
    const task = this.declared(name, 'request');
    const where = `TaskLockService.request('${task.declaredName}')`;
    const refuse = (option: string, message: string): never => {
      throw new TaskLockUsageError(`${where}, option ${option}: ${message}`);
    };
    if (!this.core.registry.isCallable(task.name)) {
      throw new TaskLockUsageError(
        `${where}: there is no object to call it on later. Its class is made anew for each request, or another method or ` +
          `decorator took its place. Move the method to a class that is made once.`,
      );
    }
    this.core.publisher.requestsFor(where);
    for (const option of Object.keys(options)) {
      if (!REQUEST_OPTIONS.has(option))
        refuse(option, `is not an option; there are ${[...REQUEST_OPTIONS].join(', ')}`);
    }
    const { args = [], key: given, delay, manager } = options;
    if (!Array.isArray(args))
      refuse('args', `must be an array of the method's arguments; it is ${typeof args}`);
    const text = this.core.publisher.textOf(args, `${where}, option args`);
    if (delay !== undefined && task.debounce) refuse('delay', `the task's debounce says when it runs`);
    const due = delay === undefined ? 0 : this.delayOf(delay, refuse);
    if (manager !== undefined && typeof (manager as { query?: unknown } | null)?.query !== 'function')
      refuse('manager', 'must be the EntityManager of a transaction');
    const key = task.key
      ? this.keyOfRequest(task, JSON.parse(text) as unknown[], given, refuse)
      : this.keyFor('request', task, given);
    await this.core.publisher.publish({ task, key }, text, { delay: due, manager });
  }

  private delayOf(delay: DurationInput, refuse: Refuse): number {
    const due = durationOf('delay', delay, refuse);
    if (due > LONGEST_DELAY)
      refuse('delay', `${formatDuration(due)} is more than the maximum of ${formatDuration(LONGEST_DELAY)}`);
    return due;
  }

  /** The key that the method's own call will compute, from the arguments after their way through JSON. */
  private keyOfRequest(
    { key: keyFunction }: Task,
    args: readonly unknown[],
    given: string | number | undefined,
    refuse: Refuse,
  ): string | undefined {
    if (!keyFunction) return undefined;
    let key: string;
    try {
      key = keyOfCall(keyFunction, args);
    } catch (error) {
      return refuse('args', `the task's key is computed from them, and ${messageOf(error)}`);
    }
    if (given !== undefined && String(given) !== key)
      refuse('key', `'${given}' is not the key of these args, which is '${key}': leave it out`);
    return key;
  }

  private keyFor(
    method: ServiceMethod,
    { name, declaredName, key: keyFunction }: Task,
    given: string | number | undefined,
  ): string | undefined {
    const refuse = (message: string): never => {
      throw new TaskLockUsageError(`TaskLockService.${method}('${declaredName}'), option key: ${message}`);
    };
    if (given === undefined) {
      const withKey =
        method === 'acquire'
          ? `acquire('${declaredName}', { key: 5 })`
          : `run({ name: '${declaredName}', key: 5 }, ...)`;
      if (keyFunction) refuse(`this task has a lock for each key: ${withKey}`);
      const owner = this.core.registry.ownerOf(name);
      if (owner)
        refuse(
          `this is the lock of one key of the task '${owner.declaredName}': give that name, and the key`,
        );
      return undefined;
    }
    if (!keyFunction && this.core.registry.get(declaredName))
      refuse('this task is declared without a key: its one lock is for all calls');
    let key: string;
    try {
      key = keyText(given);
    } catch (error) {
      return refuse(messageOf(error));
    }
    const lockName = keyedName(name, key);
    if (this.core.registry.hasLock(lockName))
      refuse(`'${lockName}' is the lock of a task of that name already`);
    return key;
  }

  private declared(name: string, method: ServiceMethod = 'run'): Task {
    const task = this.core.registry.get(name);
    if (task) return task;
    if (method === 'request') {
      throw new TaskLockUsageError(
        `TaskLockService.request('${name}'): no method is decorated with @TaskLock('${name}'), so that nothing would run.`,
      );
    }
    const withOptions =
      method === 'acquire'
        ? `acquire('${name}', { maxHold: '10m' })`
        : `run({ name: '${name}', maxHold: '10m' }, ...)`;
    throw new TaskLockUsageError(
      `TaskLockService.${method}('${name}'): no method is decorated with @TaskLock('${name}'). For a task without a ` +
        `decorator give options: ${withOptions}.`,
    );
  }
}

/** With `wait` there is a lock, or an error. */
type WaitingOptions = TaskLockAcquireOptions & Required<Pick<TaskLockAcquireOptions, 'wait'>>;

type Refuse = (option: string, message: string) => never;

/** A length of time that is given at a call, in milliseconds. */
function durationOf(option: string, given: DurationInput, refuse: Refuse): number {
  try {
    return parseDuration(given);
  } catch (error) {
    return refuse(option, messageOf(error));
  }
}

/** A date with a year of four digits: Postgres reads no other, and microseconds taken for milliseconds fail here. */
function isInstant(given: unknown): boolean {
  if (!types.isDate(given)) return false;
  const year = given.getUTCFullYear();
  return year >= 1 && year <= 9_999;
}
