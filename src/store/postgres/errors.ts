import { messageOf } from '../../common/error-text.js';
import { DEFAULT_TABLE } from './table-name.js';

/**
 * SQLSTATE classes and codes after which the same statement may succeed: connection trouble, shutdown and start-up,
 * exhausted resources, a standby that is read-only until it is promoted, a cancelled statement, a pooler's own errors,
 * and a table that is missing after the start, which somebody is about to bring back.
 */
const TRANSIENT = /^(08...|53...|57...|25006|55P03|58...|XX...|42P01|3F000)$/;

/** Errors of Node's sockets and of pg's own pool, which carry no SQLSTATE. */
const CONNECTION_CODE = /^(ECONN|EPIPE|ETIMEDOUT|EAI_|ENOTFOUND|EHOST|ENET)/;
const CONNECTION_MESSAGE =
  /connection terminated|connection timeout|timeout exceeded|not queryable|client was closed/i;

/** Another transaction came first: 40001 under stricter isolation than read committed, 40P01 a deadlock. */
const CONFLICT = /^40(001|P01)$/;

/** A pooler has moved the session to a connection that does not know the prepared statement (26000), or has it (42P05). */
const NAME_LOST = /^(26000|42P05)$/;

const UNDEFINED_TABLE = '42P01';
const UNDEFINED_COLUMN = '42703';
const UNDEFINED_SCHEMA = '3F000';

/** The SQLSTATE or system code of an error, also of one that TypeORM has wrapped. */
export function codeOf(error: unknown): string | undefined {
  // By shape: an error of another realm (a vm context, as under Jest) is no instance of this one's Error.
  for (let cause = error; typeof cause === 'object' && cause !== null; cause = wrappedIn(cause)) {
    if ('code' in cause && typeof cause.code === 'string') return cause.code;
  }
  return undefined;
}

export function isConflict(error: unknown): boolean {
  return CONFLICT.test(codeOf(error) ?? '');
}

export function isNameLost(error: unknown): boolean {
  return NAME_LOST.test(codeOf(error) ?? '');
}

/**
 * Whether the server said that it did not run the statement. Any other error after the statement was sent leaves that
 * open: pg's `query_timeout`, a broken TLS stream, a logger of the application that throws.
 */
export function isRefusal(error: unknown): boolean {
  const code = codeOf(error) ?? '';
  // EPERM and its like have five letters, too, and come from the socket.
  return /^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]+$/.test(code) && !isTransient(error);
}

/** Whether the same statement may succeed later. */
export function isTransient(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== undefined && (TRANSIENT.test(code) || CONNECTION_CODE.test(code))) return true;
  return CONNECTION_MESSAGE.test(messageOf(error));
}

function wrappedIn(error: object): unknown {
  if ('driverError' in error) return error.driverError;
  return 'cause' in error ? error.cause : undefined;
}

/** The error itself, or if the table is missing or old, one that says which line adds its migration. */
export function withMigrationHint(
  error: unknown,
  { schema, table }: { schema?: string; table: string },
  qualified: string,
  what: 'lock table' | 'table of requests' = 'lock table',
): unknown {
  const code = codeOf(error);
  const missing = code === UNDEFINED_TABLE || code === UNDEFINED_SCHEMA;
  if (!missing && code !== UNDEFINED_COLUMN) return error;
  const place = `{ ${schema === undefined ? '' : `schema: '${schema}', `}table: '${table}' }`;
  const isDefault = table === DEFAULT_TABLE && schema === undefined;
  const migrations = isDefault ? '[...taskLockMigrations]' : `[...taskLockMigrationsFor(${place})]`;
  return new Error(
    `the ${what} ${qualified} ${missing ? 'is missing' : 'was made by an older version'}: add ` +
      `\`migrations: ${migrations}\` from 'nestjs-task-lock/migrations' to the data source and run its migrations`,
    { cause: error },
  );
}
