// Each entry breaks release-by-force.sql.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'release by force': [
    {
      find: 'AND lock.fence = $2::bigint ',
      replace: '',
      suites: ['postgres-conformance.spec'],
      scenario: 'a release is refused where the run that was seen is not in progress',
    },
    {
      find: 'WHERE ${IS_SEEN} AND (lock.locked_until <= reading.at OR $5::boolean)',
      replace: 'WHERE ${IS_SEEN} AND ($5::boolean OR true)',
      suites: ['postgres-conformance.spec'],
      scenario: 'a lock is released without force only where its lease is over',
    },
    {
      find: '  FOR NO KEY UPDATE OF lock SKIP LOCKED\n',
      replace: '  FOR NO KEY UPDATE OF lock NOWAIT\n',
      suites: ['operator-store.spec'],
      scenario: 'a release is busy, by force and at once, too',
    },
    {
      find: '  SET token = NULL,\n      locked_until',
      replace: '  SET locked_until',
      suites: ['postgres-conformance.spec'],
      scenario: 'a lock that is released by force is free when its lease ends',
    },
    {
      find: 'finished_at = CASE WHEN seen.ends THEN clock_timestamp() END',
      replace: 'finished_at = clock_timestamp()',
      suites: ['postgres-conformance.spec'],
      scenario: 'a lock that is released by force is free when its lease ends',
    },
    {
      find: 'ELSE ${NO_LONGER_RECOVERABLE} END',
      replace: 'ELSE lock.outcome END',
      suites: ['postgres-conformance.spec'],
      scenario: 'the tick of a run whose lock was released is not recovered',
    },
    {
      find: '  FROM released\n  ON CONFLICT',
      replace: '  FROM released WHERE false\n  ON CONFLICT',
      suites: ['postgres-conformance.spec'],
      scenario: 'a lock is released without force only where its lease is over',
    },
    {
      find: "CASE WHEN is_over THEN 'died' ELSE 'lost' END",
      replace: "'died'",
      suites: ['postgres-conformance.spec'],
      scenario: 'a living run whose lock was released is recorded as lost',
    },
    {
      find: "CASE WHEN NOT is_over THEN NULLIF(locked_until, 'infinity') END",
      replace: 'NULL::timestamptz',
      suites: ['postgres-conformance.spec'],
      scenario: 'a living run whose lock was released is recorded as lost',
    },
  ],
};
