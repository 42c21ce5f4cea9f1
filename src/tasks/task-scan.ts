import { formatDuration } from '../common/duration.js';
import { isMonitored } from './monitor-order.js';
import { memberOf, standsOn } from './declaration.js';
import type { TaskLockDeclaration } from './declaration.js';
import type { TaskLockProblem } from './errors.js';
import type { TaskLockDefinition } from './options.js';
import type { TaskRegistry } from './registry.js';
import type { Task } from './task.js';

/** A class with decorated methods, as the application registers it. */
export interface DiscoveredClass {
  declarations: readonly TaskLockDeclaration[];
  /** Its instances. For a request-scoped class, an object of its prototype. */
  instances: readonly object[];
  /** How many providers and controllers register it. The scheduler fires each of them. */
  registrations: number;
  isTransient: boolean;
  /** Whether the scheduler fires its methods: only if its instances are made once. */
  isFired: boolean;
}

interface TaskMember {
  task: Task;
  declaration: TaskLockDeclaration;
  key: string | symbol;
  instances: readonly object[];
  /** False for a request-scoped class, and if another method or decorator took the method's place. */
  isFired: boolean;
}

/** A method that a timer or the lock itself calls, with all the decorators around `@TaskLock`. */
export interface ScheduledMethod {
  instance: object;
  key: string | symbol;
  method: (this: unknown, ...args: unknown[]) => unknown;
  declaration: TaskLockDeclaration;
}

const NOT_REQUESTABLE =
  'cannot be requested, since its class is made anew for each request: move the method to a class that is made once';

const NEVER_FIRED =
  'has a schedule of @TaskCron that nothing fires: its class is made anew for each request, or another method or ' +
  'decorator took its place.';

const MONITORED_ABOVE =
  'has a monitor, like @SentryCron, above @TaskLock: every replica reports a check-in, also those that skip the tick. ' +
  'Write it below @TaskLock, next to the method.';

/** The tasks of an application, and what is wrong with them. */
export interface TaskScan {
  tasks: ReadonlyMap<string, Task>;
  /** The decorated methods, with the instances they are called on. */
  members: readonly TaskMember[];
  problems: readonly TaskLockProblem[];
  warnings: readonly string[];
}

/** Reads all tasks, and makes those with a valid name known to the registry. */
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
      // An override has the same key as the method it overrides. The most derived one came first.
      if (owner && owner.type === type && owner.key === key) continue;
      if (owner) {
        const message = `'${task.name}' is the name of ${owner.member} already: each task needs a name of its own`;
        problems.push({ where: member, option: 'name', message });
        continue;
      }
      owners.set(task.name, { type, key, member });
      tasks.set(task.name, task);
      const isReached = isFired && standsOn(instance, declaration);
      registry.add(task, { member, instance: isFired ? instance : undefined, isFired: isReached });
      members.push({ task, declaration, key, instances, isFired: isReached });
      if (task.expectsRequests && !isFired)
        problems.push({ where: member, option: requestOption(task.definition), message: NOT_REQUESTABLE });
      for (const warning of warningsOf(discovered, task)) warnings.push(`${member} ${warning}`);
      if (isMonitored(Reflect.get(instance, key))) warnings.push(`${member} ${MONITORED_ABOVE}`);
      if (declaration.cron && !(isFired && task.cron)) warnings.push(`${member} ${NEVER_FIRED}`);
    }
  }
  // Last: only now are all tasks with keys known.
  for (const [name, { member }] of owners) {
    const keyed = registry.ownerOf(name);
    if (!keyed) continue;
    const message = `'${name}' is the lock of one key of the task '${keyed.name}': give one of them another name`;
    problems.push({ where: member, option: 'name', message });
  }
  return { tasks, members, problems, warnings };
}

/** The methods that the lock fires by itself, as their instances carry them now. */
export function firedMethods({ members }: TaskScan): { task: Task; method: ScheduledMethod }[] {
  return members.flatMap(({ task, declaration, key, instances, isFired }) => {
    const [instance] = instances;
    if (!isFired || !instance) return [];
    const method = Reflect.get(instance, key) as ScheduledMethod['method'];
    return { task, method: { instance, key, declaration, method } };
  });
}

/** The option by which the task expects requests. */
function requestOption({ debounce, attempts }: TaskLockDefinition): string {
  if (debounce !== undefined) return 'debounce';
  return attempts === undefined ? 'overlap' : 'attempts';
}

function* warningsOf(
  { isTransient, registrations, instances }: DiscoveredClass,
  task: Task,
): Iterable<string> {
  const { schedule, cron, interval = Infinity } = task;
  if (isTransient && schedule && !cron) {
    yield (
      'belongs to a transient provider: the scheduler fires it on an object that has none of its dependencies. ' +
      'Make the provider a singleton.'
    );
  } else if (isTransient) {
    yield 'belongs to a transient provider: its instances share one lock.';
  } else if (cron && instances.length > 1) {
    yield (
      `has ${instances.length} instances, because modules register its class differently: the schedule of @TaskCron ` +
      `fires on the first of them only. Register the class once, and export it to the modules that need it.`
    );
  } else if (registrations > 1 && schedule && !cron) {
    yield (
      `is registered ${registrations} times (an alias, or a class in several modules): the scheduler fires each ` +
      `of them in this replica, and the lock lets one run.`
    );
  }
  if (schedule?.gap !== undefined && interval < schedule.gap) {
    yield (
      `has an interval of ${formatDuration(interval)}, but its ticks are at least ${formatDuration(schedule.gap)} ` +
      `apart: the interval is how often the task should run, not how long it takes. Leave it out to take the ` +
      `schedule's.`
    );
  }
}
