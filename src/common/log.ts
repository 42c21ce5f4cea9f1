/** Where the lock writes its log. Nest's `Logger` is one. */
export interface LockLog {
  log(message: string): void;
  debug(message: string): void;
  verbose(message: string): void;
  warn(message: string): void;
  error(message: string, stack?: string): void;
}
