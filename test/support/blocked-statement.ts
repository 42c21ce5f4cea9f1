import type { TestDatabase } from './database.js';
import { until } from './until.js';

/** Resolves once a statement in this database waits for what another transaction has locked. */
export function blockedStatement(database: TestDatabase): Promise<void> {
  return until(async () => {
    const waiting = await database.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return waiting.length > 0;
  });
}
