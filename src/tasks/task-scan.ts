import { formatDuration } from '../common/duration.js';
import { memberOf, standsOn } from './declaration.js';
import type { TaskLockDeclaration } from './declaration.js';
import type { TaskLockProblem } from './errors.js';
import type { TaskLockDefinition } from './options.js';
import type { Task, TaskRegistry } from './registry.js';

/** A class with decorated methods, as the application registers it. */
export interface DiscoveredClass {
  declarations: readonly TaskLockDeclaration[];
  /** Its instances; for a request-scoped class an object of its prototype. */
  instances: readonly object[];
  /** How many providers and controllers stand for it: the scheduler fires each of them. */
  registrations: number;
  isTransient: boolean;
  /** The scheduler fires methods of instances that are made once. */
  isFired: boolean;
}

interface TaskMember {
  task: Task;
  declaration: TaskLockDeclaration;
  key: string | symbol;
  instances: readonly object[];
  /** False where the class is made anew for each request: nothing can call its methods by itself. */
  isFired: boolean;
}

/** A method that the scheduler, or the lock itself, fires: with the decorators that stand around `@TaskLock`. */
export interface ScheduledMethod {
  instance: object;
  key: string | symbol;
  method: (this: unknown, ...args: unknown[]) => unknown;
  declaration: TaskLockDeclaration;
}

const NOBODY_TO_CALL =
  'cannot be requested, since its class is made anew for each request: move the method to a class that is made once';

const UNFIRED =
  'has a schedule of @TaskCron that nothing fires: its class is made anew for each request, or another method or ' +
  'decorator took its place.';

/** What the decorated classes of an application say. */
export interface TaskScan {
  tasks: ReadonlyMap<string, Task>;
  /** The decorated methods, and the objects that they are called on. */
  members: readonly TaskMember[];
  problems: readonly TaskLockProblem[];
  warnings: readonly string[];
}

/** Reads all tasks; those that can be read are known to the registry by their names afterwards. */
export function scanTasks(classes: readonly DiscoveredClass[], registry: TaskRegistry): TaskScan {
  const owners = new Map<string, { type: unknown; key: string | symbol; member: string }>();
  const tasks = new Map<string, Task>();
  const members: TaskMember[] = [];
  const problems: TaskLockProblem[] = [];
  const warnings: string[] = [];
  for (const discovered of classes) {
    const { declarations, instances, isFired } = discovered;
    const [instance] = instances;
    if (!instance) continue;
    for (const declaration of declarations) {
      const { task, problems: ofTask } = registry.read(instance, declaration);
      problems.push(...ofTask);
      if (ofTask.some(({ option }) => option === 'name')) continue;
      const { key } = declaration;
      const type = instance.constructor;
      const member = memberOf(instance, key);
      const owner = owners.get(task.name);
      // The same method twice is one that overrides another: the most derived one stands first.
      if (owner && owner.type === type && owner.key === key) continue;
      if (owner) {
        const message = `'${task.name}' is the name of ${owner.member} already: each task needs a name of its own`;
        problems.push({ where: member, option: 'name', message });
        continue;
      }
      owners.set(task.name, { type, key, member });
      tasks.set(task.name, task);
      const isOnInstance = standsOn(instance, declaration);
      registry.add(task, isFired && isOnInstance);
      members.push({ task, declaration, key, instances, isFired: isFired && isOnInstance });
      if (task.expectsRequests && !isFired)
        problems.push({
          where: member,
          option: requestOption(task.definition),
          message: NOBODY_TO_CALL,
        });
      for (const warning of warningsOf(discovered, task)) warnings.push(`${member} ${warning}`);
      if (declaration.cron && !(isFired && task.cron)) warnings.push(`${member} ${UNFIRED}`);
    }
  }
  for (const [name, { member }] of owners) {
    const owner = registry.ownerOf(name);
    if (!owner) continue;
    const message = `'${name}' is the lock of one key of the task '${owner.name}': give one of them another name`;
    problems.push({ where: member, option: 'name', message });
  }
  return { tasks, members, problems, warnings };
}

/** The methods that the lock fires by itself, as they stand on their instances now. */
export function firedMethods({ members }: TaskScan): { task: Task; method: ScheduledMethod }[] {
  return members.flatMap(({ task, declaration, key, instances, isFired }) => {
    const [instance] = instances;
    if (!isFired || !instance) return [];
    const method = Reflect.get(instance, key) as ScheduledMethod['method'];
    return { task, method: { instance, key, declaration, method } };
  });
}

function requestOption({ debounce, attempts }: TaskLockDefinition): string {
  if (debounce !== undefined) return 'debounce';
  return attempts === undefined ? 'overlap' : 'attempts';
}

function* warningsOf({ isTransient, registrations }: DiscoveredClass, task: Task): Iterable<string> {
  const { schedule, cron, interval = Infinity } = task;
  if (isTransient && schedule && !cron) {
    yield (
      'belongs to a transient provider: the scheduler fires it on an object that has none of its dependencies. ' +
      'Make the provider a singleton.'
    );
  } else if (isTransient) {
    yield 'belongs to a transient provider: its instances share one lock.';
  } else if (registrations > 1 && schedule && !cron) {
    // @TaskCron is fired once, whatever the registrations.
    yield (
      `is registered ${registrations} times (an alias, or a class in several modules): the scheduler fires each ` +
      `of them in this replica, and the lock lets one run.`
    );
  }
  if (schedule?.gap !== undefined && interval < schedule.gap) {
    yield (
      `has an interval of ${formatDuration(interval)}, and its schedule ticks every ` +
      `${formatDuration(schedule.gap)} at most: the interval is how often the task should run, not how long it takes. ` +
      `Leave it out to take the schedule's, and give maxHold for the longest run.`
    );
  }
}
