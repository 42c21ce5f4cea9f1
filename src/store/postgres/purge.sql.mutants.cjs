// Each entry breaks purge.sql.ts in one place: `find` stands there once, and one of the suites must fail with `replace`.
// test/mutants/mutants.mjs says what each field means, test/mutants/run.mjs how they are run.
module.exports = {
  'a lock for each key': [
    {
      find: '    AND fence < extract(epoch FROM clock_timestamp()) * 1000 - $2::float8\n',
      replace: '',
      suites: ['purge.spec'],
    },
    {
      find: "    AND locked_until < clock_timestamp() - $2::float8 * interval '1 millisecond'\n",
      replace: '',
      suites: ['purge.spec'],
    },
    {
      find: "    AND finished_at < clock_timestamp() - $2::float8 * interval '1 millisecond'\n",
      replace: '',
      suites: ['purge.spec', 'postgres-conformance.spec', 'claim-rules.spec'],
    },
    {
      find: "    AND last_tick = '-infinity'\n",
      replace: '',
      suites: ['claim-rules.spec', 'postgres-conformance.spec'],
    },
    { find: 'FOR UPDATE SKIP LOCKED', replace: 'FOR UPDATE NOWAIT', suites: ['purge.spec'] },
  ],
};
