import { DEPLOYED_WITHIN, GIVEN_UP_AFTER, IN_USE, KEPT_FOR, REFRESHED_AFTER } from '../operator-store.js';
import type { Declaration, DeclaredTask, Definition } from '../operator-store.js';

interface Declared {
  application?: string;
  firstDeclared: number;
  lastDeclared: number;
  declaredBy: string;
  version: string;
}

interface KnownDeclaration extends Declared {
  /** Applications without a name are told apart by it: declarations with a common task are of one. */
  family: string;
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
    const names = tasks.map(({ name }) => name);
    const family = known?.family ?? this.familyOf(application, names) ?? key;
    this.declarations.set(key, { ...by, family, firstDeclared, names, digests });
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
          this.currentSince(other) - this.currentSince(one) ||
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
    const standing = this.standing();
    const holders = [...this.declarations.values()].filter(
      (each) =>
        each.names.includes(name) &&
        each.lastDeclared >= this.now() - (standing.includes(each) ? GIVEN_UP_AFTER : KEPT_FOR),
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
        [...this.declarations.values()].some((newer) => areOfOne(newer, each) && isLater(newer, each)),
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
      isDeclared: this.currentSince({ digest }) > 0,
    };
  }

  /** Since when the newest of the standing declarations lists it, or one that lives beside it for good; 0 if none does. */
  private currentSince({ digest }: Pick<KnownDefinition, 'digest'>): number {
    const standing = this.standing();
    const current = standing.filter(
      (each) =>
        each.digests.includes(digest) &&
        !standing.some(
          (newer) =>
            newer.firstDeclared > each.firstDeclared &&
            areOfOne(newer, each) &&
            each.lastDeclared < newer.firstDeclared + DEPLOYED_WITHIN,
        ),
    );
    return Math.max(0, ...current.map(({ firstDeclared }) => firstDeclared));
  }

  /** That of the last declaration of the same application. */
  private familyOf(application: string | undefined, names: readonly string[]): string | undefined {
    const kin = [...this.declarations.values()].filter(
      (each) =>
        each.application === application &&
        (application !== undefined || each.names.some((name) => names.includes(name))),
    );
    return kin.length > 0 ? newest(kin).family : undefined;
  }

  /** Those that have not lapsed, because none of the same application has had a heartbeat for longer than theirs. */
  private standing(): KnownDeclaration[] {
    const all = [...this.declarations.values()];
    return all.filter((each) => !all.some((later) => isLater(later, each) && areOfOne(later, each)));
  }
}

function areOfOne(one: KnownDeclaration, other: KnownDeclaration): boolean {
  return one.application === other.application && one.family === other.family;
}

function isLater(later: Declared, each: Declared): boolean {
  return later.lastDeclared > each.lastDeclared + IN_USE;
}

/** The last one to have had a heartbeat. */
function newest<T extends Declared>(all: readonly T[]): T {
  return all.reduce((one, other) => (other.lastDeclared >= one.lastDeclared ? other : one));
}
