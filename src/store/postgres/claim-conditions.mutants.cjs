// Each entry breaks claim-conditions.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  '3 who may claim': [
    {
      find: '\n      AND asked.scheduled_time >= lock.last_tick + ${MIN_HOLD}\n',
      replace: '\n',
      suites: ['postgres-conformance.spec'],
      scenario: 'the minimum hold counts from tick to tick, after the release and on every replica',
    },
    {
      find: 'asked.scheduled_time >= lock.last_tick + ${MIN_HOLD}',
      replace: 'asked.scheduled_time >= lock.started_at + ${MIN_HOLD}',
      suites: ['postgres-conformance.spec'],
      scenario: 'the minimum hold counts from tick to tick, after the release and on every replica',
    },
    {
      find: 'asked.scheduled_time >= lock.last_tick + ${MIN_HOLD}',
      replace: 'clock_timestamp() >= lock.locked_until',
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
      find: "mayRun: `clock_timestamp() >= ${KEPT} + GREATEST(asked.min_hold_ms, 0.9 * asked.step_ms) * interval '1 millisecond'`",
      replace: "mayRun: 'true'",
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
    {
      find: "lock.started_at + ${MIN_HOLD}`,\n    recovers: 'false',\n    tick: 'lock.last_tick'",
      replace: "lock.started_at + ${MIN_HOLD}`,\n    recovers: 'false',\n    tick: 'clock_timestamp()'",
      suites: ['postgres-conformance.spec'],
      scenario: 'a call without a tick leaves the last tick alone',
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
      find: 'asked.scheduled_time > lock.last_tick\n      AND',
      replace: '',
      suites: ['postgres-conformance.spec'],
      scenario: 'a tick that has run is done for replicas whose clocks are late',
    },
    {
      find: "\n      AND asked.scheduled_time <= clock_timestamp() + asked.tolerance_ms * interval '1 millisecond'`",
      replace: '`',
      suites: ['postgres-conformance.spec'],
      scenario: 'a tick that is not due yet is not granted, even if the row is free',
    },
  ],
  recovery: [
    {
      find: "recovers: `lock.outcome = 'recoverable'`",
      replace: "recovers: 'true'",
      suites: ['postgres-conformance.spec'],
      scenario: 'a tick is recovered once, or it would kill every replica in turn',
    },
    {
      find: "asked.recover AND asked.scheduled_time = lock.last_tick AND lock.outcome = 'recoverable'",
      replace: 'asked.recover AND asked.scheduled_time = lock.last_tick',
      suites: ['claim-rules.spec'],
      scenario: 'the statement itself, where the row has changed since it was read',
    },
    {
      find: 'recovers: `asked.recover AND asked',
      replace: 'recovers: `asked',
      suites: ['claim-rules.spec'],
      scenario: 'the statement itself, where the row has changed since it was read',
    },
  ],
  'missed ticks': [
    {
      find: "\n      AND asked.scheduled_time >= clock_timestamp() - asked.catch_up_ms * interval '1 millisecond'",
      replace: '',
      suites: ['postgres-conformance.spec'],
      scenario: 'a tick that is older than the window is not granted',
    },
    {
      find: "\n      AND (lock.last_tick > '-infinity' OR COALESCE(asked.scheduled_time > lock.finished_at, false))",
      replace: '',
      suites: ['postgres-conformance.spec'],
      scenario: 'a name without a row has missed nothing',
    },
  ],
  pause: [
    {
      find: 'LEAST(pause.paused_until, pause.resumed_at, clock_timestamp())',
      replace: 'LEAST(pause.paused_until, pause.resumed_at)',
      suites: ['refusals.spec'],
    },
    {
      find: 'LEAST(pause.paused_until, pause.resumed_at, clock_timestamp())',
      replace: 'LEAST(pause.resumed_at, clock_timestamp())',
      suites: ['refusals.spec'],
    },
    {
      find: "due: 'GREATEST(clock_timestamp(), asked.scheduled_time)'",
      replace: "due: 'clock_timestamp()'",
      suites: ['postgres-conformance.spec'],
      scenario: 'a tick at the end of a pause is not in it, also where it is claimed a moment before',
    },
    {
      find: "\n      AND date_part('epoch', asked.scheduled_time) > ALL (${ENDS_OF_PAUSES})`",
      replace: '`',
      suites: ['postgres-conformance.spec'],
      scenario: 'what was due before the end of a pause is not caught up, and the end is told',
    },
    {
      find: "    tellsResumed: 'true',\n",
      replace: "    tellsResumed: 'false',\n",
      suites: ['postgres-conformance.spec'],
      scenario: 'what was due before the end of a pause is not caught up, and the end is told',
    },
    {
      find: "tellsResumed: 'won.name IS NOT NULL OR lock.token = asked.token'",
      replace: "tellsResumed: 'false'",
      suites: ['postgres-conformance.spec'],
    },
  ],
};
