// Each entry breaks release.sql.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  '6 token-idempotent': [
    {
      find: 'THEN lock.last_tick - held.step_back',
      replace: 'THEN lock.last_tick',
      suites: ['postgres-conformance.spec'],
      scenario: 'a returned tick can be claimed again, and none before it',
    },
    {
      find: "WHEN held.outcome = 'returned' AND held.kind = 'call' THEN lock.started_at - held.step_back\n",
      replace: 'WHEN false THEN lock.started_at\n',
      suites: ['postgres-conformance.spec'],
      scenario: 'a returned call and a returned kept tick can be claimed again',
    },
  ],
  '8 release and renew': [
    {
      find: 'WHERE lock.token = asked.token AND lock.finished_at IS NULL',
      replace: 'WHERE lock.finished_at IS NULL',
      suites: ['postgres-conformance.spec'],
      scenario: 'a stale holder can neither release nor renew',
    },
    {
      find: 'WHERE lock.token = asked.token AND lock.finished_at IS NULL',
      replace: 'WHERE lock.token = asked.token',
      suites: ['postgres-conformance.spec'],
      scenario: 'a run is released once',
    },
    {
      find: 'WHERE lock.token = asked.token AND lock.finished_at IS NULL',
      replace:
        'WHERE lock.token = asked.token AND lock.finished_at IS NULL AND lock.locked_until > clock_timestamp()',
      suites: ['postgres-conformance.spec'],
      scenario: 'a release after the lease still records how the run ended',
    },
  ],
  recovery: [
    {
      find: "asked.outcome = 'aborted' AND lock.outcome IN ('recoverable', 'recovering')",
      replace: 'false',
      suites: ['postgres-conformance.spec'],
      scenario: 'the tick of a run that a shutdown aborted can be recovered at once, however often',
    },
    {
      find: "OR asked.outcome = 'returned' AND lock.outcome = 'recovering'",
      replace: '',
      suites: ['postgres-conformance.spec'],
      scenario: 'a recovery that is returned can be claimed again',
    },
    {
      find: 'requests.some((request) => request.durable)',
      replace: 'requests.every((request) => request.durable)',
      suites: ['claim-rules.spec'],
      scenario: 'a release that must be durable commits synchronously, and with it all of its batch',
    },
    {
      find: 'WHEN NOT held.durable THEN',
      replace: 'WHEN true THEN',
      suites: ['claim-rules.spec'],
      scenario: 'a release that must be durable commits synchronously',
    },
  ],
  '9 durable claim, cheap release': [
    {
      find: "set_config('synchronous_commit', 'off', true)",
      replace: "'on'",
      suites: ['claim-rules.spec'],
      scenario: 'a claim commits synchronously also where the role does not, and a release need not',
    },
  ],
  '10 poolers': [
    {
      find: "set_config('synchronous_commit', 'off', true)",
      replace: "set_config('synchronous_commit', 'off', false)",
      suites: ['claim-rules.spec'],
      scenario: 'nothing is left in the session but prepared statements: no setting, no advisory lock',
    },
  ],
  '11 batches': [
    {
      find: 'FOR NO KEY UPDATE OF lock SKIP LOCKED',
      replace: 'FOR NO KEY UPDATE OF lock',
      suites: ['claim-rules.spec'],
      scenario: 'a locked row does not delay the others',
    },
  ],
};
