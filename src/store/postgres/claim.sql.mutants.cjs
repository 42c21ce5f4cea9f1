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
      find: 'WHERE (lock.finished_at IS NOT NULL OR lock.locked_until <= clock_timestamp())',
      replace: 'WHERE true',
      suites: ['postgres-conformance.spec'],
      scenario: 'a claim of a running task is refused, and is told who holds it and until when',
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
      find: 'OR lock.locked_until <= clock_timestamp())',
      replace: 'OR lock.locked_until <= now())',
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
  '3 who may claim': [
    {
      find: '              AND asked.scheduled_time >= lock.last_tick + ${MIN_HOLD}\n',
      replace: '',
      suites: ['postgres-conformance.spec'],
      scenario: 'the minimum hold counts from tick to tick, after the release and on every replica',
    },
    {
      find: 'AND asked.scheduled_time >= lock.last_tick + ${MIN_HOLD}',
      replace: 'AND asked.scheduled_time >= lock.started_at + ${MIN_HOLD}',
      suites: ['postgres-conformance.spec'],
      scenario: 'the minimum hold counts from tick to tick, after the release and on every replica',
    },
    {
      find: 'AND asked.scheduled_time >= lock.last_tick + ${MIN_HOLD}',
      replace: 'AND clock_timestamp() >= lock.locked_until',
      suites: ['postgres-conformance.spec'],
      scenario: 'the minimum hold counts from tick to tick, after the release and on every replica',
    },
    {
      find: 'OR clock_timestamp() >= lock.started_at + ${MIN_HOLD}',
      replace: 'OR true',
      suites: ['postgres-conformance.spec'],
      scenario: 'a call with a minimum hold counts it from the last start',
    },
    {
      find: 'last_tick = COALESCE(free.tick, lock.last_tick)',
      replace: 'last_tick = COALESCE(free.tick, clock_timestamp())',
      suites: ['postgres-conformance.spec'],
      scenario: 'a call without a tick leaves the last tick alone',
    },
    {
      find: "WHEN 'kept' THEN clock_timestamp() >= ${KEPT} + ${KEPT_HOLD}",
      replace: "WHEN 'kept' THEN true",
      suites: ['postgres-conformance.spec'],
      scenario: 'a kept tick steps by the interval, can be claimed a tenth of it early, and no sooner',
    },
    {
      find: 'WHEN clock_timestamp() < ${KEPT} + 2 * ${STEP} THEN',
      replace: 'WHEN false THEN',
      suites: ['postgres-conformance.spec'],
      scenario: 'a kept tick steps by the interval, can be claimed a tenth of it early, and no sooner',
    },
    {
      find: "ELSE date_trunc('milliseconds', clock_timestamp())",
      replace: 'ELSE lock.last_tick + ${STEP}',
      suites: ['postgres-conformance.spec'],
      scenario: 'a kept tick steps by the interval, can be claimed a tenth of it early, and no sooner',
    },
  ],
  'an interval that was lowered': [
    {
      find: 'THEN LEAST(lock.last_tick, lock.started_at)',
      replace: 'THEN lock.last_tick',
      suites: ['postgres-conformance.spec'],
      scenario: 'a lowered interval does not wait for a tick that the longer one kept ahead',
    },
  ],
  '4 a tick runs once, whatever the clocks': [
    {
      find: 'asked.scheduled_time > lock.last_tick\n              AND',
      replace: '',
      suites: ['postgres-conformance.spec'],
      scenario: 'a tick that has run is done for replicas whose clocks are late',
    },
    {
      find: '\n              AND asked.scheduled_time <= clock_timestamp() + ${TOLERANCE}\n',
      replace: '\n',
      suites: ['postgres-conformance.spec'],
      scenario: 'a tick that is not due yet is not granted, even if the row is free',
    },
    {
      find: "         WHEN asked.kind = 'scheduled' AND asked.scheduled_time > clock_timestamp() + ${TOLERANCE} THEN 'early'\n",
      replace: '',
      suites: ['postgres-conformance.spec'],
      scenario: 'a tick that is not due yet is early, whatever the row says, and the answer says how early',
    },
  ],
  '5 answers': [
    {
      find: "ELSE 'busy'",
      replace: "ELSE 'held'",
      suites: ['claim-rules.spec'],
      scenario: 'a claim of a row that another transaction has locked is answered at once',
    },
    {
      find: "         WHEN lock.finished_at IS NULL AND lock.locked_until > clock_timestamp() THEN 'running'\n",
      replace: '',
      suites: ['postgres-conformance.spec'],
      scenario: 'a claim of a running task is refused, and is told who holds it and until when',
    },
  ],
  '6 token-idempotent': [
    {
      find: "         WHEN lock.token = asked.token THEN CASE WHEN lock.finished_at IS NULL THEN 'won' ELSE 'done' END${saysPaused}\n",
      replace: '${saysPaused}\n',
      suites: ['postgres-conformance.spec'],
      scenario: 'a repeated attempt with the same token is the same claim',
    },
    {
      find: '    AND lock.token IS DISTINCT FROM asked.token${mayRun}\n',
      replace: '${mayRun}\n',
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
      find: "WHEN 'abandoned' THEN lock.finished_at IS NULL AND lock.outcome = 'recoverable'",
      replace: "WHEN 'abandoned' THEN lock.finished_at IS NULL",
      suites: ['postgres-conformance.spec'],
      scenario: 'a tick is recovered once, or it would kill every replica in turn',
    },
    {
      find: "asked.scheduled_time = lock.last_tick THEN 'recovering'",
      replace: "asked.scheduled_time = lock.last_tick THEN 'recoverable'",
      suites: ['postgres-conformance.spec'],
      scenario: 'the tick of a run that died runs again after its lease',
    },
    {
      find: "WHEN asked.kind <> 'call' AND asked.recover THEN 'recoverable'",
      replace: "WHEN asked.recover THEN 'recoverable'",
      suites: ['postgres-conformance.spec'],
      scenario: 'a finished run, a run without recover and a direct call leave no tick behind',
    },
  ],
  '9 durable claim, cheap release': [
    {
      find: "THEN set_config('synchronous_commit', 'on', true) END",
      replace: "THEN 'off' END",
      suites: ['claim-rules.spec'],
      scenario: 'a claim commits synchronously also where the role does not, and a release need not',
    },
    {
      find: "CASE WHEN current_setting('synchronous_commit') IN ('off', 'local')",
      replace: 'CASE WHEN true',
      suites: ['claim-rules.spec'],
      scenario: 'a stricter setting than "on" stays as it is',
    },
  ],
  'missed ticks': [
    {
      find: '\n              AND ${catchesUp})',
      replace: ')',
      suites: ['postgres-conformance.spec'],
      scenario: 'a tick that is older than the window is not granted',
    },
    {
      find: "\n                   AND (lock.last_tick > '-infinity' OR COALESCE(asked.scheduled_time > lock.finished_at, false))${afterPause})",
      replace: '${afterPause})',
      suites: ['postgres-conformance.spec'],
      scenario: 'a name without a row has missed nothing',
    },
    {
      find: "         WHEN asked.kind = 'scheduled' AND NOT ${catchesUp} THEN 'done'\n",
      replace: '',
      suites: ['postgres-conformance.spec'],
      scenario: 'a tick that is older than the window is not granted',
    },
  ],
  'the fence grows': [
    {
      find: 'GREATEST(lock.fence + 1, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)',
      replace: 'lock.fence + 1',
      suites: ['postgres-conformance.spec'],
      scenario: 'the fence grows with every claim, and is at least the epoch milliseconds',
    },
    {
      find: 'GREATEST(lock.fence + 1, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)',
      replace: 'floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint',
      suites: ['postgres-conformance.spec'],
      scenario: "the fence grows even if the store's clock is set back",
    },
  ],
  pause: [
    {
      find: "\n    AND (asked.even_if_paused OR NOT ${isPaused(control, 'asked.task', DUE)})`",
      replace: '`',
      suites: ['postgres-conformance.spec'],
      scenario: 'while a task is paused nothing of it is won, and its row stays as it is',
    },
    {
      find: "'GREATEST(clock_timestamp(), asked.scheduled_time)'",
      replace: "'clock_timestamp()'",
      suites: ['postgres-conformance.spec'],
      scenario: 'a tick at the end of a pause is not in it, also where it is claimed a moment before',
    },
    {
      find: 'asked.even_if_paused OR NOT',
      replace: 'NOT',
      suites: ['postgres-conformance.spec'],
      scenario: 'an operator may run a task though it is paused',
    },
    {
      find: "\n         WHEN NOT asked.even_if_paused AND ${isPaused(control, 'asked.task', DUE)} THEN 'paused'`",
      replace: '`',
      suites: ['postgres-conformance.spec'],
      scenario: 'while a task is paused nothing of it is won, and its row stays as it is',
    },
    {
      find: "\n                   AND COALESCE(asked.scheduled_time > ${endOfPause(control, 'asked.task')}, true)`",
      replace: '`',
      suites: ['postgres-conformance.spec'],
      scenario: 'what was due before the end of a pause is not caught up, and the end is told',
    },
    {
      find: 'END${saysPaused}\n         WHEN asked.kind',
      replace: 'END\n         WHEN asked.kind',
      suites: ['postgres-conformance.spec'],
      scenario: 'while a task is paused nothing of it is won, and its row stays as it is',
    },
  ],
  'operating never costs a lock': [
    {
      find: '\n    AND ${IN_TIME}\n',
      replace: '\n',
      suites: ['operating-costs-no-lock.spec'],
      scenario: 'a statement that waited for a table until its twin was sent wins nothing',
    },
  ],
  history: [
    {
      find: '           ELSE asked.trigger\n',
      replace: '',
      suites: ['postgres-conformance.spec'],
      scenario: 'a run in progress says in its row why it began, and so does a dead one',
    },
    {
      find: 'trigger: triggerOf(row.previous_outcome),',
      replace: '',
      suites: ['postgres-conformance.spec'],
      scenario: 'a run in progress says in its row why it began, and so does a dead one',
    },
  ],
};
