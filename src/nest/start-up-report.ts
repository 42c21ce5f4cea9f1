import { formatDuration } from '../common/duration.js';
import type { LockStore } from '../store/lock-store.js';
import { PostgresLockStore } from '../store/postgres/postgres-lock-store.js';
import type { Task } from '../tasks/task.js';
import type { TaskScan } from '../tasks/task-scan.js';
import type { TaskLockCore } from './core.js';
import type { SchedulerState } from './scheduler-state.js';

/** What is locked and where, in one line: what a replica says of the lock at the log level of production. */
export async function describeStart(
  { settings, store }: Pick<TaskLockCore, 'settings' | 'store'>,
  { tasks }: Pick<TaskScan, 'tasks'>,
): Promise<string> {
  const count = tasks.size === 1 ? '1 task' : `${tasks.size} tasks`;
  if (!settings.enabled)
    return `Nothing is locked: ${count} of @TaskLock, and TaskLockModule has enabled: false`;
  const where = `in ${await placeOf(store)}, as ${settings.replicaId}`;
  if (tasks.size === 0) return `No task of @TaskLock is found; TaskLockService locks ${where}`;
  return `${count} ${tasks.size === 1 ? 'is' : 'are'} locked ${where}`;
}

/** Where a store keeps its locks: a table, or else the name of its class. */
async function placeOf(store: LockStore): Promise<string> {
  return store instanceof PostgresLockStore ? store.place() : store.constructor.name || 'a store of your own';
}

/** The settings of a task after placeholders and schedule: how an operator sees that a variable took effect. */
export function describeTask({ name, interval, minHold, maxHold, lease }: Task): string {
  const every = interval === undefined ? 'without an interval' : `every ${formatDuration(interval)}`;
  const holds = `minimum hold ${formatDuration(minHold)}, maximum hold ${formatDuration(maxHold)}`;
  return `"${name}" ${every}: ${holds}, lease ${formatDuration(lease)}`;
}

/** What is probably not meant, and does not keep the application from starting. */
export function startUpWarnings({ tasks, warnings }: TaskScan, scheduler: SchedulerState): string[] {
  const scheduled = [...tasks.values()].filter(({ schedule }) => schedule !== undefined);
  const all = [...warnings, ...localZoneWarnings(scheduled)];
  if (scheduled.length > 0 && !scheduler.hasScheduler)
    all.push('ScheduleModule.forRoot() is not imported: no scheduled task will ever run by itself.');
  return all;
}

/** Replicas whose crons have no zone must share one. Where TZ is not set, the machine's own decides. */
function localZoneWarnings(scheduled: readonly Task[]): string[] {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  if (process.env['TZ'] || timeZone === 'UTC') return [];
  const names = scheduled
    .filter(({ schedule }) => schedule?.dependsOnLocalZone)
    .map(({ name }) => `"${name}"`);
  if (names.length === 0) return [];
  return [
    `The ticks of ${names.join(', ')} depend on this machine's time zone (${timeZone}): replicas in other zones ` +
      `would run them at other hours. Give @Cron a timeZone, or set TZ for all replicas.`,
  ];
}
