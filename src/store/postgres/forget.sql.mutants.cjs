// Each entry breaks forget.sql.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  forget: [
    {
      find: 'FROM kept WHERE name = $1 ORDER',
      replace: 'FROM kept WHERE false ORDER',
      suites: ['postgres-conformance.spec'],
      scenario: 'a task that is declared is not forgotten',
    },
    {
      find: 'FROM standing\n  WHERE last_declared >=',
      replace: 'FROM declaration\n  WHERE last_declared >=',
      suites: ['postgres-conformance.spec'],
      scenario: 'a task that old code has is not forgotten while a replica may run that code',
    },
    {
      find: 'FROM declaration\n  WHERE last_declared >=',
      replace: 'FROM standing\n  WHERE last_declared >=',
      suites: ['postgres-conformance.spec'],
      scenario: 'no task is forgotten while the replicas that have it come back from an outage',
    },
    {
      find: '\n  WHERE last_declared >= clock_timestamp() - ${interval(GIVEN_UP_AFTER)}',
      replace: '',
      suites: ['postgres-conformance.spec'],
      scenario: 'of two applications without a name one is down',
    },
    {
      find: 'clock_timestamp() - ${interval(GIVEN_UP_AFTER)}',
      replace: "clock_timestamp() - interval '1 hour'",
      suites: ['postgres-conformance.spec'],
      scenario: 'an outage makes no task forgettable',
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
