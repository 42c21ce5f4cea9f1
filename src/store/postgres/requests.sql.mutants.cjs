// Each entry breaks requests.sql.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  requests: [
    {
      find: 'DELETE FROM ${table} WHERE name = $1 AND token = $2::uuid',
      replace: 'DELETE FROM ${table} WHERE name = $1 AND $2::uuid IS NOT NULL',
      suites: ['postgres-conformance.spec'],
      scenario: 'requests:',
    },
    {
      find: ' AND ($4::timestamptz IS NULL OR requested_at < $4)',
      replace: ' AND ($4::timestamptz IS NULL OR true)',
      suites: ['postgres-conformance.spec'],
      scenario: 'requests:',
    },
    {
      find: 'THEN due.the_window',
      replace: 'THEN true',
      suites: ['postgres-conformance.spec'],
      scenario: 'requests:',
    },
    { find: ' OR attempts > 0)', replace: ')', suites: ['postgres-conformance.spec'], scenario: 'requests:' },
    {
      find: 'SET attempts = attempts + 1',
      replace: 'SET attempts = attempts',
      suites: ['postgres-conformance.spec'],
      scenario: 'requests:',
    },
    {
      find: 'OR lock.finished_at IS NOT NULL OR lock.locked_until <= clock_timestamp())',
      replace: 'OR true)',
      suites: ['postgres-conformance.spec'],
      scenario: 'requests:',
    },
    {
      find: 'PARTITION BY request.task ORDER BY',
      replace: 'ORDER BY',
      suites: ['postgres-conformance.spec'],
      scenario: 'requests:',
    },
    {
      find: 'max(due_at) FILTER (WHERE ${DEBOUNCED}), min(latest_at))`;',
      replace: 'max(due_at) FILTER (WHERE ${DEBOUNCED}))`;',
      suites: ['postgres-conformance.spec'],
      scenario: 'requests:',
    },
    {
      find: "THEN set_config('synchronous_commit', 'on', true) END`;",
      replace: 'THEN NULL END`;',
      suites: ['postgres/requests.spec'],
    },
    {
      find: 'FROM clock_timestamp() AS reading(at),',
      replace: 'FROM now() AS reading(at),',
      suites: ['postgres/requests.spec'],
    },
    {
      find: 'AND lock.finished_at IS NULL AND lock.locked_until > clock_timestamp()\n    )',
      replace: ') OR true',
      suites: ['postgres-conformance.spec'],
      scenario: 'requests:',
    },
    {
      find: '  FOR NO KEY UPDATE OF request SKIP LOCKED\n',
      replace: '',
      suites: ['postgres/requests.spec'],
    },
    {
      find: '    error = $4,\n',
      replace: '    token = NULL, error = $4,\n',
      suites: ['postgres-conformance.spec'],
      scenario: 'requests:',
    },
  ],
};
