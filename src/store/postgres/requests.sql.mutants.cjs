// Each entry breaks requests.sql.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  requests: [
    {
      find: 'DELETE FROM ${table} WHERE name = $1 AND token = $2::uuid',
      replace: 'DELETE FROM ${table} WHERE name = $1 AND $2::uuid IS NOT NULL',
      suites: ['postgres-conformance.spec'],
      scenario: 'what is published during a run stays, and is one more run',
    },
    {
      find: ' AND ($4::timestamptz IS NULL OR requested_at < $4)',
      replace: ' AND ($4::timestamptz IS NULL OR true)',
      suites: ['postgres-conformance.spec'],
      scenario: 'a pick-up with an instant leaves what was published after it',
    },
    {
      find: 'THEN due.the_window',
      replace: 'THEN true',
      suites: ['postgres-conformance.spec'],
      scenario: 'later ones put a debounced run off, until their delay is over',
    },
    {
      find: ' OR attempts > 0)',
      replace: ')',
      suites: ['postgres-conformance.spec'],
      scenario:
        'one that failed runs along with the next that is due: alone it would run later, with older arguments',
    },
    {
      find: 'SET attempts = attempts + 1',
      replace: 'SET attempts = attempts',
      suites: ['postgres-conformance.spec'],
      scenario: 'what a failed run picked up is retried later, and parked in the end',
    },
    {
      find: 'OR lock.finished_at IS NOT NULL OR lock.locked_until <= clock_timestamp())',
      replace: 'OR true)',
      suites: ['postgres-conformance.spec'],
      scenario: 'nothing waits whose lock is held by a run',
    },
    {
      find: 'PARTITION BY request.task ORDER BY',
      replace: 'ORDER BY',
      suites: ['postgres-conformance.spec'],
      scenario: 'a task with many names hides no other task',
    },
    {
      find: 'max(due_at) FILTER (WHERE ${DEBOUNCED}), min(latest_at))`;',
      replace: 'max(due_at) FILTER (WHERE ${DEBOUNCED}))`;',
      suites: ['postgres-conformance.spec'],
      scenario: 'later ones put a debounced run off no longer than the maxDelay of the first',
    },
    {
      find: "THEN set_config('synchronous_commit', 'on', true) END`,",
      replace: 'THEN NULL END`,',
      suites: ['postgres/requests.spec'],
      scenario:
        'a request of its own outlives a crash also where a role commits asynchronously; one in a transaction leaves that as it is',
    },
    {
      find: 'ORDER BY nth\n',
      replace: 'ORDER BY nth DESC\n',
      suites: ['postgres/requests.spec'],
      scenario:
        'what is sent for each request is planned once a connection, and keeps the order of one insert',
    },
    {
      find: 'FROM clock_timestamp() AS reading(at),',
      replace: 'FROM now() AS reading(at),',
      suites: ['postgres/requests.spec'],
      scenario: 'counts its delay from when it is asked, and not from the start of the transaction',
    },
    {
      find: '        AND lock.finished_at IS NULL AND lock.locked_until > clock_timestamp()\n',
      replace: '',
      suites: ['postgres-conformance.spec'],
      scenario: 'a run that has lost its lock picks up nothing',
    },
    {
      find: '  FOR NO KEY UPDATE OF request SKIP LOCKED\n',
      replace: '',
      suites: ['postgres/requests.spec'],
      scenario: 'a request that somebody has locked by hand',
    },
    {
      find: '    error = $4,\n',
      replace: '    token = NULL, error = $4,\n',
      suites: ['postgres-conformance.spec'],
      scenario: 'settling again, since the first answer was lost, has the same answer',
    },
  ],
  pause: [
    {
      find: "\n    AND NOT ${isPaused(control, 'request.task')}`",
      replace: '`',
      suites: ['postgres-conformance.spec'],
      scenario: 'no request of a paused task waits for a run',
    },
  ],
};
