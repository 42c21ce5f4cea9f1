// Each entry breaks release.sql.ts in one place: `find` stands there once, and one of the suites must fail with `replace`.
// test/mutants/mutants.mjs says what each field means, test/mutants/run.mjs how they are run.
const POSTGRES = ['claim-rules.spec', 'postgres-conformance.spec'];

module.exports = {
  '6 token-idempotent': [
    { find: 'THEN lock.last_tick - held.step_back', replace: 'THEN lock.last_tick', suites: POSTGRES },
    {
      find: "WHEN held.outcome = 'returned' AND held.kind = 'call' THEN lock.started_at - held.step_back\n",
      replace: 'WHEN false THEN lock.started_at\n',
      suites: POSTGRES,
    },
  ],
  '8 release and renew': [
    {
      find: 'WHERE lock.token = asked.token AND lock.finished_at IS NULL',
      replace: 'WHERE lock.finished_at IS NULL',
      suites: POSTGRES,
    },
    {
      find: 'WHERE lock.token = asked.token AND lock.finished_at IS NULL',
      replace: 'WHERE lock.token = asked.token',
      suites: POSTGRES,
    },
    {
      find: 'WHERE lock.token = asked.token AND lock.finished_at IS NULL',
      replace:
        'WHERE lock.token = asked.token AND lock.finished_at IS NULL AND lock.locked_until > clock_timestamp()',
      suites: POSTGRES,
    },
  ],
  recovery: [
    {
      find: "asked.outcome = 'aborted' AND lock.outcome IN ('recoverable', 'recovering')",
      replace: 'false',
      suites: POSTGRES,
    },
    { find: "OR asked.outcome = 'returned' AND lock.outcome = 'recovering'", replace: '', suites: POSTGRES },
    {
      find: 'requests.some((request) => request.durable)',
      replace: 'requests.every((request) => request.durable)',
      suites: POSTGRES,
    },
    { find: 'WHEN NOT held.durable THEN', replace: 'WHEN true THEN', suites: POSTGRES },
  ],
  '9 durable claim, cheap release': [
    { find: "set_config('synchronous_commit', 'off', true)", replace: "'on'", suites: POSTGRES },
  ],
  '10 poolers': [
    {
      find: "set_config('synchronous_commit', 'off', true)",
      replace: "set_config('synchronous_commit', 'off', false)",
      suites: POSTGRES,
    },
  ],
  '11 batches': [
    { find: 'FOR NO KEY UPDATE OF lock SKIP LOCKED', replace: 'FOR NO KEY UPDATE OF lock', suites: POSTGRES },
  ],
};
