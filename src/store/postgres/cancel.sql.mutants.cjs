// Each entry breaks cancel.sql.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  cancel: [
    {
      find: 'AND lock.token IS NOT NULL`',
      replace: '`',
      suites: ['postgres-conformance.spec'],
      scenario: 'a lock that is released by force is free when its lease ends',
    },
    {
      find: 'AND lock.fence = $2::bigint AND lock.finished_at IS NULL\n',
      replace: 'AND lock.finished_at IS NULL\n',
      suites: ['postgres-conformance.spec'],
      scenario: 'a cancel is refused where the run that was seen is not in progress',
    },
    {
      find: '    AND lock.locked_until > clock_timestamp() ',
      replace: '    ',
      suites: ['postgres-conformance.spec'],
      scenario: 'a cancel is refused where the run that was seen is not in progress',
    },
    {
      find: '  FOR NO KEY UPDATE SKIP LOCKED\n',
      replace: '  FOR NO KEY UPDATE NOWAIT\n',
      suites: ['operator-store.spec'],
      scenario: 'a cancel is busy, changes nothing, and works once that has ended',
    },
    {
      find: '  FOR NO KEY UPDATE OF request SKIP LOCKED\n',
      replace: '  FOR NO KEY UPDATE OF request NOWAIT\n',
      suites: ['operator-store.spec'],
      scenario: 'a request that somebody has locked by hand does not hold up a cancel',
    },
    {
      find: "WHEN 'recoverable' THEN 'tick' ",
      replace: '',
      suites: ['postgres-conformance.spec'],
      scenario: 'the tick of a run that was cancelled is not recovered',
    },
    {
      find: 'SET attempts = ${EXHAUSTED}, error',
      replace: 'SET error',
      suites: ['postgres-conformance.spec'],
      scenario: 'the requests of a run that was cancelled are parked',
    },
    {
      find: "FROM judged WHERE answer <> 'busy'",
      replace: 'FROM judged',
      suites: ['operator-store.spec'],
      scenario: 'a cancel is busy, changes nothing, and works once that has ended',
    },
  ],
};
