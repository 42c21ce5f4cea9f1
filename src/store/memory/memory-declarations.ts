import type { Declaration, DeclaredTask, Definition } from '../operator-store.js';

/** A row stays in use for so long after its last declaration: replicas repeat theirs once a day. Milliseconds. */
const IN_USE = 2 * 86_400_000;
const REFRESHED_AFTER = 86_400_000;

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

  /** Adds what is new, and refreshes what is a day old. */
  declare({ application, tasks, replica, version }: Declaration): void {
    const by = { application, declaredBy: replica, version };
    const names = tasks.map(({ name }) => name);
    this.write(this.names, JSON.stringify([application, version, tasks]), { ...by, names });
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
        isDeclared: this.isDeclared(declared.application, name),
      }));
  }

  /** A task of an application without a name that has none of these. */
  strangerTo(names: readonly string[]): string | undefined {
    const strange = [...this.names.values()].filter(
      (each) =>
        each.application === undefined &&
        this.isInUse(each.lastDeclared) &&
        !each.names.some((name) => names.includes(name)),
    );
    return strange.find((each) => each.names.length > 0)?.names[0];
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

  /** Removes definitions that nobody has declared for so long, where a newer one has taken their place. */
  prune(maxAge: number): number {
    const old = [...this.definitions].filter(
      ([, { task, lastDeclared }]) =>
        lastDeclared < this.now() - maxAge &&
        [...this.definitions.values()].some(
          (newer) => newer.task.name === task.name && newer.lastDeclared > lastDeclared,
        ),
    );
    for (const [key] of old) this.definitions.delete(key);
    return old.length;
  }

  /**
   * By the newest declaration of the application. Applications without a name share the empty one: two of their
   * declarations without a common task do not replace each other.
   */
  private isDeclared(application: string | undefined, name: string): boolean {
    const own = [...this.names.values()].filter((each) => each.application === application);
    const inUse = own.filter(({ lastDeclared }) => this.isInUse(lastDeclared));
    const standing = inUse.length > 0 ? inUse : own;
    return standing.some(
      (each) =>
        each.names.includes(name) &&
        !standing.some(
          (newer) =>
            newer.firstDeclared > each.firstDeclared &&
            (application !== undefined || newer.names.some((other) => each.names.includes(other))),
        ),
    );
  }

  private isInUse(lastDeclared: number): boolean {
    return lastDeclared >= this.now() - IN_USE;
  }

  private write<T extends Declared>(
    rows: Map<string, T>,
    key: string,
    row: Omit<T, 'firstDeclared' | 'lastDeclared'>,
  ): void {
    const now = this.now();
    const known = rows.get(key);
    if (known && known.lastDeclared >= now - REFRESHED_AFTER) return;
    rows.set(key, { ...row, firstDeclared: known?.firstDeclared ?? now, lastDeclared: now } as T);
  }
}

function byFirstDeclared<T extends { firstDeclared: number }>(one: T, other: T): number {
  return one.firstDeclared - other.firstDeclared;
}
