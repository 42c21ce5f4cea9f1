// Each entry breaks claim.sql.ts in one place: `find` stands there once, and one of the suites must fail with `replace`.
// test/mutants/mutants.mjs says what each field means, test/mutants/run.mjs how they are run.
const POSTGRES = ['claim-rules.spec', 'postgres-conformance.spec'];

module.exports = {
  '1 atomic, no waiting': [
    { find: 'FOR NO KEY UPDATE OF lock SKIP LOCKED', replace: 'FOR NO KEY UPDATE OF lock', suites: POSTGRES },
    { find: 'FOR NO KEY UPDATE OF lock SKIP LOCKED', replace: '', suites: POSTGRES },
    {
      find: 'WHERE (lock.finished_at IS NOT NULL OR lock.locked_until <= clock_timestamp())',
      replace: 'WHERE true',
      suites: POSTGRES,
    },
    {
      find: "  SET locked_until = clock_timestamp() + free.lease_ms * interval '1 millisecond',\n      started_at",
      replace: '  SET locked_until = clock_timestamp(),\n      started_at',
      suites: POSTGRES,
    },
  ],
  '2 the clock, and a transaction of its own': [
    {
      find: 'OR lock.locked_until <= clock_timestamp())',
      replace: 'OR lock.locked_until <= now())',
      suites: POSTGRES,
    },
    {
      find: 'SET locked_until = clock_timestamp() + free.lease_ms',
      replace: 'SET locked_until = now() + free.lease_ms',
      suites: POSTGRES,
    },
  ],
  '3 who may claim': [
    {
      find: '              AND asked.scheduled_time >= lock.last_tick + ${MIN_HOLD}\n',
      replace: '',
      suites: POSTGRES,
    },
    {
      find: 'AND asked.scheduled_time >= lock.last_tick + ${MIN_HOLD}',
      replace: 'AND asked.scheduled_time >= lock.started_at + ${MIN_HOLD}',
      suites: POSTGRES,
    },
    {
      find: 'AND asked.scheduled_time >= lock.last_tick + ${MIN_HOLD}',
      replace: 'AND clock_timestamp() >= lock.locked_until',
      suites: POSTGRES,
    },
    { find: 'OR clock_timestamp() >= lock.started_at + ${MIN_HOLD}', replace: 'OR true', suites: POSTGRES },
    {
      find: 'last_tick = COALESCE(free.tick, lock.last_tick)',
      replace: 'last_tick = COALESCE(free.tick, clock_timestamp())',
      suites: POSTGRES,
    },
    {
      find: "WHEN 'kept' THEN clock_timestamp() >= ${KEPT} + ${KEPT_HOLD}",
      replace: "WHEN 'kept' THEN true",
      suites: POSTGRES,
    },
    {
      find: 'WHEN clock_timestamp() < ${KEPT} + 2 * ${STEP} THEN',
      replace: 'WHEN false THEN',
      suites: POSTGRES,
    },
    {
      find: "ELSE date_trunc('milliseconds', clock_timestamp())",
      replace: 'ELSE lock.last_tick + ${STEP}',
      suites: POSTGRES,
    },
  ],
  'an interval that was lowered': [
    { find: 'THEN LEAST(lock.last_tick, lock.started_at)', replace: 'THEN lock.last_tick', suites: POSTGRES },
  ],
  '4 a tick runs once, whatever the clocks': [
    { find: 'asked.scheduled_time > lock.last_tick\n              AND', replace: '', suites: POSTGRES },
    {
      find: '\n              AND asked.scheduled_time <= clock_timestamp() + ${TOLERANCE}\n',
      replace: '\n',
      suites: POSTGRES,
    },
    {
      find: "         WHEN asked.kind = 'scheduled' AND asked.scheduled_time > clock_timestamp() + ${TOLERANCE} THEN 'early'\n",
      replace: '',
      suites: POSTGRES,
    },
  ],
  '5 answers': [
    { find: "ELSE 'busy'", replace: "ELSE 'held'", suites: POSTGRES },
    {
      find: "         WHEN lock.finished_at IS NULL AND lock.locked_until > clock_timestamp() THEN 'running'\n",
      replace: '',
      suites: POSTGRES,
    },
  ],
  '6 token-idempotent': [
    {
      find: "         WHEN lock.token = asked.token THEN CASE WHEN lock.finished_at IS NULL THEN 'won' ELSE 'done' END\n",
      replace: '',
      suites: POSTGRES,
    },
    { find: '    AND lock.token IS DISTINCT FROM asked.token\n', replace: '', suites: POSTGRES },
  ],
  '7 instants': [
    {
      find: 'tick.scheduledTime.toISOString()',
      replace: "tick.scheduledTime.toISOString().replace(/\\..*/, 'Z')",
      suites: POSTGRES,
    },
    {
      find: 'tick.scheduledTime.toISOString()',
      replace: "tick.scheduledTime.toISOString().replace('Z', '')",
      suites: POSTGRES,
    },
  ],
  recovery: [
    {
      find: "WHEN 'abandoned' THEN lock.finished_at IS NULL AND lock.outcome = 'recoverable'",
      replace: "WHEN 'abandoned' THEN lock.finished_at IS NULL",
      suites: POSTGRES,
    },
    {
      find: "asked.scheduled_time = lock.last_tick THEN 'recovering'",
      replace: "asked.scheduled_time = lock.last_tick THEN 'recoverable'",
      suites: POSTGRES,
    },
    {
      find: "WHEN asked.kind <> 'call' AND asked.recover THEN 'recoverable'",
      replace: "WHEN asked.recover THEN 'recoverable'",
      suites: POSTGRES,
    },
    {
      find: 'CASE WHEN won.name IS NOT NULL THEN won.outcome ELSE lock.outcome END AS outcome',
      replace: 'COALESCE(won.outcome, lock.outcome) AS outcome',
      suites: POSTGRES,
    },
  ],
  '9 durable claim, cheap release': [
    {
      find: "THEN set_config('synchronous_commit', 'on', true) END",
      replace: "THEN 'off' END",
      suites: POSTGRES,
    },
    {
      find: "CASE WHEN current_setting('synchronous_commit') IN ('off', 'local')",
      replace: 'CASE WHEN true',
      suites: POSTGRES,
    },
  ],
  'missed ticks': [
    { find: '\n              AND ${MAY_CATCH_UP})', replace: ')', suites: POSTGRES },
    {
      find: "\n                   AND (lock.last_tick > '-infinity' OR COALESCE(asked.scheduled_time > lock.finished_at, false)))",
      replace: ')',
      suites: POSTGRES,
    },
    {
      find: "         WHEN asked.kind = 'scheduled' AND NOT ${MAY_CATCH_UP} THEN 'done'\n",
      replace: '',
      suites: POSTGRES,
    },
  ],
  'the fence grows': [
    {
      find: 'GREATEST(lock.fence + 1, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)',
      replace: 'lock.fence + 1',
      suites: POSTGRES,
    },
    {
      find: 'GREATEST(lock.fence + 1, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)',
      replace: 'floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint',
      suites: POSTGRES,
    },
  ],
};
