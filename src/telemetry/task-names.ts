import { OTHER } from './attributes.js';

/** How many names of `TaskLockService.run` that no method declares are told apart. */
const MOST_UNDECLARED = 100;

/** The names of tasks as attributes have them: those of declared tasks, and only so many others. */
export class TaskNames {
  private readonly undeclared = new Set<string>();

  of({ name, undeclared }: { name: string; undeclared?: boolean }): string {
    if (!undeclared || this.undeclared.has(name)) return name;
    if (this.undeclared.size >= MOST_UNDECLARED) return OTHER;
    this.undeclared.add(name);
    return name;
  }
}
