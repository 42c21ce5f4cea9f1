// Each entry breaks access.sql.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'privileges are checked at start-up': [
    {
      find: "  DELETE: 'whole table',\n",
      replace: '',
      suites: ['start-up-access.spec'],
      scenario: 'DELETE on the table of requests',
    },
    {
      find: 'has_column_privilege(found.id, attr.attnum, privilege)',
      replace: 'has_table_privilege(found.id, privilege)',
      suites: ['start-up-access.spec'],
      scenario: 'starts and works where it has them by columns',
    },
    {
      find: 'has_column_privilege(found.id, attr.attnum, privilege)',
      replace: 'has_any_column_privilege(found.id, privilege)',
      suites: ['start-up-access.spec'],
      scenario: 'UPDATE on a single column',
    },
    {
      find: 'path.nth IS NOT NULL ELSE',
      replace: 'true ELSE',
      suites: ['start-up-access.spec'],
      scenario: 'is not named where it is not on the search_path: it may be that of another application',
    },
    {
      find: "if (row.may_use_schema === 'false') {",
      replace: 'if (false) {',
      suites: ['start-up-access.spec'],
      scenario: 'is also named where the search_path leads to it, which leaves out what the role may not use',
    },
    {
      find: "if (readOnly === 'setting')",
      replace: 'if (false)',
      suites: ['start-up-access.spec'],
      scenario:
        'a role whose transactions are read-only by default does not start, and the error has the setting',
    },
    {
      find: 'ORDER BY name FOR KEY SHARE',
      replace: '',
      suites: ['start-up-access.spec'],
      scenario: 'that shows rows, and lets nobody change them stops the start, with a policy that mends it',
    },
    {
      find: '  UPDATE ${table} AS lock SET error = lock.error FROM free WHERE lock.name = free.name\n',
      replace: '  SELECT name FROM free\n',
      suites: ['start-up-access.spec'],
      scenario: 'that refuses what is written stops the start, with a policy that mends it',
    },
  ],
};
