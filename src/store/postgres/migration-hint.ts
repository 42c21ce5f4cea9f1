import { codeOf, UNDEFINED_COLUMN, UNDEFINED_SCHEMA, UNDEFINED_TABLE } from './errors.js';
import { DEFAULT_TABLE } from './table-name.js';

/** The error of the check at start-up; where the table is missing or old, with the line that adds its migration. */
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
