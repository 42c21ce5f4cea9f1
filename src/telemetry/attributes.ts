/** The names of attributes. A key or a replica is none of a metric: there may be any number of them. */
export const TASK_NAME = 'task_lock.task.name';
export const CLAIM_RESULT = 'task_lock.claim.result';
export const RUN_OUTCOME = 'task_lock.run.outcome';
export const RUN_TRIGGER = 'task_lock.run.trigger';
export const RUN_TICK = 'task_lock.run.tick';
export const RUN_FENCE = 'task_lock.run.fence';
export const LOCK_LOSS = 'task_lock.lock.loss';
export const ERROR_TYPE = 'error.type';
export const CODE_FUNCTION_NAME = 'code.function.name';

/** What OpenTelemetry calls a value that is not one of a small set. */
export const OTHER = '_OTHER';
