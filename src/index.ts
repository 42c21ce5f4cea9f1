export type { DurationInput } from './common/duration.js';
export {
  TaskLockHeldError,
  TaskLockLostError,
  TaskLockTimeoutError,
  TaskLockUnavailableError,
} from './lock/errors.js';
export type { LockLossReason } from './lock/errors.js';
export { LockStoreUnavailableError } from './common/store-unavailable.error.js';
export type { PreviousRun } from './store/lock-store.js';
export type { Skipped, SkipReason } from './lock/task-claim.js';
export { TaskCron } from './nest/task-cron.decorator.js';
export { TaskLock } from './nest/task-lock.decorator.js';
export type { TaskLockDecorator } from './nest/task-lock.decorator.js';
export { TaskLockConfigurationError, TaskLockUsageError } from './tasks/errors.js';
export type { TaskLockProblem } from './tasks/errors.js';
export { TaskLockInterceptor } from './calls/task-lock.interceptor.js';
export type { TaskLockResult } from './calls/task-lock.interceptor.js';
export { TaskLockModule } from './nest/task-lock.module.js';
export type {
  Debounce,
  Overlap,
  TaskCronOptions,
  TaskCronSchedule,
  TaskLockDefinition,
  TaskLockModuleAsyncOptions,
  TaskLockModuleOptions,
  TaskLockOptions,
  TaskLockRunOptions,
  TaskRequestOptions,
  WhenFunction,
} from './tasks/options.js';
export { TaskLockService } from './nest/service-token.js';
export { currentTaskRun } from './calls/call-context.js';
export type { TaskRun, TaskTransactionOptions } from './calls/task-run.js';
