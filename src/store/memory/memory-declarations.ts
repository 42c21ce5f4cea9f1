import type { Declaration, DeclaredTask, Definition } from '../operator-store.js';

/** A row stays in use for so long after its last declaration: replicas repeat theirs once a day. Milliseconds. */
const IN_USE = 2 * 86_400_000;

interface Declared {
  application?: string;
  firstDeclared: number;
  lastDeclared: number;
  declaredBy: string;
  version: string;
}

interface DeclaredNames extends Declared {
  names: readonly string[];
}

interface DeclaredDefinition extends Declared {
  task: DeclaredTask;
}

/** What replicas have declared: each definition of a task, and the names of all tasks of an application, once. */
export class InMemoryDeclarations {
  private readonly names = new Map<string, DeclaredNames>();
  private readonly definitions = new Map<string, DeclaredDefinition>();

  constructor(private readonly now: () => number) {}

  declare({ application, tasks, replica, version }: Declaration): void {
    const by = { application, declaredBy: replica, version };
    const names = tasks.map(({ name }) => name).sort();
    this.write(this.names, JSON.stringify([application, tasks]), { ...by, names });
    for (const task of tasks)
      this.write(this.definitions, JSON.stringify([application, task]), { ...by, task });
  }

  /** Every definition of a task, the one that was declared first of all first. */
  of(name: string): Definition[] {
    return [...this.definitions.values()]
      .filter(({ task }) => task.name === name)
      .sort(byFirstDeclared)
      .map(({ task, ...declared }) => ({
        ...task,
        ...declared,
        firstDeclared: new Date(declared.firstDeclared),
        lastDeclared: new Date(declared.lastDeclared),
        isDeclared: this.newest(declared.application)?.names.includes(name) ?? false,
      }));
  }

  /** The newest of those in use, or the newest at all. */
  current(name: string): Definition | undefined {
    const all = this.of(name);
    return all.filter(({ lastDeclared }) => this.isInUse(lastDeclared.getTime())).at(-1) ?? all.at(-1);
  }

  all(): string[] {
    return [...this.definitions.values()].map(({ task }) => task.name);
  }

  /** Resolves to how many it removed. */
  forget(name: string): number {
    const forgotten = [...this.definitions].filter(([, { task }]) => task.name === name);
    for (const [key] of forgotten) this.definitions.delete(key);
    return forgotten.length;
  }

  private newest(application: string | undefined): DeclaredNames | undefined {
    const own = [...this.names.values()]
      .filter((each) => each.application === application)
      .sort(byFirstDeclared);
    return own.filter(({ lastDeclared }) => this.isInUse(lastDeclared)).at(-1) ?? own.at(-1);
  }

  private isInUse(lastDeclared: number): boolean {
    return lastDeclared > this.now() - IN_USE;
  }

  private write<T extends Declared>(
    rows: Map<string, T>,
    key: string,
    row: Omit<T, 'firstDeclared' | 'lastDeclared'>,
  ): void {
    const now = this.now();
    rows.set(key, { ...row, firstDeclared: rows.get(key)?.firstDeclared ?? now, lastDeclared: now } as T);
  }
}

function byFirstDeclared<T extends { firstDeclared: number }>(one: T, other: T): number {
  return one.firstDeclared - other.firstDeclared;
}
