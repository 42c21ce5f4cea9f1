// Each entry breaks doctor.sql.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'the doctor finds what it lists': [
    {
      find: 'OR EXISTS (SELECT FROM pg_catalog.pg_depend AS dep',
      replace: 'OR false AND EXISTS (SELECT FROM pg_catalog.pg_depend AS dep',
      suites: ['doctor.spec'],
      scenario: 'CREATE INDEX extra ON task_lock (lower(locked_by))',
    },
    {
      find: "pid <> pg_backend_pid()\n  AND (query = '<insufficient privilege>'\n       OR ",
      replace: 'pid <> pg_backend_pid()\n  AND (',
      suites: ['doctor.spec'],
      scenario: 'that the role may not see are told as unknown',
    },
    {
      find: ' AND xact_start < clock_timestamp() - $1::float8',
      replace: ' OR xact_start < clock_timestamp() - $1::float8',
      suites: ['doctor.spec'],
      scenario: 'that are long are found, and ended by the statement',
    },
    {
      find: 'SELECT quote_literal(gid) AS gid',
      replace: 'SELECT gid',
      suites: ['doctor.spec'],
      scenario: 'that were prepared and forgotten are found',
    },
  ],
};
