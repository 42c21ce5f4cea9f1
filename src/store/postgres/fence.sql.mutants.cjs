// Each entry breaks fence.sql.ts in one place: `find` stands there once, and one of the suites must fail with `replace`.
// test/mutants/mutants.mjs says what each field means, test/mutants/run.mjs how they are run.
module.exports = {
  'a transaction of a run commits under its lock or not at all': [
    { find: ' AND token = $2', replace: ' AND $2::uuid IS NOT NULL', suites: ['fenced-transactions.spec'] },
    { find: ' AND locked_until > clock_timestamp()', replace: '', suites: ['fenced-transactions.spec'] },
    { find: ' AND finished_at IS NULL', replace: '', suites: ['fenced-transactions.spec'] },
    { find: '  FOR SHARE\n', replace: '', suites: ['fenced-transactions.spec'] },
    {
      find: "set_config('idle_in_transaction_session_timeout', $3, true)",
      replace: '$3::text',
      suites: ['fenced-transactions.spec'],
    },
  ],
};
