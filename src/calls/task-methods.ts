import type { TaskRegistry } from '../tasks/registry.js';
import type { Task } from '../tasks/task.js';
import type { ScheduledMethod } from '../tasks/task-scan.js';
import { asDirectCall } from './call-context.js';
import { conditionOf } from './task-call.js';
import type { TaskCall } from './task-call.js';

/** A task as it is scheduled now, and the method that the lock can call by itself. */
export interface TaskMethod {
  task: Task;
  method: ScheduledMethod;
}

/** The methods that the lock can call by itself, by the names of their tasks: for requests, and for operators. */
export class TaskMethods {
  private readonly methods = new Map<string, TaskMethod>();

  constructor(private readonly registry: Pick<TaskRegistry, 'current'>) {}

  get names(): string[] {
    return [...this.methods.keys()];
  }

  add(task: Task, method: ScheduledMethod): void {
    this.methods.set(task.name, { task, method });
  }

  find(name: string): TaskMethod | undefined {
    const known = this.methods.get(name);
    return known && { ...known, task: this.registry.current(known.task) };
  }
}

/** The call of a method that nobody waits for who could be thrown at. It takes no tick. */
export function callBySelf({ task, method }: TaskMethod, key: string | undefined): TaskCall {
  const { instance, key: member, declaration } = method;
  return {
    task: { ...task, overlap: 'skip' },
    key,
    tick: { kind: 'call' },
    direct: task.schedule !== undefined,
    method: { type: instance.constructor, key: member, declaration },
    condition: conditionOf(task, instance),
  };
}

/** Calls the method with all the decorators around it. Under a claim of {@link callBySelf} it joins that run. */
export function invokeBySelf({ method }: TaskMethod, args: readonly unknown[]): Promise<unknown> {
  const { instance, key, method: decorated } = method;
  return asDirectCall({ type: instance.constructor, key }, async () =>
    Reflect.apply(decorated, instance, args),
  );
}
