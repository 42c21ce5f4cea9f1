import type { TaskLockDefinition } from './options.js';
import type { CronMetadata } from './schedule/schedule-metadata.js';
import type { Schedule } from './schedule/schedule.js';
import type { CronSettings } from './settings/cron-settings.js';
import type { TaskSettings } from './settings/task-settings.js';

/** A decorated method, with its placeholders resolved and its schedule read. */
export interface Task extends TaskSettings {
  definition: TaskLockDefinition;
  schedule?: Schedule;
  /** What @Cron left on its method. The scheduler keeps the same object, by which the job of the task is found. */
  cronMetadata?: CronMetadata;
  /** The schedule of @TaskCron, with its placeholders resolved. */
  cron?: CronSettings;
}
