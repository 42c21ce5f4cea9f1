/** The module's options as they were given. */
export const MODULE_OPTIONS = Symbol('nestjs-task-lock: module options');
/** The options with their defaults, and everything that is wrong with them. */
export const MODULE_SETTINGS = Symbol('nestjs-task-lock: module settings');
/** The clock of this replica; tests put their own in its place. */
export const LOCK_CLOCK = Symbol.for('nestjs-task-lock: clock');
/** The store that the locks are kept in. All copies of this package share it: a test overrides that of any. */
export const LOCK_STORE = Symbol.for('nestjs-task-lock: store');
/** The parts that lock and run tasks. */
export const TASK_LOCK_CORE = Symbol('nestjs-task-lock: core');
