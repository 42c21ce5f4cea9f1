// Each entry breaks fence.sql.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'a transaction of a run commits under its lock or not at all': [
    {
      find: ' AND token = $2',
      replace: ' AND $2::uuid IS NOT NULL',
      suites: ['fenced-transactions.spec'],
      scenario: 'is rolled back where another replica has taken the lock, and the run is told',
    },
    {
      find: ' AND locked_until > clock_timestamp()',
      replace: '',
      suites: ['fenced-transactions.spec'],
      scenario: "is rolled back where the lease is over by the database's clock, also if nobody has taken it",
    },
    {
      find: ' AND finished_at IS NULL',
      replace: '',
      suites: ['fenced-transactions.spec'],
      scenario: 'is rolled back where the run is over before it ends',
    },
    {
      find: '  FOR SHARE\n',
      replace: '',
      suites: ['fenced-transactions.spec'],
      scenario: 'at a stricter level fails with 40001 where the lease was renewed meanwhile',
    },
    {
      find: "set_config('idle_in_transaction_session_timeout', $3, true)",
      replace: '$3::text',
      suites: ['fenced-transactions.spec'],
      scenario: 'a holder that is paused is disconnected, and the task is free again',
    },
  ],
};
