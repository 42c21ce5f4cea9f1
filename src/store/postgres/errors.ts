import { LockStoreUnavailableError } from '../../common/store-unavailable.error.js';
import { DEFAULT_TABLE, LOCK_TABLE } from './table-name.js';
import type { TableKind } from './table-name.js';

/**
 * What the server refuses for good, by the class of its SQLSTATE: only values can be at fault, because the texts of our
 * statements are fixed. Everything else is repeated, also an error that nobody knows yet. It lies in the server, on the
 * way to it, or in the state of the tables, which somebody may mend while the claim or release is still of use.
 */
const REFUSED_FOR_GOOD = [
  '22', // data: a text or a number that Postgres cannot keep
  '23', // a constraint that somebody has put on the table
  '44', // the check option of a view that stands in the table's place
  '54', // a limit: a row, or an entry of an index, that is too long
  'P0', // an exception that a trigger on the table raises
];

/**
 * What the server says instead of running a statement, or having rolled it back. Repeated, and nothing has happened:
 * there is no win to be returned.
 */
const WITHOUT_EFFECT = [
  '0A', // a cached plan, or a feature that the table as it is now would need
  '25', // a standby that is read-only until it is promoted; a connection in a transaction that has failed
  '26', // a pooler has lost the prepared statement
  '28', // a password or pg_hba.conf that changed; some poolers check only now
  '3D', // the database is gone, and somebody restores it
  '3F', // the schema likewise
  '42', // a table, column, type or privilege that is missing after the start
];

/** Another transaction came first: 40001 under stricter isolation than read committed, 40P01 a deadlock. */
const CONFLICT = /^40(001|P01)$/;

/** A pooler has moved the session to a connection that does not know the prepared statement (26000), or has it (42P05). */
const NAME_LOST = /^(26000|42P05)$/;

/** The table has changed under a prepared statement: 'cached plan must not change result type'. */
const PLAN_OUTDATED = '0A000';

const UNDEFINED_TABLE = '42P01';
const UNDEFINED_COLUMN = '42703';
const UNDEFINED_SCHEMA = '3F000';
const INSUFFICIENT_PRIVILEGE = '42501';

/** An error may be its own cause. */
const DEEPEST_CAUSE = 10;

/** The SQLSTATE or system code of an error, also of one that TypeORM has wrapped. */
export function codeOf(error: unknown): string | undefined {
  // By shape: an error of another realm (a vm context, as under Jest) is no instance of this one's Error.
  let cause = error;
  for (let depth = 0; depth < DEEPEST_CAUSE && typeof cause === 'object' && cause !== null; depth++) {
    if ('code' in cause && typeof cause.code === 'string') return cause.code;
    cause = wrappedIn(cause);
  }
  return undefined;
}

export function isConflict(error: unknown): boolean {
  return CONFLICT.test(codeOf(error) ?? '');
}

/** A table, a column or the schema is missing: a migration has not run. */
export function isTableMissing(error: unknown): boolean {
  return [UNDEFINED_TABLE, UNDEFINED_COLUMN, UNDEFINED_SCHEMA].includes(codeOf(error) ?? '');
}

/** A privilege is missing, or a policy of row-level security refuses a row. */
export function isDenied(error: unknown): boolean {
  return codeOf(error) === INSUFFICIENT_PRIVILEGE;
}

export function isNameLost(error: unknown): boolean {
  return NAME_LOST.test(codeOf(error) ?? '');
}

/** Whether planning the statement anew may help. Other features that are missing have this code, too. */
export function mayBeOutdatedPlan(error: unknown): boolean {
  return codeOf(error) === PLAN_OUTDATED;
}

/** What says nothing of a table: the connection, the server, or another transaction was in the way. */
const NOT_OF_A_TABLE = ['08', '25', '26', '28', '3D', '40', '57P'];
const TOO_MANY_CONNECTIONS = '53300';
/** What pg says where the application has set a `query_timeout`. */
const QUERY_TIMEOUT = 'Query read timeout';

/** Whether a table that a statement uses may have failed it: it is missing, forbidden, locked, full or broken. */
export function mayComeFromTable(error: unknown): boolean {
  const code = codeOf(error) ?? '';
  if (code === '') return error instanceof Error && error.message === QUERY_TIMEOUT;
  return (
    isSqlState(code) && code !== TOO_MANY_CONNECTIONS && !NOT_OF_A_TABLE.some((one) => code.startsWith(one))
  );
}

/** Whether a timeout of the server or of pg has ended a statement: its table may be slow, or all is. */
export function isTimeout(error: unknown): boolean {
  return codeOf(error) === '57014' || (error instanceof Error && error.message === QUERY_TIMEOUT);
}

export function isMissingTable(error: unknown): boolean {
  return codeOf(error) === UNDEFINED_TABLE;
}

/** Whether the same statement with the same values can never succeed. */
export function isRefusedForGood(error: unknown): boolean {
  return isOfClass(REFUSED_FOR_GOOD, error);
}

/**
 * Whether the server said that the statement has changed nothing. Any other error after it was sent leaves that open:
 * pg's `query_timeout`, a broken TLS stream, a server that shuts down, a logger of the application that throws.
 */
export function isWithoutEffect(error: unknown): boolean {
  return isConflict(error) || isOfClass(WITHOUT_EFFECT, error);
}

/** A code of the system, such as EPERM, may have five letters, too: none begins with one of these classes. */
function isOfClass(classes: readonly string[], error: unknown): boolean {
  const code = codeOf(error) ?? '';
  return isSqlState(code) && classes.includes(code.slice(0, 2));
}

function isSqlState(code: string): boolean {
  return /^[0-9A-Z]{5}$/.test(code);
}

function wrappedIn(error: object): unknown {
  if ('driverError' in error && error.driverError) return error.driverError;
  return 'cause' in error ? error.cause : undefined;
}

/** The error itself, or if the table is missing or old, one that says which line adds its migration. */
export function withMigrationHint(
  error: unknown,
  { schema, table }: { schema?: string; table: string },
  qualified: string,
  what: TableKind = LOCK_TABLE,
): unknown {
  const code = codeOf(error);
  if (!isTableMissing(error)) return error;
  const missing = code !== UNDEFINED_COLUMN;
  const message = `the ${what} ${qualified} ${missing ? 'is missing' : 'was made by an older version'}: ${migrationHint({ schema, table })}`;
  // Still one that is repeated: somebody may bring the table back while the end of a run is recorded.
  if (error instanceof LockStoreUnavailableError)
    return new LockStoreUnavailableError(message, error.sent, { cause: error });
  return new Error(message, { cause: error });
}

/** How to add the tables of this package to a data source. */
export function migrationHint({ schema, table }: { schema?: string; table: string }): string {
  const place = `{ ${schema === undefined ? '' : `schema: '${schema}', `}table: '${table}' }`;
  const isDefault = table === DEFAULT_TABLE && schema === undefined;
  const migrations = isDefault ? '[...taskLockMigrations]' : `[...taskLockMigrationsFor(${place})]`;
  return `add \`migrations: ${migrations}\` from 'nestjs-task-lock/migrations' to the data source and run its migrations`;
}
