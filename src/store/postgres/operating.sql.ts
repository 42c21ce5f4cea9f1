/** Milliseconds after which it is doubted that a statement that also uses a table of operating will be answered. */
export const ANSWERS_WITHIN = 1_000;

/**
 * False in a statement that has waited, as for a lock on a table: it was given up, and its twin has been answered.
 * `now()` is when the statement arrived. Both clocks are the server's own, also where a test moves `clock_timestamp()`.
 */
export const IN_TIME = `pg_catalog.clock_timestamp() < pg_catalog.now() + interval '800 milliseconds'`;

/** Whether a task is paused, by itself or with all others. `task` is an expression. */
export function isPaused(control: string, task: string): string {
  return `EXISTS (SELECT FROM ${control} AS control WHERE control.name IN (${task}, '*') AND control.paused_until > clock_timestamp())`;
}

/** Evaluates the policies of all rows, as claims do of theirs. */
export function pauseProbe(control: string): string {
  return `SELECT count(resumed_at) FROM ${control} WHERE paused_until > clock_timestamp()`;
}

export function cancelProbe(cancels: string): string {
  return `SELECT count(fence), count(by), count(reason) FROM ${cancels}`;
}
