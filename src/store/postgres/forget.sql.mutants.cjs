// Each entry breaks forget.sql.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  forget: [
    {
      find: '  SELECT WHERE NOT EXISTS (SELECT FROM current WHERE current.name = $1)\n',
      replace: '  SELECT\n',
      suites: ['postgres-conformance.spec'],
      scenario: 'a task that is declared is not forgotten',
    },
    {
      find: "lock.finished_at < clock_timestamp() - interval '1 hour' AND ",
      replace: '',
      suites: ['postgres-conformance.spec'],
      scenario: 'forgetting leaves a run in progress alone, and a lock whose tick could run again',
    },
    {
      find: 'IN ($1, lock.name))',
      replace: 'IN ($1))',
      suites: ['postgres-conformance.spec'],
      scenario: 'a task that is not declared is forgotten with all that is stored of it',
    },
  ],
};
