import { ACCESS_STATEMENT, accessProblem, accessValues, rowSecurityProblem } from './access.sql.js';
import type { AccessRow, NeededAccess } from './access.sql.js';
import { isDenied } from './errors.js';
import type { StatementRunner } from './statement-runner.js';
import type { TableKind, TablePlace } from './table-name.js';

/** A table whose access is checked. */
export interface CheckedTable extends TablePlace {
  what: TableKind;
  /** By columns, or privileges on the whole table. */
  needed: NeededAccess | readonly string[];
}

/**
 * Answers how the role may use the table, or nothing where there is none.
 *
 * @throws Error with the statements that mend it, where a privilege is missing or nothing can be written
 */
export async function assertAccess(
  runner: StatementRunner,
  { what, needed, ...place }: CheckedTable,
): Promise<AccessRow | undefined> {
  const values = accessValues(place, needed);
  const [access] = await runner.query<AccessRow>({ text: ACCESS_STATEMENT, values });
  const problem = access && accessProblem(access, what);
  if (problem !== undefined) throw new Error(problem);
  return access;
}

/** @throws Error with a policy that mends it, where row-level security is active and `reaches` fails, or answers false */
export async function assertRowsReached(
  access: AccessRow | undefined,
  what: TableKind,
  reaches: () => Promise<boolean>,
): Promise<void> {
  if (access?.has_row_security !== 'true') return;
  let cause: unknown;
  try {
    if (await reaches()) return;
  } catch (error) {
    if (!isDenied(error)) throw error;
    cause = error;
  }
  throw new Error(rowSecurityProblem(access, what), { cause });
}
