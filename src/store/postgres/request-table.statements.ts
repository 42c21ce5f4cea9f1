import { oneAfterAnother } from './table.statements.js';

/**
 * Makes the table of requests, with the same care for replicas that start at once as the lock table's.
 *
 * `args` is json and not jsonb, which refuses some texts that JavaScript writes. A request whose `latest_at` lies after
 * its `due_at` is one that later ones of its name put off. No column is unique but the id, and nothing refers to another
 * table: an insert never waits for another transaction.
 */
export function createRequestTableStatement(table: string, index: string, lockKey: string): string {
  return `
${oneAfterAnother(lockKey)}
CREATE TABLE IF NOT EXISTS ${table} (
  id           bigint GENERATED ALWAYS AS IDENTITY,
  name         text NOT NULL,
  task         text NOT NULL,
  key          text,
  args         json NOT NULL,
  requested_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  due_at       timestamptz NOT NULL,
  latest_at    timestamptz NOT NULL,
  attempts     integer NOT NULL DEFAULT 0,
  token        uuid,
  parked_at    timestamptz,
  error        text,
  PRIMARY KEY (name, id)
);
CREATE INDEX IF NOT EXISTS ${index} ON ${table} (due_at) WHERE parked_at IS NULL;
COMMENT ON TABLE ${table} IS 'nestjs-task-lock: one row a request for a run soon, removed when the run that picked it up has succeeded. parked_at is set where its attempts are used up.';`;
}

/** Removes the table, with all requests: what a revert of the migration runs. */
export function dropRequestTableStatement(table: string): string {
  return `DROP TABLE IF EXISTS ${table}`;
}
