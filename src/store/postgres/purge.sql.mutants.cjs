// Each entry breaks purge.sql.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'a lock for each key': [
    {
      find: '    AND fence < extract(epoch FROM clock_timestamp()) * 1000 - $2::float8\n',
      replace: '',
      suites: ['purge.spec'],
      scenario: 'stay where the fence is ahead of the clock: a new row would begin below it',
    },
    {
      find: "    AND locked_until < clock_timestamp() - $2::float8 * interval '1 millisecond'\n",
      replace: '',
      suites: ['purge.spec'],
      scenario: 'stay while their minimum hold lasts: without it a call would run too soon',
    },
    {
      find: "    AND finished_at < clock_timestamp() - $2::float8 * interval '1 millisecond'\n",
      replace: '',
      suites: ['postgres-conformance.spec'],
      scenario: 'rows of unused keys are removed, others stay, and no fence goes back',
    },
    {
      find: "    AND last_tick = '-infinity'\n",
      replace: '',
      suites: ['postgres-conformance.spec'],
      scenario: 'rows of unused keys are removed, others stay, and no fence goes back',
    },
    {
      find: 'FOR UPDATE SKIP LOCKED',
      replace: 'FOR UPDATE NOWAIT',
      suites: ['purge.spec'],
      scenario: 'that a transaction has locked are skipped, and nobody waits',
    },
  ],
};
