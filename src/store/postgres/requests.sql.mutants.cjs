// Each entry breaks requests.sql.ts in one place: `find` stands there once, and one of the suites must fail with `replace`.
// test/mutants/mutants.mjs says what each field means, test/mutants/run.mjs how they are run.
const POSTGRES = ['claim-rules.spec', 'postgres-conformance.spec'];
const REQUESTS = ['integration/requests.spec'];

module.exports = {
  requests: [
    {
      find: 'DELETE FROM ${table} WHERE name = $1 AND token = $2::uuid',
      replace: 'DELETE FROM ${table} WHERE name = $1 AND $2::uuid IS NOT NULL',
      suites: POSTGRES,
    },
    {
      find: ' AND ($4::timestamptz IS NULL OR requested_at < $4)',
      replace: ' AND ($4::timestamptz IS NULL OR true)',
      suites: POSTGRES,
    },
    { find: 'THEN due.the_window', replace: 'THEN true', suites: POSTGRES },
    { find: ' OR attempts > 0)', replace: ')', suites: POSTGRES },
    { find: 'SET attempts = attempts + 1', replace: 'SET attempts = attempts', suites: POSTGRES },
    {
      find: 'OR lock.finished_at IS NOT NULL OR lock.locked_until <= clock_timestamp())',
      replace: 'OR true)',
      suites: POSTGRES,
    },
    { find: 'PARTITION BY request.task ORDER BY', replace: 'ORDER BY', suites: POSTGRES },
    {
      find: 'max(due_at) FILTER (WHERE ${DEBOUNCED}), min(latest_at))`;',
      replace: 'max(due_at) FILTER (WHERE ${DEBOUNCED}))`;',
      suites: POSTGRES,
    },
    {
      find: "THEN set_config('synchronous_commit', 'on', true) END`;",
      replace: 'THEN NULL END`;',
      suites: REQUESTS,
    },
    {
      find: 'FROM clock_timestamp() AS reading(at),',
      replace: 'FROM now() AS reading(at),',
      suites: REQUESTS,
    },
    {
      find: 'AND lock.finished_at IS NULL AND lock.locked_until > clock_timestamp()\n    )',
      replace: ') OR true',
      suites: POSTGRES,
    },
    { find: '  FOR NO KEY UPDATE OF request SKIP LOCKED\n', replace: '', suites: REQUESTS },
    { find: '    error = $4,\n', replace: '    token = NULL, error = $4,\n', suites: POSTGRES },
  ],
};
