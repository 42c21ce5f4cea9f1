export type { DurationInput } from './common/duration.js';
export {
  TaskLockHeldError,
  TaskLockLostError,
  TaskLockTimeoutError,
  TaskLockUnavailableError,
} from './lock/errors.js';
export type { LockLossReason } from './lock/errors.js';
export type {
  ClaimSkippedEvent,
  ClockSkewedEvent,
  DatabaseUnavailableEvent,
  LockLostEvent,
  RenewalFailedEvent,
  RunFinishedEvent,
  RunRecoveredEvent,
  RunStartedEvent,
  TaskActionEvent,
  TaskLockEvent,
  TickCaughtUpEvent,
  TickMissedEvent,
} from './lock/events.js';
export { LockStoreUnavailableError } from './common/store-unavailable.error.js';
export type { PreviousRun } from './store/lock-store.js';
export type { Skipped, SkipReason } from './lock/task-claim.js';
export { TaskCron } from './nest/task-cron.decorator.js';
export { TaskLockLeader } from './nest/task-lock-leader.decorator.js';
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
  TaskLockAcquireOptions,
  TaskLockDefinition,
  TaskLockModuleAsyncOptions,
  TaskLockModuleOptions,
  TaskLockOptions,
  TaskLockRunOptions,
  TaskRequestOptions,
  WhenFunction,
} from './tasks/options.js';
export { TaskLockEvents, TaskLockHealthIndicator, TaskLockService } from './nest/service-token.js';
export type { TaskLockHealth, TaskLockHealthDetails } from './nest/task-lock.health.js';
export { currentTaskRun } from './calls/call-context.js';
export type { LeaderCandidate, LeaderMethods, LeaderOptions, LeadOptions } from './calls/leader-candidate.js';
export type { DeposedReason } from './calls/leader-run.js';
export type { AcquiredLock } from './calls/acquired-lock.js';
export type { TaskRun, TaskTransactionOptions } from './calls/task-run.js';
export { TaskLockOperator } from './operate/operator-token.js';
export { TaskLockOperatorError } from './operate/operator-errors.js';
export type { OperatorErrorKind, OperatorProblem } from './operate/operator-errors.js';
export type {
  ActOptions,
  CancelOptions,
  InstantInput,
  OperatorAction,
  PauseOptions,
  ReleaseOptions,
  RunsSearch,
  TaskLockOperatorOptions,
  TaskSearch,
  TicksSearch,
  TriggerOptions,
} from './operate/operator-options.js';
export type {
  ActionState,
  CancelAnswer,
  Explanation,
  NextTick,
  Page,
  PauseAnswer,
  PauseState,
  ReleasedAnswer,
  ResumeAnswer,
  RecentRun,
  RunningState,
  RunState,
  TaskCondition,
  TaskPage,
  TaskState,
  TickFate,
  TickState,
  TriggerState,
} from './operate/operator-types.js';
export type { OverdueTask } from './operate/overdue-tasks.js';
export type { RunOutcome, RunTrigger } from './store/recorded-run.js';
