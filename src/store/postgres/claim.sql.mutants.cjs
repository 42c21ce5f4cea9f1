// Each entry breaks claim.sql.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  '1 atomic, no waiting': [
    {
      find: 'FOR NO KEY UPDATE OF lock SKIP LOCKED',
      replace: 'FOR NO KEY UPDATE OF lock',
      suites: ['claim-rules.spec'],
      scenario: 'a claim of a row that another transaction has locked is answered at once',
    },
    {
      find: 'FOR NO KEY UPDATE OF lock SKIP LOCKED',
      replace: '',
      suites: ['claim-rules.spec'],
      scenario: 'a claim of a row that another transaction has locked is answered at once',
    },
    {
      find: "'lock.finished_at IS NOT NULL'",
      replace: "'true'",
      suites: ['postgres-conformance.spec'],
      scenario: 'a minimum hold of nothing does not let a second run begin beside the first',
    },
    {
      find: "'lock.finished_at IS NULL AND lock.locked_until <= clock_timestamp()'",
      replace: "'lock.finished_at IS NULL'",
      suites: ['postgres-conformance.spec', 'claim-rules.spec'],
    },
    {
      find: "  SET locked_until = clock_timestamp() + free.lease_ms * interval '1 millisecond',\n      started_at",
      replace: '  SET locked_until = clock_timestamp(),\n      started_at',
      suites: ['postgres-conformance.spec'],
      scenario: 'a first claim wins, makes the row, and says what it took',
    },
  ],
  '2 the clock, and a transaction of its own': [
    {
      find: 'lock.locked_until <= clock_timestamp()',
      replace: 'lock.locked_until <= now()',
      suites: ['postgres-conformance.spec'],
      scenario: 'a lease that is over can be claimed by another replica',
    },
    {
      find: 'SET locked_until = clock_timestamp() + free.lease_ms',
      replace: 'SET locked_until = now() + free.lease_ms',
      suites: ['postgres-conformance.spec'],
      scenario: 'a lease that is over can be claimed by another replica',
    },
  ],
  '5 answers': [
    {
      find: "${epoch('COALESCE(won.locked_until, lock.locked_until)')} AS until",
      replace: "${epoch('won.locked_until')} AS until",
      suites: ['postgres-conformance.spec'],
      scenario: 'a claim of a running task is refused, and is told who holds it and until when',
    },
  ],
  '6 token-idempotent': [
    {
      find: 'lock.token = asked.token AS mine',
      replace: 'false AS mine',
      suites: ['postgres-conformance.spec'],
      scenario: 'a repeated attempt with the same token is the same claim',
    },
    {
      find: '    AND lock.token IS DISTINCT FROM asked.token\n',
      replace: '',
      suites: ['postgres-conformance.spec'],
      scenario: 'an attempt that arrives after its own run is finished does not start another run',
    },
  ],
  '7 instants': [
    {
      find: 'tick.scheduledTime.toISOString()',
      replace: "tick.scheduledTime.toISOString().replace(/\\..*/, 'Z')",
      suites: ['postgres-conformance.spec'],
      scenario: 'a tick keeps its milliseconds',
    },
    {
      find: 'tick.scheduledTime.toISOString()',
      replace: "tick.scheduledTime.toISOString().replace('Z', '')",
      suites: ['claim-rules.spec'],
      scenario: 'the time zone of the session does not move a tick',
    },
  ],
  recovery: [
    {
      find: "THEN 'recovering' ELSE asked.state END",
      replace: "THEN 'recoverable' ELSE asked.state END",
      suites: ['postgres-conformance.spec'],
      scenario: 'the tick of a run that died runs again after its lease',
    },
    {
      find: "recover && tick.kind !== 'call' ? 'recoverable'",
      replace: "recover ? 'recoverable'",
      suites: ['postgres-conformance.spec'],
      scenario: 'a finished run, a run without recover and a direct call leave no tick behind',
    },
    {
      find: "lock.token IS NULL AND lock.outcome = 'recoverable' AS left_open",
      replace: 'false AS left_open',
      suites: ['postgres-conformance.spec'],
    },
  ],
  '9 durable claim, cheap release': [
    {
      find: ', lock.outcome, ${DURABLY}',
      replace: ', lock.outcome',
      suites: ['claim-rules.spec'],
      scenario: 'a claim commits synchronously also where the role does not, and a release need not',
    },
  ],
  'the fence grows': [
    {
      find: "GREATEST(lock.fence + 1, floor(${epoch('clock_timestamp()')} * 1000)::bigint)",
      replace: 'lock.fence + 1',
      suites: ['postgres-conformance.spec'],
      scenario: 'the fence grows with every claim, and is at least the epoch milliseconds',
    },
    {
      find: "GREATEST(lock.fence + 1, floor(${epoch('clock_timestamp()')} * 1000)::bigint)",
      replace: "floor(${epoch('clock_timestamp()')} * 1000)::bigint",
      suites: ['postgres-conformance.spec'],
      scenario: "the fence grows even if the store's clock is set back",
    },
  ],
  pause: [
    {
      find: '\n    AND (asked.even_if_paused OR NOT ${isPaused})\n',
      replace: '\n',
      suites: ['postgres-conformance.spec'],
      scenario: 'while a task is paused nothing of it is won, and its row stays as it is',
    },
    {
      find: 'asked.even_if_paused OR NOT',
      replace: 'NOT',
      suites: ['postgres-conformance.spec'],
      scenario: 'an operator may run a task though it is paused',
    },
    {
      find: 'CASE WHEN won.name IS NULL THEN ${isPaused} END AS paused',
      replace: 'NULL AS paused',
      suites: ['postgres-conformance.spec'],
      scenario: 'while a task is paused nothing of it is won, and its row stays as it is',
    },
    {
      find: "control.name IN (asked.task, '*')",
      replace: "control.name IN (asked.name, '*')",
      suites: ['postgres-conformance.spec'],
    },
    {
      find: "control.name IN (asked.task, '*')",
      replace: 'control.name = asked.task',
      suites: ['postgres-conformance.spec'],
    },
  ],
  'operating never costs a lock': [
    {
      find: '\n    AND ${IN_TIME}`',
      replace: '`',
      suites: ['operating-costs-no-lock.spec'],
      scenario: 'a statement that waited for a table until its twin was sent wins nothing',
    },
  ],
  history: [
    {
      find: "'recoverable' : trigger,",
      replace: "'recoverable' : '',",
      suites: ['postgres-conformance.spec'],
      scenario: 'a run in progress says in its row why it began, and so does a dead one',
    },
  ],
  '11 batches': [
    {
      find: '${joinChanged} won ON',
      replace: 'LEFT JOIN won ON',
      suites: ['thousand-rows.spec'],
      scenario: 'a claim',
    },
  ],
};
