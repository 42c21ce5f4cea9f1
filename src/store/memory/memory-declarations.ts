import { GIVEN_UP_AFTER, IN_USE, REFRESHED_AFTER } from '../operator-store.js';
import type { Declaration, DeclaredTask, Definition } from '../operator-store.js';

interface Declared {
  application?: string;
  firstDeclared: number;
  lastDeclared: number;
  declaredBy: string;
  version: string;
}

interface KnownDeclaration extends Declared {
  names: readonly string[];
  /** The keys of its definitions. */
  digests: readonly string[];
}

interface KnownDefinition extends Declared {
  digest: string;
  task: DeclaredTask;
}

/** What replicas have declared: each definition of a task, and which of them are all tasks of an application, once. */
export class InMemoryDeclarations {
  private readonly declarations = new Map<string, KnownDeclaration>();
  private readonly definitions = new Map<string, KnownDefinition>();

  constructor(private readonly now: () => number) {}

  /** Adds what is new, and the heartbeat of the declaration if it is due. */
  declare({ application, tasks, replica, version }: Declaration): void {
    const now = this.now();
    const by = { application, declaredBy: replica, version, firstDeclared: now, lastDeclared: now };
    const digests = tasks.map((task) => JSON.stringify([application, task]));
    tasks.forEach((task, nth) => {
      const digest = digests[nth]!;
      if (!this.definitions.has(digest)) this.definitions.set(digest, { ...by, digest, task });
    });
    const key = JSON.stringify([application, version, tasks]);
    const known = this.declarations.get(key);
    if (known && known.lastDeclared >= now - REFRESHED_AFTER) return;
    const { firstDeclared } = known ?? by;
    this.declarations.set(key, { ...by, firstDeclared, names: tasks.map(({ name }) => name), digests });
  }

  /** The definitions of a task, once for each declaration that lists them, the newest last. */
  of(name: string): Definition[] {
    return this.definitionsOf(name)
      .flatMap((known) => this.seen(known).map((seen) => this.definition(known, seen)))
      .sort((one, other) => one.firstDeclared.getTime() - other.firstDeclared.getTime());
  }

  /** A task of an application without a name that has none of these. */
  strangerTo(names: readonly string[]): string | undefined {
    const strange = [...this.declarations.values()].filter(
      (each) =>
        each.application === undefined &&
        each.lastDeclared >= this.now() - IN_USE &&
        !each.names.some((name) => names.includes(name)),
    );
    return strange.find((each) => each.names.length > 0)?.names[0];
  }

  /** The one that a current declaration lists, or the one that was declared last. */
  current(name: string): Definition | undefined {
    const [known] = this.definitionsOf(name)
      .map((each) => ({ ...each, lastDeclared: newest(this.seen(each)).lastDeclared }))
      .sort(
        (one, other) =>
          Number(this.isCurrent(other)) - Number(this.isCurrent(one)) ||
          other.lastDeclared - one.lastDeclared ||
          other.firstDeclared - one.firstDeclared,
      );
    if (!known) return undefined;
    return this.definition(known, { ...newest(this.seen(known)), firstDeclared: known.firstDeclared });
  }

  all(): string[] {
    return [...this.definitions.values()].map(({ task }) => task.name);
  }

  /** The declaration that keeps a task from being forgotten, if one does. */
  holderOf(name: string): Declared | undefined {
    const holders = this.standing().filter(
      ({ names, lastDeclared }) => names.includes(name) && lastDeclared >= this.now() - GIVEN_UP_AFTER,
    );
    return holders.length > 0 ? newest(holders) : undefined;
  }

  /** Resolves to how many it removed. */
  forget(name: string): number {
    const forgotten = this.definitionsOf(name);
    for (const { digest } of forgotten) this.definitions.delete(digest);
    return forgotten.length;
  }

  /** Removes old declarations, and definitions that none lists, where a newer one has taken their place. */
  prune(maxAge: number): number {
    const isOld = ({ lastDeclared }: Declared): boolean => lastDeclared < this.now() - maxAge;
    const listed = new Set([...this.declarations.values()].flatMap(({ digests }) => digests));
    const declarations = [...this.declarations].filter(
      ([, each]) =>
        isOld(each) &&
        [...this.declarations.values()].some(
          (newer) => newer.application === each.application && isLater(newer, each),
        ),
    );
    const definitions = [...this.definitions.values()].filter(
      (each) =>
        isOld(each) &&
        !listed.has(each.digest) &&
        this.definitionsOf(each.task.name).some(
          (newer) =>
            newer.application === each.application && (isLater(newer, each) || listed.has(newer.digest)),
        ),
    );
    for (const [key] of declarations) this.declarations.delete(key);
    for (const { digest } of definitions) this.definitions.delete(digest);
    return declarations.length + definitions.length;
  }

  private definitionsOf(name: string): KnownDefinition[] {
    return [...this.definitions.values()].filter(({ task }) => task.name === name);
  }

  /** A definition as it was added, and as each declaration that lists it was declared. */
  private seen(known: KnownDefinition): Declared[] {
    const listing = [...this.declarations.values()].filter(({ digests }) => digests.includes(known.digest));
    return [known, ...listing];
  }

  private definition(
    { task, application, digest }: KnownDefinition,
    { declaredBy, version, firstDeclared, lastDeclared }: Declared,
  ): Definition {
    return {
      ...task,
      application,
      declaredBy,
      version,
      firstDeclared: new Date(firstDeclared),
      lastDeclared: new Date(lastDeclared),
      isDeclared: this.isCurrent({ digest }),
    };
  }

  /** Whether the newest of the standing declarations lists it. */
  private isCurrent({ digest }: Pick<KnownDefinition, 'digest'>): boolean {
    const standing = this.standing();
    return standing.some(
      (each) =>
        each.digests.includes(digest) &&
        !standing.some((newer) => newer.firstDeclared > each.firstDeclared && areOfOne(newer, each)),
    );
  }

  /** Those that have not lapsed, because none of the same application has had a heartbeat for longer than theirs. */
  private standing(): KnownDeclaration[] {
    const all = [...this.declarations.values()];
    return all.filter((each) => !all.some((later) => isLater(later, each) && areOfOne(later, each)));
  }
}

/** Applications without a name share the empty one, and are told apart by their tasks. */
function areOfOne(one: KnownDeclaration, other: KnownDeclaration): boolean {
  if (one.application !== other.application) return false;
  return one.application !== undefined || one.names.some((name) => other.names.includes(name));
}

function isLater(later: Declared, each: Declared): boolean {
  return later.lastDeclared > each.lastDeclared + IN_USE;
}

/** The last one to have had a heartbeat. */
function newest<T extends Declared>(all: readonly T[]): T {
  return all.reduce((one, other) => (other.lastDeclared >= one.lastDeclared ? other : one));
}
