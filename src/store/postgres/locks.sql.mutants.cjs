// Each entry breaks locks.sql.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'locks for the operator': [
    {
      find: "WHERE lock.name = ANY ($1::text[]) AND lock.started_at > '-infinity'`",
      replace: 'WHERE lock.name = ANY ($1::text[])`',
      suites: ['operator-store.spec'],
      scenario: 'the row of a task that has never run is none',
    },
    {
      find: ' AND NOT EXISTS (SELECT FROM ${tables.task} AS task WHERE task.name = lock.name)',
      replace: '',
      suites: ['postgres-conformance.spec'],
      scenario: 'the lock of a task is told, and of one with keys each run in progress or dead',
    },
    {
      find: 'numbered.nth <= ${LOCKS_OF_A_TASK} AND ',
      replace: '',
      suites: ['operator-history.spec'],
      scenario: 'a task with many dead keys tells the newest hundred',
    },
    {
      find: ' AND cancelled.fence = ${lock}.fence',
      replace: '',
      suites: ['postgres-conformance.spec'],
      scenario: 'a run that is cancelled keeps its lock until it is released',
    },
  ],
};
