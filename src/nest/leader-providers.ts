import type { LeaderMethods } from '../calls/leader-candidate.js';
import type { TaskCall } from '../calls/task-call.js';
import type { DeclaredTask } from '../store/operator-store.js';
import { classNameOf, memberOf } from '../tasks/declaration.js';
import { declaredTaskOf } from '../tasks/declared-task.js';
import { TaskLockConfigurationError } from '../tasks/errors.js';
import type { TaskLockProblem } from '../tasks/errors.js';
import type { LeaderDeclaration } from '../tasks/leader-declaration.js';
import type { TaskLockCore } from './core.js';

/** A provider of a class with `@TaskLockLeader`. */
export interface DiscoveredLeader {
  instance: object;
  declaration: LeaderDeclaration;
  /** Whether it is made once: not for each request, nor for each class that injects it. */
  isSingleton: boolean;
}

/** A leader that is right, and begins when the application has started. */
export interface LeaderProvider {
  call: TaskCall;
  methods: LeaderMethods;
  member: string;
}

const METHODS = ['onElected', 'onDeposed'] as const satisfies (keyof LeaderMethods)[];

/** Reads the leaders of an application, and everything that is wrong with them. Its tasks must be known by then. */
export function readLeaders(
  discovered: readonly DiscoveredLeader[],
  { leaders }: Pick<TaskLockCore, 'leaders'>,
): { providers: LeaderProvider[]; problems: TaskLockProblem[] } {
  const providers: LeaderProvider[] = [];
  const problems: TaskLockProblem[] = [];
  for (const { instance, declaration, isSingleton } of discovered) {
    const where = classNameOf(instance);
    const { name, options } = declaration;
    if (!isSingleton)
      problems.push({
        where,
        message:
          'has @TaskLockLeader, and is made anew for each request or for each class that injects it: make it a singleton, ' +
          'with dependencies that are singletons',
      });
    for (const method of METHODS) {
      if (typeof Reflect.get(instance, method) === 'function') continue;
      problems.push({
        where: memberOf(instance, method),
        message: `is missing, which @TaskLockLeader calls: write it as a method, \`async ${method}() {}\``,
      });
    }
    try {
      const call = leaders.describe(name, options, where);
      const owner = providers.find((other) => other.call.task.name === call.task.name);
      if (owner)
        problems.push({
          where,
          option: 'name',
          message: `'${name}' is the name of ${owner.member} already: a leader needs a name of its own`,
        });
      providers.push({ call, methods: instance as LeaderMethods, member: where });
    } catch (error) {
      if (!(error instanceof TaskLockConfigurationError)) throw error;
      problems.push(...error.problems);
    }
  }
  return { providers, problems };
}

/** What operators see of them. There is no method that a trigger could run. */
export function declaredLeaders(providers: readonly LeaderProvider[]): DeclaredTask[] {
  return providers.map(({ call, member }) =>
    declaredTaskOf(call.task, { member, isFired: true }, { operatorPolling: Infinity }),
  );
}
