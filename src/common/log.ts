/** Where the lock writes its log. Nest's `Logger` is one. */
export interface LockLog {
  debug(message: string): void;
  warn(message: string): void;
  error(message: string, stack?: string): void;
}
