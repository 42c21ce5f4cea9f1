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
      find: 'AND lock.token = asked.token AND lock.finished_at IS NULL${runs',
      replace: 'AND lock.finished_at IS NULL${runs',
      suites: ['postgres-conformance.spec'],
      scenario: 'a stale holder can neither release nor renew',
    },
    {
      find: 'AND lock.token = asked.token AND lock.finished_at IS NULL${runs',
      replace: 'AND lock.token = asked.token${runs',
      suites: ['postgres-conformance.spec'],
      scenario: 'a run is released once',
    },
    {
      find: 'AND lock.token = asked.token AND lock.finished_at IS NULL${runs',
      replace:
        'AND lock.token = asked.token AND lock.finished_at IS NULL AND lock.locked_until > clock_timestamp()${runs',
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
      find: 'WHERE lock.name = asked.name AND lock.token = asked.token AND lock.finished_at IS NULL${runs',
      replace:
        "WHERE lock.name || '' = asked.name AND lock.token = asked.token AND lock.finished_at IS NULL${runs",
      suites: ['thousand-rows.spec'],
      scenario: 'a release and the question why not',
    },
    {
      find: 'FOR NO KEY UPDATE SKIP LOCKED',
      replace: 'FOR NO KEY UPDATE',
      suites: ['claim-rules.spec'],
      scenario: 'a locked row does not delay the others',
    },
  ],
  history: [
    {
      find: " AND outcome <> 'returned'",
      replace: '',
      suites: ['postgres-conformance.spec'],
      scenario: 'a claim that is returned, and a run without facts, leave nothing',
    },
    {
      find: 'fence IS NOT NULL AND',
      replace: '',
      suites: ['postgres-conformance.spec'],
      scenario: 'a claim that is returned, and a run without facts, leave nothing',
    },
    {
      find: 'WHERE lock.token IS DISTINCT FROM asked.token AND',
      replace: 'WHERE',
      suites: ['postgres-conformance.spec'],
      scenario: 'a release sent again adds no record where the first had none',
    },
    {
      find: 'lock.token IS DISTINCT FROM asked.token AND ${IN_TIME}',
      replace: 'lock.token IS DISTINCT FROM asked.token',
      suites: ['operating-costs-no-lock.spec'],
      scenario: 'does not call a run lost that was released meanwhile',
    },
    {
      find: "recorded(runs, `'lost'`, 'gone')",
      replace: "recorded(runs, 'outcome', 'gone')",
      suites: ['postgres-conformance.spec'],
      scenario: 'a run that lost its lock to another one is recorded as lost',
    },
    {
      find: "\n    WHERE run.outcome IN ('died', 'lost')\n)`",
      replace: '\n)`',
      suites: ['postgres-conformance.spec'],
      scenario: 'a release that is sent again leaves the first record as it is',
    },
    {
      find: 'SET outcome = excluded.outcome, finished_at',
      replace: 'SET finished_at',
      suites: ['postgres-conformance.spec'],
      scenario: 'a run that was taken for dead and ends after all is lost',
    },
    {
      find: "runs === undefined ? '' : ` AND ${IN_TIME}`",
      replace: "''",
      suites: ['operating-costs-no-lock.spec'],
      scenario:
        'a statement that waited for a table until its twin was sent does not end a run whose twin was not sent yet',
    },
    {
      find: 'error: storable(error, LONGEST_ERROR)',
      replace: 'error: error ?? null',
      suites: ['operating-costs-no-lock.spec'],
      scenario: 'a long error is cut in the history',
    },
  ],
};
