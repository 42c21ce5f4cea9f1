// Each entry breaks operating-tables.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'operating never costs a lock': [
    {
      find: 'fallback.leaveOut(true);',
      replace: ';',
      suites: ['operating-costs-no-lock.spec'],
      scenario:
        'tables that are missing are one problem that names the migration, and locks work without another word',
    },
    {
      find: 'fallback.leaveOut(false);',
      replace: ';',
      suites: ['operating-costs-no-lock.spec'],
      scenario: 'privileges that are missing are one problem with the GRANT',
    },
    {
      find: '{ yieldsToConflicts: true }',
      replace: '{}',
      suites: ['operating-costs-no-lock.spec'],
      scenario: 'task_lock_run meets a conflict each time',
    },
  ],
};
