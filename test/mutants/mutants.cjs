/**
 * One broken statement or step a rule. `find` must stand exactly once in `file`; `suites` are the specs that must see
 * the damage. A mutant that no scenario catches is a rule without a test.
 *
 * @typedef {{ id: string, rule: string, file: string, find: string, replace: string, suites: string[] }} Mutant
 */

const CLAIM = 'src/store/postgres/claim.sql.ts';
const RELEASE = 'src/store/postgres/release.sql.ts';
const RENEW = 'src/store/postgres/renew.sql.ts';
const TABLE = 'src/store/postgres/table.statements.ts';
const STORE = 'src/store/postgres/postgres-lock-store.ts';
const LOCKS = 'src/lock/task-locks.ts';
const ATTEMPT = 'src/lock/claim-attempt.ts';

const POSTGRES = ['test/integration/postgres-conformance.spec.ts', 'test/integration/claim-rules.spec.ts'];
const GUARD = 'src/store/postgres/fence.sql.ts';
const FENCED = ['test/integration/fenced-transactions.spec.ts'];
const PURGE = 'src/store/postgres/purge.sql.ts';
const RENEWAL = ['test/unit/lease-renewal'];
const REQUESTS = 'src/store/postgres/requests.sql.ts';
const BATCHED = 'src/store/batching-store.ts';
const STATEMENTS = ['test/integration/statements.spec.ts'];
const UNIT = ['test/unit/task-locks', 'test/unit/claim-attempt'];

/** @type {Record<string, Omit<Mutant, 'id' | 'rule'>[]>} by rule */
const byRule = {
  '1 atomic, no waiting': [
    {
      file: CLAIM,
      find: 'FOR NO KEY UPDATE OF lock SKIP LOCKED',
      replace: 'FOR NO KEY UPDATE OF lock',
      suites: POSTGRES,
    },
    { file: CLAIM, find: 'FOR NO KEY UPDATE OF lock SKIP LOCKED', replace: '', suites: POSTGRES },
    {
      file: CLAIM,
      find: 'WHERE (lock.finished_at IS NOT NULL OR lock.locked_until <= clock_timestamp())',
      replace: 'WHERE true',
      suites: POSTGRES,
    },
    {
      file: CLAIM,
      find: "  SET locked_until = clock_timestamp() + free.lease_ms * interval '1 millisecond',\n      started_at",
      replace: '  SET locked_until = clock_timestamp(),\n      started_at',
      suites: POSTGRES,
    },
  ],
  '2 the clock, and a transaction of its own': [
    {
      file: CLAIM,
      find: 'OR lock.locked_until <= clock_timestamp())',
      replace: 'OR lock.locked_until <= now())',
      suites: POSTGRES,
    },
    {
      file: CLAIM,
      find: 'SET locked_until = clock_timestamp() + free.lease_ms',
      replace: 'SET locked_until = now() + free.lease_ms',
      suites: POSTGRES,
    },
    {
      file: 'src/store/postgres/statement-runner.ts',
      find: '(await connection.query({ name, text, values, types: AS_WRITTEN })).rows as Row[]',
      replace: 'this.dataSource().query<Row[]>(query.text, query.values)',
      suites: ['test/integration/callers-transaction.spec.ts'],
    },
  ],
  '3 who may claim': [
    {
      file: CLAIM,
      find: '              AND asked.scheduled_time >= lock.last_tick + ${MIN_HOLD}\n',
      replace: '',
      suites: POSTGRES,
    },
    {
      file: CLAIM,
      find: 'AND asked.scheduled_time >= lock.last_tick + ${MIN_HOLD}',
      replace: 'AND asked.scheduled_time >= lock.started_at + ${MIN_HOLD}',
      suites: POSTGRES,
    },
    {
      file: CLAIM,
      find: 'AND asked.scheduled_time >= lock.last_tick + ${MIN_HOLD}',
      replace: 'AND clock_timestamp() >= lock.locked_until',
      suites: POSTGRES,
    },
    {
      file: CLAIM,
      find: 'OR clock_timestamp() >= lock.started_at + ${MIN_HOLD}',
      replace: 'OR true',
      suites: POSTGRES,
    },
    {
      file: CLAIM,
      find: 'last_tick = COALESCE(free.tick, lock.last_tick)',
      replace: 'last_tick = COALESCE(free.tick, clock_timestamp())',
      suites: POSTGRES,
    },
    {
      file: CLAIM,
      find: "WHEN 'kept' THEN clock_timestamp() >= ${KEPT} + ${KEPT_HOLD}",
      replace: "WHEN 'kept' THEN true",
      suites: POSTGRES,
    },
    {
      file: CLAIM,
      find: 'WHEN clock_timestamp() < ${KEPT} + 2 * ${STEP} THEN',
      replace: 'WHEN false THEN',
      suites: POSTGRES,
    },
    {
      file: CLAIM,
      find: "ELSE date_trunc('milliseconds', clock_timestamp())",
      replace: 'ELSE lock.last_tick + ${STEP}',
      suites: POSTGRES,
    },
    {
      file: 'src/tasks/settings/task-settings.ts',
      find: 'Math.max(interval * factor, interval - gap / 2)',
      replace: 'interval * factor',
      suites: ['test/integration/simulated-days.spec.ts'],
    },
  ],
  'an interval that was lowered': [
    {
      file: CLAIM,
      find: 'THEN LEAST(lock.last_tick, lock.started_at)',
      replace: 'THEN lock.last_tick',
      suites: POSTGRES,
    },
  ],
  '4 a tick runs once, whatever the clocks': [
    {
      file: CLAIM,
      find: 'asked.scheduled_time > lock.last_tick\n              AND',
      replace: '',
      suites: POSTGRES,
    },
    {
      file: CLAIM,
      find: '\n              AND asked.scheduled_time <= clock_timestamp() + ${TOLERANCE}\n',
      replace: '\n',
      suites: POSTGRES,
    },
    {
      file: CLAIM,
      find: "         WHEN asked.kind = 'scheduled' AND asked.scheduled_time > clock_timestamp() + ${TOLERANCE} THEN 'early'\n",
      replace: '',
      suites: POSTGRES,
    },
    {
      file: 'src/calls/call-dispatcher.ts',
      find: 'schedule.tickAt(now, interval)',
      replace: "{ kind: 'scheduled', scheduledTime: new Date(now) }",
      suites: ['test/integration/simulated-days.spec.ts'],
    },
    {
      file: LOCKS,
      find: 'await pause(this.clock, delay ?? 0, this.stopping.signal)',
      replace: 'await pause(this.clock, 0, this.stopping.signal)',
      suites: UNIT,
    },
  ],
  '5 answers': [
    { file: CLAIM, find: "ELSE 'busy'", replace: "ELSE 'held'", suites: POSTGRES },
    {
      file: CLAIM,
      find: "         WHEN lock.finished_at IS NULL AND lock.locked_until > clock_timestamp() THEN 'running'\n",
      replace: '',
      suites: POSTGRES,
    },
    {
      file: STORE,
      find: 'if (missing.length > 0) {',
      replace: 'if (false) {',
      suites: POSTGRES,
    },
    {
      file: LOCKS,
      find: 'await attempt.pause(Math.min(retryDelay(asks), left()));',
      replace: 'break;',
      suites: UNIT,
    },
    {
      file: STORE,
      find: 'if (!isConflict(error)) throw error;',
      replace: 'throw error;',
      suites: POSTGRES,
    },
    {
      file: STORE,
      find: 'pastConflicts(MAX_ENSURE_TRIES, ',
      replace: 'pastConflicts(1, ',
      suites: POSTGRES,
    },
  ],
  '6 token-idempotent': [
    {
      file: CLAIM,
      find: "         WHEN lock.token = asked.token THEN CASE WHEN lock.finished_at IS NULL THEN 'won' ELSE 'done' END\n",
      replace: '',
      suites: POSTGRES,
    },
    { file: CLAIM, find: '    AND lock.token IS DISTINCT FROM asked.token\n', replace: '', suites: POSTGRES },
    {
      file: ATTEMPT,
      find: 'this.firstSentAt ??= instantOf(this.clock);',
      replace: 'this.firstSentAt = instantOf(this.clock);',
      suites: UNIT,
    },
    {
      file: ATTEMPT,
      find: "if (answer.status === 'won') this.observeWin(answer);",
      replace: '',
      suites: UNIT,
    },
    {
      file: ATTEMPT,
      find: 'if (error instanceof LockStoreUnavailableError && error.sent) this.observeUncertainty();',
      replace: '',
      suites: UNIT,
    },
    {
      file: RELEASE,
      find: 'THEN lock.last_tick - held.step_back',
      replace: 'THEN lock.last_tick',
      suites: POSTGRES,
    },
    {
      file: RELEASE,
      find: "WHEN held.outcome = 'returned' AND held.kind = 'call' THEN lock.started_at - held.step_back\n",
      replace: 'WHEN false THEN lock.started_at\n',
      suites: POSTGRES,
    },
  ],
  'what may have been won goes back': [
    {
      file: ATTEMPT,
      find: 'this.suspect || this.unanswered > 0',
      replace: 'this.suspect',
      suites: UNIT,
    },
    {
      file: ATTEMPT,
      find: 'const cancel = this.clock.timer(patience, () => resolve(undefined), true);',
      replace: 'const cancel = () => {};',
      suites: UNIT,
    },
    {
      file: 'src/lock/lock-releaser.ts',
      find: 'await within(this.clock, Math.min(patienceOfTry, left()), released)',
      replace: 'await released',
      suites: ['test/unit/task-locks-release'],
    },
    {
      file: 'src/store/postgres/statement-runner.ts',
      find: '(sent && !isRefusal(error))',
      replace: 'false',
      suites: ['test/integration/dead-connections.spec.ts'],
    },
    {
      file: 'src/store/postgres/statement-runner.ts',
      find: '() => hangUp(connection)',
      replace: '() => {}',
      suites: ['test/integration/dead-connections.spec.ts'],
    },
  ],
  '7 instants': [
    {
      file: TABLE,
      find: "last_tick    timestamptz NOT NULL DEFAULT '-infinity'",
      replace: 'last_tick    timestamptz',
      suites: POSTGRES,
    },
    {
      file: 'src/store/postgres/claim.mapping.ts',
      find: 'tick.scheduledTime.toISOString()',
      replace: "tick.scheduledTime.toISOString().replace(/\\..*/, 'Z')",
      suites: POSTGRES,
    },
    {
      file: 'src/store/postgres/claim.mapping.ts',
      find: 'tick.scheduledTime.toISOString()',
      replace: "tick.scheduledTime.toISOString().replace('Z', '')",
      suites: POSTGRES,
    },
  ],
  '8 release and renew': [
    {
      file: RELEASE,
      find: 'WHERE lock.token = asked.token AND lock.finished_at IS NULL',
      replace: 'WHERE lock.finished_at IS NULL',
      suites: POSTGRES,
    },
    {
      file: RELEASE,
      find: 'WHERE lock.token = asked.token AND lock.finished_at IS NULL',
      replace: 'WHERE lock.token = asked.token',
      suites: POSTGRES,
    },
    {
      file: RELEASE,
      find: 'WHERE lock.token = asked.token AND lock.finished_at IS NULL',
      replace:
        'WHERE lock.token = asked.token AND lock.finished_at IS NULL AND lock.locked_until > clock_timestamp()',
      suites: POSTGRES,
    },
    {
      file: RENEW,
      find: 'WHERE lock.token = asked.token AND lock.finished_at IS NULL AND lock.locked_until > clock.at\n',
      replace: 'WHERE lock.finished_at IS NULL AND lock.locked_until > clock.at\n',
      suites: POSTGRES,
    },
    {
      file: RENEW,
      find: 'WHERE lock.token = asked.token AND lock.finished_at IS NULL AND lock.locked_until > clock.at\n',
      replace: 'WHERE lock.token = asked.token AND lock.locked_until > clock.at\n',
      suites: POSTGRES,
    },
    {
      file: RENEW,
      find: 'WHERE lock.token = asked.token AND lock.finished_at IS NULL AND lock.locked_until > clock.at\n',
      replace: 'WHERE lock.token = asked.token AND lock.finished_at IS NULL\n',
      suites: POSTGRES,
    },
    {
      file: RENEW,
      find: 'LEAST(clock_timestamp() + held.lease, lock.started_at + held.max_hold)',
      replace: 'clock_timestamp() + held.lease',
      suites: POSTGRES,
    },
    { file: RENEW, find: 'GREATEST(lock.locked_until, ', replace: 'GREATEST(', suites: POSTGRES },
    {
      file: 'src/calls/task-lock.interceptor.ts',
      find: 'await this.locks.release(lock, outcome, message);',
      replace: '',
      suites: ['test/wiring/task-lock-service'],
    },
  ],
  'the lease is renewed, and lost in time': [
    {
      file: 'src/lock/lease-renewal.ts',
      find: "if (answer?.status === 'renewed') return this.lock.renewed(sentAt, lease);",
      replace: "if (answer?.status === 'renewed') return this.lock.renewed(instantOf(this.clock), lease);",
      suites: RENEWAL,
    },
    {
      file: 'src/lock/lease-renewal.ts',
      find: "if (answer?.status === 'lost' && this.lock.isOpen) return this.lock.lose('taken');",
      replace: '',
      suites: RENEWAL,
    },
    {
      file: 'src/lock/lease-renewal.ts',
      find: 'return this.underWay;',
      replace: 'return Promise.resolve();',
      suites: RENEWAL,
    },
    {
      file: 'src/lock/held-lock.ts',
      find: 'return Math.min(this.holdLeft(), this.leaseLeft(this.leasedAt, this.lease));',
      replace: 'return this.holdLeft();',
      suites: [...RENEWAL, 'test/unit/held-lock'],
    },
    {
      file: 'src/lock/held-lock.ts',
      find: 'if (!this.settled && this.timeLeft() <= 0) this.lose(this.endsBy());',
      replace: '',
      suites: ['test/unit/held-lock'],
    },
  ],
  recovery: [
    {
      file: CLAIM,
      find: "WHEN 'abandoned' THEN lock.finished_at IS NULL AND lock.outcome = 'recoverable'",
      replace: "WHEN 'abandoned' THEN lock.finished_at IS NULL",
      suites: POSTGRES,
    },
    {
      file: CLAIM,
      find: "asked.scheduled_time = lock.last_tick THEN 'recovering'",
      replace: "asked.scheduled_time = lock.last_tick THEN 'recoverable'",
      suites: POSTGRES,
    },
    {
      file: CLAIM,
      find: "WHEN asked.kind <> 'call' AND asked.recover THEN 'recoverable'",
      replace: "WHEN asked.recover THEN 'recoverable'",
      suites: POSTGRES,
    },
    {
      file: CLAIM,
      find: 'CASE WHEN won.name IS NOT NULL THEN won.outcome ELSE lock.outcome END AS outcome',
      replace: 'COALESCE(won.outcome, lock.outcome) AS outcome',
      suites: POSTGRES,
    },
    {
      file: RELEASE,
      find: "asked.outcome = 'aborted' AND lock.outcome IN ('recoverable', 'recovering')",
      replace: 'false',
      suites: POSTGRES,
    },
    {
      file: RELEASE,
      find: "OR asked.outcome = 'returned' AND lock.outcome = 'recovering'",
      replace: '',
      suites: POSTGRES,
    },
    {
      file: 'src/store/postgres/release.mapping.ts',
      find: 'requests.some((request) => request.durable)',
      replace: 'requests.every((request) => request.durable)',
      suites: POSTGRES,
    },
    {
      file: RELEASE,
      find: 'WHEN NOT held.durable THEN',
      replace: 'WHEN true THEN',
      suites: POSTGRES,
    },
    {
      file: LOCKS,
      find: 'if (inProgress && heldUntil) this.lookAgain(claim, heldUntil.getTime() - now);',
      replace: '',
      suites: ['test/wiring/recovery'],
    },
    {
      file: 'src/nest/task-lock.explorer.ts',
      find: 'this.recovery.watch(task);',
      replace: '',
      suites: ['test/wiring/recovery'],
    },
  ],
  'a transaction of a run commits under its lock or not at all': [
    { file: GUARD, find: ' AND token = $2', replace: ' AND $2::uuid IS NOT NULL', suites: FENCED },
    { file: GUARD, find: ' AND locked_until > clock_timestamp()', replace: '', suites: FENCED },
    { file: GUARD, find: ' AND finished_at IS NULL', replace: '', suites: FENCED },
    { file: GUARD, find: '  FOR SHARE\n', replace: '', suites: FENCED },
    {
      file: GUARD,
      find: "set_config('idle_in_transaction_session_timeout', $3, true)",
      replace: '$3::text',
      suites: FENCED,
    },
    {
      file: 'src/calls/task-run.ts',
      find: 'if (outer) return work(outer);',
      replace: '',
      suites: FENCED,
    },
    {
      file: 'src/calls/fenced-transactions.ts',
      find: "isolationLevel = 'READ COMMITTED'",
      replace: "isolationLevel = 'SERIALIZABLE'",
      suites: FENCED,
    },
    {
      file: 'src/calls/fenced-transactions.ts',
      find: '        assertOwnRepositories(manager);\n',
      replace: '',
      suites: ['test/integration/callers-transaction.spec.ts'],
    },
  ],
  '9 durable claim, cheap release': [
    {
      file: CLAIM,
      find: "THEN set_config('synchronous_commit', 'on', true) END",
      replace: "THEN 'off' END",
      suites: POSTGRES,
    },
    {
      file: CLAIM,
      find: "CASE WHEN current_setting('synchronous_commit') IN ('off', 'local')",
      replace: 'CASE WHEN true',
      suites: POSTGRES,
    },
    {
      file: RELEASE,
      find: "set_config('synchronous_commit', 'off', true)",
      replace: "'on'",
      suites: POSTGRES,
    },
  ],
  '10 poolers': [
    {
      file: RELEASE,
      find: "set_config('synchronous_commit', 'off', true)",
      replace: "set_config('synchronous_commit', 'off', false)",
      suites: POSTGRES,
    },
  ],
  'a lock for each key': [
    {
      file: 'src/store/keyed-name.ts',
      find: "return text.replace(/[\\\\:]/g, '\\\\$&');",
      replace: 'return text;',
      suites: ['test/unit/keyed-name'],
    },
    {
      file: 'src/store/keyed-name.ts',
      find: "return key.isWellFormed() && !key.includes('\\0') && Buffer.byteLength(key) <= LONGEST_KEY;",
      replace: 'return true;',
      suites: ['test/unit/keyed-name'],
    },
    {
      file: 'src/store/keyed-name.ts',
      find: '`:${digestOf(key)}`',
      replace: 'digestOf(key)',
      suites: ['test/unit/keyed-name'],
    },
    {
      file: 'src/calls/task-call.ts',
      find: 'return key === undefined ? task.name : keyedName(task.name, key);',
      replace: 'return task.name;',
      suites: ['test/wiring/keys'],
    },
    {
      file: PURGE,
      find: '    AND fence < extract(epoch FROM clock_timestamp()) * 1000 - $2::float8\n',
      replace: '',
      suites: ['test/integration/purge'],
    },
    {
      file: PURGE,
      find: "    AND locked_until < clock_timestamp() - $2::float8 * interval '1 millisecond'\n",
      replace: '',
      suites: ['test/integration/purge'],
    },
    {
      file: PURGE,
      find: "    AND finished_at < clock_timestamp() - $2::float8 * interval '1 millisecond'\n",
      replace: '',
      suites: ['test/integration/purge', ...POSTGRES],
    },
    { file: PURGE, find: "    AND last_tick = '-infinity'\n", replace: '', suites: POSTGRES },
    {
      file: PURGE,
      find: 'FOR UPDATE SKIP LOCKED',
      replace: 'FOR UPDATE NOWAIT',
      suites: ['test/integration/purge'],
    },
  ],
  'calls that overlap': [
    {
      file: 'src/common/backoff.ts',
      find: "if (reason !== 'held' || waited >= patience) return undefined;",
      replace: 'return undefined;',
      suites: ['test/wiring/overlap'],
    },
    {
      file: 'src/calls/task-lock.overlap.ts',
      find: "if (isTick(call) || overlap === 'skip' || overlap === 'bufferOne') return skipped;",
      replace: "if (overlap === 'skip' || overlap === 'bufferOne') return skipped;",
      suites: ['test/wiring/overlap'],
    },
    {
      file: 'src/common/backoff.ts',
      find: 'Math.min(timeout, Math.max(patience - waited, SHORTEST_TIMEOUT))',
      replace: 'timeout',
      suites: ['test/wiring/overlap'],
    },
    {
      file: 'src/calls/task-lock.overlap.ts',
      find: "if (skipped.reason !== 'held') throw",
      replace: "if (skipped.reason !== 'held') return skipped; else if (false) throw",
      suites: ['test/wiring/overlap'],
    },
  ],
  'missed ticks': [
    {
      file: 'src/lock/task-claim.ts',
      find: "if (status === 'done' || !hasOlder) return undefined;",
      replace: 'return undefined;',
      suites: UNIT,
    },
    { file: CLAIM, find: '\n              AND ${MAY_CATCH_UP})', replace: ')', suites: POSTGRES },
    {
      file: CLAIM,
      find: "\n                   AND (lock.last_tick > '-infinity' OR COALESCE(asked.scheduled_time > lock.finished_at, false)))",
      replace: ')',
      suites: POSTGRES,
    },
    {
      file: 'src/store/postgres/prepare.sql.ts',
      find: 'SELECT name, clock_timestamp() FROM',
      replace: "SELECT name, '-infinity'::timestamptz FROM",
      suites: POSTGRES,
    },
    {
      file: CLAIM,
      find: "         WHEN asked.kind = 'scheduled' AND NOT ${MAY_CATCH_UP} THEN 'done'\n",
      replace: '',
      suites: POSTGRES,
    },
    {
      file: LOCKS,
      find: "if ((recover || instants) && tick.kind !== 'call')",
      replace: "if (recover && tick.kind !== 'call')",
      suites: ['test/wiring/missed-ticks'],
    },
    {
      file: LOCKS,
      find: 'if (claim.instants) this.lookAgain(claim, (local.heldUntil?.getTime() ?? 0) - this.clock.now());',
      replace: '',
      suites: ['test/wiring/missed-ticks'],
    },
  ],
  'what nothing may fire': [
    {
      file: 'src/tasks/registry.ts',
      find: 'isMarkedWith(method, declaration) ? declaration.cron : undefined',
      replace: 'declaration.cron',
      suites: ['test/wiring/task-cron'],
    },
    {
      file: 'src/nest/task-lock.explorer.ts',
      find: 'if (!task.schedule || !this.scheduler.fires(task.schedule)) continue;',
      replace: '',
      suites: ['test/wiring/missed-ticks'],
    },
    {
      file: 'src/store/memory/unlocked-store.ts',
      find: "if (tick.kind === 'abandoned' || mayBeLeftBehind)",
      replace: "if (tick.kind === 'abandoned')",
      suites: ['test/wiring/missed-ticks'],
    },
    {
      file: 'src/calls/task-call.ts',
      find: ' || (task.schedule !== undefined && !direct)',
      replace: '',
      suites: ['test/wiring/overlap'],
    },
  ],
  'an ask that outlives its run goes back': [
    {
      file: ATTEMPT,
      find: "new Set(['scheduled', 'abandoned'])",
      replace: "new Set(['scheduled', 'abandoned', 'call', 'kept'])",
      suites: UNIT,
    },
    {
      file: ATTEMPT,
      find: "new Set(['scheduled', 'abandoned'])",
      replace: "new Set(['scheduled', 'abandoned', 'kept'])",
      suites: UNIT,
    },
    {
      file: ATTEMPT,
      find: 'if (this.used && NAMES_ITS_TICK.has(this.request.tick.kind)) return;',
      replace: '',
      suites: UNIT,
    },
    {
      file: ATTEMPT,
      find: 'if (this.closed && (!this.used || this.runIsOver)) this',
      replace: 'if (this.closed) this',
      suites: UNIT,
    },
    {
      file: LOCKS,
      find: 'run.renewal.end(), () => run.attempt.endRun());',
      replace: 'run.renewal.end()).finally(() => run.attempt.endRun());',
      suites: UNIT,
    },
  ],
  'a renewal that hangs': [
    {
      file: 'src/lock/lease-renewal.ts',
      find: 'Math.min(this.patience, lease / RENEWALS_A_LEASE)',
      replace: 'this.patience',
      suites: RENEWAL,
    },
  ],
  requests: [
    {
      file: REQUESTS,
      find: 'DELETE FROM ${table} WHERE name = $1 AND token = $2::uuid',
      replace: 'DELETE FROM ${table} WHERE name = $1 AND $2::uuid IS NOT NULL',
      suites: POSTGRES,
    },
    {
      file: REQUESTS,
      find: ' AND ($4::timestamptz IS NULL OR requested_at < $4)',
      replace: ' AND ($4::timestamptz IS NULL OR true)',
      suites: POSTGRES,
    },
    { file: REQUESTS, find: 'THEN due.the_window', replace: 'THEN true', suites: POSTGRES },
    { file: REQUESTS, find: ' OR attempts > 0)', replace: ')', suites: POSTGRES },
    {
      file: REQUESTS,
      find: 'SET attempts = attempts + 1',
      replace: 'SET attempts = attempts',
      suites: POSTGRES,
    },
    {
      file: REQUESTS,
      find: 'OR lock.finished_at IS NOT NULL OR lock.locked_until <= clock_timestamp())',
      replace: 'OR true)',
      suites: POSTGRES,
    },
    {
      file: REQUESTS,
      find: 'PARTITION BY request.task ORDER BY',
      replace: 'ORDER BY',
      suites: POSTGRES,
    },
    {
      file: REQUESTS,
      find: 'max(due_at) FILTER (WHERE ${DEBOUNCED}), min(latest_at))`;',
      replace: 'max(due_at) FILTER (WHERE ${DEBOUNCED}))`;',
      suites: POSTGRES,
    },
    {
      file: REQUESTS,
      find: "THEN set_config('synchronous_commit', 'on', true) END`;",
      replace: 'THEN NULL END`;',
      suites: ['test/integration/requests'],
    },
    {
      file: REQUESTS,
      find: 'FROM clock_timestamp() AS reading(at),',
      replace: 'FROM now() AS reading(at),',
      suites: ['test/integration/requests'],
    },
    {
      file: 'src/requests/publisher.ts',
      find: 'whenTransactionEnds(manager?.queryRunner, () => {',
      replace: 'whenTransactionEnds(undefined, () => {',
      suites: ['test/unit/request-publisher'],
    },
    {
      file: 'src/requests/poller.ts',
      find: 'if (this.expected.has(task)) this.pollIn(0);',
      replace: 'void task;',
      suites: ['test/wiring/requests'],
    },
    {
      file: 'src/requests/requesting-interceptor.ts',
      find: 'return this.settler.serveAlong(call, run, called, () => lastValueFrom(next.handle()));',
      replace: 'return lastValueFrom(next.handle());',
      suites: ['test/wiring/requests'],
    },
    {
      file: 'src/requests/poller.ts',
      find: 'this.outside(() => this.clock.timer(due - now, poll))',
      replace: 'this.clock.timer(due - now, poll)',
      suites: ['test/wiring/requests'],
    },
    {
      file: 'src/calls/task-lock.claim.ts',
      find: 'Math.max(ownHold, call.served?.spacing ?? 0)',
      replace: 'ownHold',
      suites: ['test/wiring/requests'],
    },
    {
      file: REQUESTS,
      find: 'AND lock.finished_at IS NULL AND lock.locked_until > clock_timestamp()\n    )',
      replace: ') OR true',
      suites: POSTGRES,
    },
    {
      file: 'src/requests/insert-queue.ts',
      find: 'else if (waiting) waiting.push(each);',
      replace: 'else if (waiting) waiting.unshift(each);',
      suites: ['test/unit/request-lane'],
    },
    {
      file: 'src/requests/insert-queue.ts',
      find: 'wanted.aborted = true;',
      replace: '',
      suites: ['test/integration/requests'],
    },
    {
      file: 'src/requests/settler.ts',
      find: 'startedAt.getTime() - (this.clock.monotonic() - since)',
      replace: 'startedAt.getTime()',
      suites: ['test/wiring/requests'],
    },
    {
      file: 'src/calls/task-lock.interceptor.ts',
      find: 'serves: call.served && decorated?.declaration,',
      replace: '',
      suites: ['test/wiring/requests'],
    },
    {
      file: 'src/requests/poller.ts',
      find: 'except: this.wakes.resting(this.lastPoll)',
      replace: 'except: []',
      suites: ['test/unit/request-watch'],
    },
    {
      file: 'src/requests/settler.ts',
      find: "wasAborted(run) ? 'aborted' : 'failed'",
      replace: "'failed'",
      suites: ['test/wiring/requests'],
    },
    {
      file: 'src/requests/settler.ts',
      find: 'lastPublishedAt ? lastPublishedAt.getTime() + 1 : -Infinity',
      replace: '-Infinity',
      suites: ['test/wiring/requests'],
    },
    {
      file: 'src/requests/settler.ts',
      find: '      run.assertHeld();\n',
      replace: '',
      suites: ['test/wiring/requests'],
    },
    {
      file: 'src/calls/task-lock.interceptor.ts',
      find: "if (error instanceof ReturnedClaim) outcome = 'returned';\n      else message",
      replace: 'message',
      suites: ['test/wiring/requests'],
    },
    {
      file: 'src/requests/runner.ts',
      find: "run.signal.addEventListener('abort', () => resolve({ succeeded: false }), { once: true });",
      replace: '',
      suites: ['test/wiring/requests'],
    },
    {
      file: 'src/requests/runner.ts',
      find: 'if (task.recover) await within(this.clock, LEFT_BEHIND_TIMEOUT, this.leftBehind.look(task.name));',
      replace: '',
      suites: ['test/wiring/requests'],
    },
    {
      file: 'src/requests/runner.ts',
      find: 'claimOf(call).minHold, LONGEST_REST',
      replace: 'LONGEST_REST',
      suites: ['test/wiring/requests'],
    },
    {
      file: 'src/requests/requesting-interceptor.ts',
      find: 'if (error instanceof ReturnedClaim) return undefined;',
      replace: '',
      suites: ['test/wiring/requests'],
    },
    {
      file: 'src/requests/insert-queue.ts',
      find: '    if (this.waiting.has(name)) return undefined;\n',
      replace: '',
      suites: ['test/unit/request-lane'],
    },
    {
      file: 'src/requests/wake-times.ts',
      find: 'wakes.instants.add(Math.ceil(due / GRID) * GRID);',
      replace: 'wakes.instants = new Set([Math.ceil(due / GRID) * GRID]);',
      suites: ['test/unit/request-watch'],
    },
    {
      file: 'src/requests/insert-queue.ts',
      find: '    this.waiting.set(name, []);\n',
      replace: '',
      suites: ['test/unit/request-lane'],
    },
    {
      file: 'src/requests/insert-queue.ts',
      find: 'waiting.splice(0, MAX_INSERT)',
      replace: 'waiting.splice(0, 1)',
      suites: ['test/unit/request-lane'],
    },
    {
      file: 'src/requests/insert-queue.ts',
      find: 'batch.length > 1 && ',
      replace: 'false && ',
      suites: ['test/unit/request-lane'],
    },
    {
      file: 'src/requests/settler.ts',
      find: 'count > 0 ? giveBack() : undefined',
      replace: 'void count',
      suites: ['test/wiring/requests'],
    },
    {
      file: 'src/requests/settler.ts',
      find: '      await giveBack();\n      throw error;',
      replace: '      throw error;',
      suites: ['test/wiring/requests'],
    },
    {
      file: 'src/requests/settler.ts',
      find: 'wanted.aborted = true;',
      replace: '',
      suites: ['test/wiring/requests'],
    },
    {
      file: REQUESTS,
      find: '  FOR NO KEY UPDATE OF request SKIP LOCKED\n',
      replace: '',
      suites: ['test/integration/requests'],
    },
    {
      file: REQUESTS,
      find: '    error = $4,\n',
      replace: '    token = NULL, error = $4,\n',
      suites: POSTGRES,
    },
    {
      file: 'src/requests/poller.ts',
      find: '    this.expected.add(task);\n',
      replace: '    this.expected.add(task);\n    this.lookIn(0);\n',
      suites: ['test/unit/request-watch'],
    },
    {
      file: 'src/requests/wake-times.ts',
      find: 'Math.max(window.due, due)',
      replace: 'due',
      suites: ['test/unit/due-instants'],
    },
    {
      file: 'src/requests/wake-times.ts',
      find: 'Math.min(window.latest, latest)',
      replace: 'latest',
      suites: ['test/unit/due-instants'],
    },
    {
      file: 'src/requests/wake-times.ts',
      find: 'rest.until <= instant && ',
      replace: '',
      suites: ['test/unit/due-instants'],
    },
    {
      file: 'src/requests/wake-times.ts',
      find: '    this.add(name, until);\n',
      replace: '',
      suites: ['test/unit/request-watch'],
    },
    {
      file: 'src/requests/poller.ts',
      find: ' || runsOfTask >= RUNS_OF_A_TASK',
      replace: '',
      suites: ['test/unit/request-watch'],
    },
    {
      file: 'src/requests/poller.ts',
      find: 'this.running.has(name) || ',
      replace: '',
      suites: ['test/unit/request-watch'],
    },
    {
      file: 'src/requests/poller.ts',
      find: 'else this.wakes.rest(name, this.clock.monotonic(), restFor);\n    this.pollIn(0);',
      replace: 'else this.wakes.rest(name, this.clock.monotonic(), restFor);',
      suites: ['test/unit/request-watch'],
    },
    {
      file: 'src/requests/poller.ts',
      find: 'if (dueIn > 0 && this.wakes.has(name)) this.published(name, dueIn);',
      replace: 'void name;',
      suites: ['test/unit/request-watch'],
    },
    {
      file: 'src/requests/insert-queue.ts',
      find: 'if (waiting && first) waiting.unshift(each);',
      replace: 'if (waiting && first) waiting.push(each);',
      suites: ['test/unit/request-lane'],
    },
    {
      file: 'src/requests/transaction-end.ts',
      find: '!runner.isTransactionActive || runner.isReleased',
      replace: 'true',
      suites: ['test/unit/request-publisher'],
    },
    {
      file: 'src/requests/transaction-end.ts',
      find: ' || runner.isReleased',
      replace: '',
      suites: ['test/unit/request-publisher'],
    },
    {
      file: 'src/requests/transaction-end.ts',
      find: 'callbacks.splice(0)',
      replace: 'callbacks',
      suites: ['test/unit/request-publisher'],
    },
    {
      file: 'src/nest/task-lock.explorer.ts',
      find: '      this.recovery.add(task, method);\n',
      replace:
        '      if (task.schedule && this.scheduler.fires(task.schedule)) this.recovery.add(task, method);\n',
      suites: ['test/wiring/requests'],
    },
  ],
  'a release that is repeated': [
    {
      file: LOCKS,
      find: 'this.releaser.hurry(name)',
      replace: 'false',
      suites: UNIT,
    },
    {
      file: 'src/lock/lock-releaser.ts',
      find: 'for (const repeat of ofName) repeat.hurry();',
      replace: '',
      suites: UNIT,
    },
    {
      file: LOCKS,
      find: 'lock.rowHeldFor()',
      replace: 'lock.timeLeft()',
      suites: UNIT,
    },
  ],
  '11 batches': [
    {
      file: RELEASE,
      find: 'FOR NO KEY UPDATE OF lock SKIP LOCKED',
      replace: 'FOR NO KEY UPDATE OF lock',
      suites: POSTGRES,
    },
    {
      file: RENEW,
      find: 'FOR NO KEY UPDATE OF lock SKIP LOCKED',
      replace: 'FOR NO KEY UPDATE OF lock',
      suites: POSTGRES,
    },
    {
      file: 'src/store/postgres/rounds.ts',
      find: 'rounds.find(({ names }) => !names.has(name))',
      replace: 'rounds[0]',
      suites: POSTGRES,
    },
    {
      file: BATCHED,
      find: 'answers.slice(from, (from += requests.length))',
      replace: 'answers',
      suites: ['test/unit/batched-store'],
    },
    {
      file: BATCHED,
      find: 'for (const { name } of call.requests) next.set(name, batch + 1);',
      replace: '',
      suites: ['test/unit/batched-store'],
    },
    {
      file: BATCHED,
      find: 'calls.length === 1 || error instanceof',
      replace: 'true || error instanceof',
      suites: ['test/unit/batched-store'],
    },
    {
      file: STORE,
      find: 'if (missing.length === round.length) throw error;',
      replace: 'throw error;',
      suites: STATEMENTS,
    },
    {
      file: STORE,
      find: 'of (await ask(missing)) ?? []',
      replace: 'of (await ask(round)) ?? []',
      suites: STATEMENTS,
    },
    {
      file: BATCHED,
      find: 'calls.every(({ signal }) => signal?.aborted)',
      replace: 'calls.some(({ signal }) => signal?.aborted)',
      suites: ['test/unit/batched-store'],
    },
    {
      file: BATCHED,
      find: 'if (!isWanted(call, false)) continue;',
      replace: '',
      suites: ['test/unit/batched-store'],
    },
  ],
  'prepared statements behind poolers': [
    {
      file: 'src/store/postgres/statement-runner.ts',
      find: 'if (!isNameLost(error)) throw error;',
      replace: 'throw error;',
      suites: STATEMENTS,
    },
    {
      file: 'src/store/postgres/statement-runner.ts',
      find: 'if (this.prepares) {',
      replace: 'if (true) {',
      suites: STATEMENTS,
    },
    {
      file: 'src/store/postgres/statement.ts',
      find: 'name: `${name}-${digest}`',
      replace: 'name',
      suites: STATEMENTS,
    },
  ],
  'the fence grows': [
    {
      file: CLAIM,
      find: 'GREATEST(lock.fence + 1, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)',
      replace: 'lock.fence + 1',
      suites: POSTGRES,
    },
    {
      file: CLAIM,
      find: 'GREATEST(lock.fence + 1, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)',
      replace: 'floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint',
      suites: POSTGRES,
    },
  ],
  'a replica that runs the task answers by itself, while it holds': [
    {
      file: LOCKS,
      find: 'if (!lock?.isHeld() || !this.settings.exclusive)',
      replace: 'if (!lock || !this.settings.exclusive)',
      suites: UNIT,
    },
    { file: LOCKS, find: 'if (local) {', replace: 'if (false) {', suites: UNIT },
  ],
  'direct calls and ticks': [
    {
      file: 'src/calls/task-lock.claim.ts',
      find: 'direct ? 0 : ',
      replace: '',
      suites: ['test/wiring/direct-calls'],
    },
    {
      file: 'src/nest/task-lock.explorer.ts',
      find: 'if (task.schedule) markDirectCalls(instances, key);',
      replace: '',
      suites: ['test/wiring/direct-calls'],
    },
    {
      file: 'src/calls/method-proxy.ts',
      find: 'Reflect.defineMetadata(key, Reflect.getMetadata(key, method), proxy);',
      replace: '',
      suites: ['test/wiring/schedule-decorators'],
    },
    {
      file: 'src/calls/task-lock.interceptor.ts',
      find: 'return outer ? joined',
      replace: 'return outer && !outer.run ? joined',
      suites: ['test/wiring/super-calls'],
    },
  ],
  'the end of the application': [
    { file: LOCKS, find: 'this.stopping.abort();', replace: '', suites: UNIT },
    {
      file: 'src/nest/task-lock.shutdown.ts',
      find: 'await this.locks.stop(this.shutdownTimeout);',
      replace: '',
      suites: ['test/wiring/shutdown'],
    },
  ],
  'the migration is safe where replicas start at once': [
    {
      file: TABLE,
      find: '${oneAfterAnother(lockKey)}\n',
      replace: '',
      suites: ['test/integration/migration.spec.ts'],
    },
  ],
};

/** @type {Mutant[]} */
const mutants = Object.entries(byRule).flatMap(([rule, of]) =>
  of.map((mutant, index) => ({ ...mutant, rule, id: `${rule} (${index + 1})` })),
);

module.exports = { mutants };
