export type { DurationInput } from './config/duration.js';
export {
  TaskLockHeldError,
  TaskLockLostError,
  TaskLockTimeoutError,
  TaskLockUnavailableError,
} from './lock/lock-errors.js';
export type { LockLossReason } from './lock/lock-errors.js';
export { LockStoreUnavailableError } from './lock/lock-store.js';
export type {
  ClaimAnswer,
  ClaimRequest,
  HeldLockKey,
  LockStore,
  Outcome,
  PreviousRun,
  PurgeRequest,
  ReleaseAnswer,
  ReleaseRequest,
  RenewAnswer,
  RenewRequest,
  TickRequest,
  WantedSignal,
  WonAnswer,
} from './lock/lock-store.js';
export type {
  NewRequest,
  PickedUp,
  RequestRun,
  RequestStore,
  Settled,
  SettledRun,
  UnknownRequests,
  WaitingRequests,
  WaitingSearch,
} from './requests/request-store.js';
export type { Skipped, SkipReason } from './lock/task-claim.js';
export { TaskCron } from './task-lock.cron.js';
export { TaskLock } from './task-lock.decorator.js';
export type { TaskLockDecorator } from './task-lock.decorator.js';
export { TaskLockConfigurationError, TaskLockUsageError } from './task-lock.errors.js';
export type { TaskLockProblem } from './task-lock.errors.js';
export { TaskLockInterceptor } from './task-lock.interceptor.js';
export type { TaskLockResult } from './task-lock.interceptor.js';
export { TaskLockModule } from './task-lock.module.js';
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
} from './task-lock.options.js';
export { TaskLockService } from './task-lock.service.js';
export { currentTaskRun } from './task-run.js';
export type { TaskRun, TaskTransactionOptions } from './task-run.js';
