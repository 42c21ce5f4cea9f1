/** What Sentry's `@SentryCron` calls. A bundle that minifies ES modules hides the name, and then nothing is said. */
const MONITOR = /\bwithMonitor\b/;

/**
 * Whether a monitor of check-ins stands above `@TaskLock`. The proxy of `@TaskLock` shows no source, so a monitor below
 * it is not seen.
 */
export function isMonitored(method: unknown): boolean {
  return typeof method === 'function' && MONITOR.test(Function.prototype.toString.call(method));
}
