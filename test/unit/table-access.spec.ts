import { describe, expect, test } from '@jest/globals';
import { accessProblem } from '../../src/store/postgres/access.sql.js';
import type { AccessRow } from '../../src/store/postgres/access.sql.js';

const granted: AccessRow = {
  table_name: 'public.task_lock',
  schema_name: 'public',
  role_name: 'app',
  may_use_schema: 'true',
  missing: null,
  has_row_security: 'false',
  read_only: null,
};

describe('the access of a role to a table', () => {
  test('has no problem where nothing is missing', () =>
    expect(accessProblem(granted, 'lock table')).toBeUndefined());

  test('is answered with all that is missing, and one text that mends it', () => {
    const row: AccessRow = { ...granted, may_use_schema: 'false', missing: 'INSERT, UPDATE' };
    expect(accessProblem(row, 'lock table')).toBe(
      'the role app lacks USAGE on the schema public, and INSERT, UPDATE on the lock table public.task_lock: run ' +
        '`GRANT USAGE ON SCHEMA public TO app; GRANT INSERT, UPDATE ON public.task_lock TO app`',
    );
  });

  test('names a standby as what it is: no setting of a role helps there', () =>
    expect(accessProblem({ ...granted, read_only: 'standby' }, 'lock table')).toBe(
      'the database is a standby, and nothing can be written to the lock table public.task_lock there: give the data ' +
        'source the address of the primary',
    ));
});
