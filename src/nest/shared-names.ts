import { messageOf } from '../common/error-text.js';
import type { LastHolder, LockStore } from '../store/lock-store.js';
import type { Task } from '../tasks/task.js';
import type { ModuleSettings } from '../tasks/settings/module-settings.js';

/** Says which locks another application ran last, or this one before it had a name. */
export async function sharedNameWarnings(
  store: Pick<LockStore, 'lastHolders'>,
  { application }: Pick<ModuleSettings, 'application'>,
  tasks: readonly Task[],
): Promise<string[]> {
  if (!store.lastHolders || tasks.length === 0) return [];
  const names = tasks.flatMap(({ name, declaredName }) => [...new Set([name, declaredName])]);
  try {
    const holders = new Map((await store.lastHolders(names)).map((holder) => [holder.name, holder]));
    return tasks.flatMap((task) => warningsOf(task, holders, application));
  } catch (error) {
    // The locks work without it.
    return [`The last holders of the locks could not be read: ${messageOf(error)}`];
  }
}

function warningsOf(
  { name, declaredName }: Task,
  holders: ReadonlyMap<string, LastHolder>,
  application: string | undefined,
): string[] {
  const own = holders.get(name);
  const other = own && applicationOf(own);
  if (own && other !== undefined && other !== application) {
    return [
      `"${name}" was last run by ${own.heldBy}, a replica of the application "${other}". Two applications share this ` +
        `lock, so each tick runs in one of them only: give both of them an \`application\`, or the task another name.`,
    ];
  }
  const unnamed = holders.get(declaredName);
  if (own || !unnamed || name === declaredName) return [];
  return [
    `"${name}" has not run yet, and ${unnamed.heldBy} ran "${declaredName}" at ${unnamed.startedAt.toISOString()}. A ` +
      `replica without the \`application\` "${application}" uses that lock, so a tick may run once under each of the two ` +
      `names: stop such replicas before the next tick, if they belong to this application.`,
  ];
}

/** The application of a replica, in the id that replicas have by default. An id of the user's own says nothing. */
function applicationOf({ heldBy }: LastHolder): string | undefined {
  return /^([^@]+)@.+:\d+:[0-9a-f]{8}$/.exec(heldBy)?.[1];
}
